#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "caas/kafka/result.hpp"
#include "caas/kafka/settings.hpp"

namespace caas::kafka {

enum class TopicCategory { kPlatform, kTenant, kInternal };
[[nodiscard]] std::string_view toString(TopicCategory category);

/// A tenant's id: 1–64 of letters, digits, `-` and `_`, beginning with a letter or digit. `.` is
/// refused: it would let one tenant name another's topic, and Kafka takes `.` and `_` for the same
/// in its metric names.
class TenantId {
 public:
  [[nodiscard]] static Result<TenantId> parse(std::string_view text);
  [[nodiscard]] const std::string& str() const { return value_; }
  [[nodiscard]] auto operator<=>(const TenantId&) const = default;

 private:
  explicit TenantId(std::string value) : value_(std::move(value)) {}
  std::string value_;
};

/// How a record's key is made, and with it what is kept in order (docs/api.md).
enum class KeyStrategy {
  kConversationId,
  kUserId,
  kTenantId,
  kRandom,
  kRecordKey,
  kEntryId,
  kNone
};
[[nodiscard]] std::string_view toString(KeyStrategy strategy);
/// Takes the spec's words: conversation_id, user_id, tenant_id, random (and record_key, entry_id,
/// none of internal topics).
[[nodiscard]] Result<KeyStrategy> parseKeyStrategy(std::string_view text);

/// One entry of config/topics.yaml, with the defaults filled in.
struct TopicDefinition {
  /// The entry's name without the tenant part: "chat.messages", "platform.audit", "internal.dlq".
  std::string entry;
  /// As written: "chat.messages.{tenant}" or a plain topic name.
  std::string pattern;
  TopicCategory category = TopicCategory::kPlatform;
  int partitions = 0;
  /// `partitions: per-broker`: one partition for each broker of the cluster at creation.
  bool onePartitionPerBroker = false;
  int replicationFactor = 0;
  KeyStrategy strategy = KeyStrategy::kRandom;
  ProducerPreset preset = ProducerPreset::kDefault;
  std::vector<std::string> eventTypes;
  std::string description;
  /// The topic configs that we declare, by Kafka's names ("retention.ms" → "604800000");
  /// min.insync.replicas = min(2, RF) is always among them. Only these are compared and changed.
  std::map<std::string, std::string> configs;

  /// The topic's name for a tenant (ignored for entries without {tenant}).
  [[nodiscard]] std::string topicFor(const TenantId& tenant) const;
  [[nodiscard]] bool perTenant() const { return category == TopicCategory::kTenant; }
};

/// What a topic name on the cluster is, by the catalog.
struct TopicOwner {
  const TopicDefinition* definition = nullptr;
  std::optional<TenantId> tenant{};
};

/// The one place where topics are defined. Immutable, safe to share between threads.
class Catalog {
 public:
  /// The catalog embedded in the library (config/topics.yaml at build time), or
  /// `settings.catalogFile`.
  [[nodiscard]] static Result<Catalog> load(const Settings& settings);
  /// Parses YAML text; `origin` is named in errors. Errors say line, entry and what is allowed.
  [[nodiscard]] static Result<Catalog> parse(std::string_view yaml, const Settings& settings,
                                             std::string_view origin = "topics.yaml");
  [[nodiscard]] static std::string_view embeddedYaml();

  [[nodiscard]] const std::vector<TopicDefinition>& definitions() const { return definitions_; }
  /// By entry ("chat.messages") or pattern; nullptr if there is none.
  [[nodiscard]] const TopicDefinition* find(std::string_view entry) const;
  /// By event type ("message", "typing"); nullptr if no entry carries it.
  [[nodiscard]] const TopicDefinition* findByEventType(std::string_view type) const;
  /// All event types, sorted.
  [[nodiscard]] std::vector<std::string> eventTypes() const;
  [[nodiscard]] std::vector<const TopicDefinition*> ofCategory(TopicCategory category) const;
  /// Which entry (and tenant) a topic of the cluster belongs to; nullopt for foreign topics.
  [[nodiscard]] std::optional<TopicOwner> ownerOf(std::string_view topic) const;
  /// Topic names of one tenant, in the catalog's order.
  [[nodiscard]] std::vector<std::string> tenantTopics(const TenantId& tenant) const;

 private:
  std::vector<TopicDefinition> definitions_;
};

}  // namespace caas::kafka
