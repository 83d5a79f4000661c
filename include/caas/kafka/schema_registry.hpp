#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "caas/kafka/clock.hpp"
#include "caas/kafka/result.hpp"
#include "caas/kafka/settings.hpp"

namespace caas::kafka {

enum class SchemaType { kAvro, kJson, kProtobuf };
/// "AVRO", "JSON", "PROTOBUF": as the registry has it.
[[nodiscard]] std::string_view toString(SchemaType type);
[[nodiscard]] Result<SchemaType> parseSchemaType(std::string_view text);

/// A version of another subject that a schema builds on: Avro by the full name of a type, JSON
/// Schema by its $ref, Protobuf by its import.
struct SchemaReference {
  std::string name;
  std::string subject;
  int version = 0;
  bool operator==(const SchemaReference&) const = default;
};

struct SchemaText {
  SchemaType type = SchemaType::kAvro;
  std::string text;
  std::vector<SchemaReference> references{};
  bool operator==(const SchemaText&) const = default;
};

struct RegisteredSchema {
  std::string subject;
  int version = 0;
  int id = 0;  ///< what a record carries; the same text has the same id in every subject
  SchemaText schema;
};

/// What a new version must be able to do with records of the one before, or with those of all
/// (transitive): backward, read them; forward, be read as them; full, both.
enum class Compatibility {
  kNone,
  kBackward,
  kBackwardTransitive,
  kForward,
  kForwardTransitive,
  kFull,
  kFullTransitive,
};
[[nodiscard]] std::string_view toString(Compatibility compatibility);
[[nodiscard]] Result<Compatibility> parseCompatibility(std::string_view text);
/// Whether all versions count, and not the newest alone.
[[nodiscard]] bool isTransitive(Compatibility compatibility);

struct CompatibilityVerdict {
  bool compatible = false;
  std::vector<std::string> reasons{};  ///< why not, in the registry's words
};

enum class RegistryMode { kReadWrite, kReadOnly, kReadOnlyOverride, kImport };
[[nodiscard]] std::string_view toString(RegistryMode mode);
[[nodiscard]] Result<RegistryMode> parseRegistryMode(std::string_view text);

struct SchemaRegistryOptions {
  Milliseconds requestTimeout{5'000};
  /// A call as a whole, with its retries.
  Milliseconds deadline{15'000};
  std::size_t cachedSchemas = 1'000;
  /// How long "there is no such schema" is believed.
  Milliseconds missingFor{5'000};
  /// How long the newest version of a subject is believed.
  Milliseconds latestFor{60'000};
};

/// A client of a schema registry with Confluent's API (docs.confluent.io, "Schema Registry API
/// Reference"), plain or under Apicurio's /apis/ccompat/v7: which of the two is found out at the
/// first call. Of several URLs (separated by commas) one that fails makes way for the next. What
/// may be asked again is asked again, with a growing wait and jitter, until the deadline. What
/// cannot change (an id's schema) is cached, and a hundred threads that ask for the same make one
/// request. Thread-safe; calls block.
///
/// Errors of all calls: kUnavailable and kTimeout (retriable; the registry is down or slow),
/// kAuthentication, kAuthorization, kSchemaNotFound (names the URL, the subject, the id),
/// kInvalidArgument (the registry refuses the schema, and says why), kInternal (its answer is not
/// what the API says).
class SchemaRegistry {
 public:
  [[nodiscard]] static Result<std::unique_ptr<SchemaRegistry>> create(
      const SchemaRegistrySettings& settings, SchemaRegistryOptions options = {},
      Clock& clock = systemClock());
  ~SchemaRegistry();
  SchemaRegistry(const SchemaRegistry&) = delete;
  SchemaRegistry& operator=(const SchemaRegistry&) = delete;

  /// One request to one URL after the other, not repeated: is it there?
  [[nodiscard]] Result<void> ping(Milliseconds timeout);
  /// Where it is, for messages.
  [[nodiscard]] std::string urls() const;

  [[nodiscard]] Result<std::vector<std::string>> subjects(bool withDeleted = false);
  /// Ascending.
  [[nodiscard]] Result<std::vector<int>> versions(std::string_view subject);
  [[nodiscard]] Result<RegisteredSchema> version(std::string_view subject, int version);
  /// The newest, at most `latestFor` old.
  [[nodiscard]] Result<RegisteredSchema> latest(std::string_view subject);
  /// Cached for good. A registry that is down does not matter for what is there.
  [[nodiscard]] Result<std::shared_ptr<const SchemaText>> byId(int id);

  /// Registers a schema, or finds that it is registered already; its id. kInvalidArgument with the
  /// registry's reasons where it is not compatible with what is there. Cached.
  [[nodiscard]] Result<int> registerSchema(std::string_view subject, const SchemaText& schema);
  /// The id and version that this very schema has in the subject. Registers nothing.
  [[nodiscard]] Result<RegisteredSchema> lookUp(std::string_view subject, const SchemaText& schema);
  /// Against the newest version, or the one given; a subject without versions takes anything.
  [[nodiscard]] Result<CompatibilityVerdict> check(std::string_view subject,
                                                   const SchemaText& schema,
                                                   std::optional<int> version = std::nullopt);

  /// Of a subject, or of all that have none of their own.
  [[nodiscard]] Result<Compatibility> compatibility(
      std::optional<std::string_view> subject = std::nullopt);
  [[nodiscard]] Result<void> setCompatibility(
      Compatibility compatibility, std::optional<std::string_view> subject = std::nullopt);
  [[nodiscard]] Result<RegistryMode> mode(std::optional<std::string_view> subject = std::nullopt);
  [[nodiscard]] Result<void> setMode(RegistryMode mode,
                                     std::optional<std::string_view> subject = std::nullopt);

  /// Soft: records stay readable by their id, the versions are not listed any more. Permanent:
  /// gone; only after a soft one. The versions that were deleted.
  [[nodiscard]] Result<std::vector<int>> deleteSubject(std::string_view subject,
                                                       bool permanent = false);
  [[nodiscard]] Result<void> deleteVersion(std::string_view subject, int version,
                                           bool permanent = false);

 private:
  class Impl;
  explicit SchemaRegistry(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace caas::kafka
