#include "catalog/entry_reader.hpp"

#include <algorithm>
#include <array>
#include <charconv>

#include <fmt/format.h>

#include "catalog/names.hpp"
#include "catalog/topic_configs.hpp"
#include "config/enum_names.hpp"
#include "config/near.hpp"

namespace caas::kafka::catalog {
namespace {

constexpr int kMaxPartitions = 10'000;
constexpr int kMaxReplication = 100;
constexpr std::int64_t kMillisPerDay = 86'400'000;

constexpr std::array<std::string_view, 11> kKeys{
    "name",     "category", "partitions", "replication", "retention",  "cleanup",
    "strategy", "events",   "preset",     "configs",     "description"};
constexpr std::string_view kKeyList =
    "name, category, partitions, replication, retention, cleanup, strategy, events, preset, "
    "configs "
    "and description";

/// Reads the keys of one entry.
class EntryReader {
 public:
  EntryReader(int number, const Settings& settings, Problems& problems)
      : label_(fmt::format("number {}", number)), settings_(settings), problems_(problems) {}

  std::optional<ReadEntry> read(const YAML::Node& node) {
    line_ = lineOf(node);
    if (!node.IsMap()) {
      problem(node, "is no set of `key: value` lines");
      return std::nullopt;
    }
    if (const auto name = node["name"]; name && name.IsScalar()) {
      label_ = printable(name.Scalar());
    }
    collect(node);
    const bool named = readName();
    readCategory();
    readPartitions();
    readReplication();
    readStrategy();
    readRetention();
    readCleanup();
    readEvents();
    readPreset();
    readConfigs();
    if (const auto text = scalar("description")) {
      definition_.description = *text;
    }
    checkTogether();
    return named ? std::optional(ReadEntry{std::move(definition_), line_}) : std::nullopt;
  }

 private:
  void problem(const YAML::Node& where, std::string_view text) {
    const int line = lineOf(where);
    problems_.add(line > 0 ? line : line_, label_, text);
  }

  /// At the line of a key of the entry: an empty value has no line of its own.
  void problemAt(std::string_view key, std::string_view text) {
    problems_.add(keyLines_.find(key)->second, label_, text);
  }

  /// Takes the keys apart, so that a doubled or unknown one is found (yaml-cpp lets both pass).
  void collect(const YAML::Node& node) {
    for (const auto& pair : node) {
      if (!pair.first.IsScalar()) {
        problem(pair.first, fmt::format("a key must be one of {}", kKeyList));
        continue;
      }
      const auto& key = pair.first.Scalar();
      if (std::ranges::find(kKeys, key) == kKeys.end()) {
        const auto nearest = config::nearestOf(key, kKeys);
        const auto guess = nearest->distance <= 3
                               ? fmt::format(" (did you mean '{}'?)", nearest->name)
                               : std::string();
        problem(pair.first,
                fmt::format("unknown key '{}'{}; allowed are {}", printable(key), guess, kKeyList));
      } else if (!values_.emplace(key, pair.second).second) {
        problem(pair.first, fmt::format("'{}' is given twice", key));
      } else {
        keyLines_[key] = lineOf(pair.first);
      }
    }
  }

  /// The text of a key; nullopt if it is left out or no plain value (which is a problem).
  std::optional<std::string> scalar(std::string_view key) {
    const auto found = values_.find(key);
    if (found == values_.end()) {
      return std::nullopt;
    }
    if (!found->second.IsScalar() || found->second.Scalar().empty()) {
      problemAt(key, fmt::format("'{}' needs one value", key));
      return std::nullopt;
    }
    return found->second.Scalar();
  }

  void wrong(std::string_view key, std::string_view value, std::string_view allowed) {
    problemAt(key,
              fmt::format("{} '{}' is not allowed; allowed: {}", key, printable(value), allowed));
  }

  void missing(std::string_view key, std::string_view allowed) {
    if (!values_.contains(key)) {
      problems_.add(line_, label_, fmt::format("'{}' is missing; allowed: {}", key, allowed));
    }
  }

  bool readName() {
    const auto name = scalar("name");
    if (!name) {
      missing("name", "a topic's name, with .{tenant} at its end if each tenant has one");
      return false;
    }
    definition_.pattern = *name;
    std::string_view entry = *name;
    perTenant_ = entry.ends_with(kTenantPart);
    if (perTenant_) {
      entry.remove_suffix(kTenantPart.size());
    }
    definition_.entry = std::string(entry);
    constexpr std::string_view kForm =
        "letters, digits, '.', '_' and '-', not beginning with '__', with .{tenant} at the end if "
        "each tenant has one";
    if (entry.empty() || entry == "." || entry == ".." || entry.starts_with("__") ||
        !std::ranges::all_of(entry, isTopicCharacter)) {
      wrong("name", *name, kForm);
      return false;
    }
    const auto longest = entry.size() + (perTenant_ ? 1 + kMaxTenantIdLength : 0);
    if (longest > kMaxTopicLength) {
      wrong("name", *name,
            fmt::format("a topic's name has at most {} characters, {} of them for the tenant",
                        kMaxTopicLength, perTenant_ ? kMaxTenantIdLength : 0));
      return false;
    }
    return true;
  }

  void readCategory() {
    constexpr std::string_view kAllowed = "platform, tenant, internal";
    missing("category", kAllowed);
    const auto text = scalar("category");
    if (!text) {
      return;
    }
    for (const auto category :
         {TopicCategory::kPlatform, TopicCategory::kTenant, TopicCategory::kInternal}) {
      if (toString(category) == *text) {
        definition_.category = category;
        category_ = category;
      }
    }
    if (!category_) {
      wrong("category", *text, kAllowed);
    } else if ((*category_ == TopicCategory::kTenant) != perTenant_ &&
               !definition_.pattern.empty()) {
      problemAt("category", perTenant_ ? "a name with {tenant} belongs to category tenant"
                                       : "category tenant needs .{tenant} at the end of the name");
    }
  }

  std::optional<int> number(std::string_view key, int most, std::string_view allowed) {
    const auto text = scalar(key);
    if (!text) {
      return std::nullopt;
    }
    int value = 0;
    const auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), value);
    if (error != std::errc{} || end != text->data() + text->size() || value < 1 || value > most) {
      wrong(key, *text, allowed);
      return std::nullopt;
    }
    return value;
  }

  void readPartitions() {
    definition_.partitions = settings_.defaultPartitions;
    if (const auto found = values_.find("partitions"); found != values_.end() &&
                                                       found->second.IsScalar() &&
                                                       found->second.Scalar() == "per-broker") {
      definition_.onePartitionPerBroker = true;
      definition_.partitions = 0;
      return;
    }
    if (const auto value = number("partitions", kMaxPartitions,
                                  fmt::format("1 to {}, or per-broker", kMaxPartitions))) {
      definition_.partitions = *value;
    }
  }

  void readReplication() {
    definition_.replicationFactor = settings_.defaultReplicationFactor;
    if (const auto value =
            number("replication", kMaxReplication, fmt::format("1 to {}", kMaxReplication))) {
      definition_.replicationFactor = *value;
    }
    definition_.configs["min.insync.replicas"] =
        std::to_string(std::min(2, definition_.replicationFactor));
  }

  void readStrategy() {
    constexpr std::string_view kAllowed =
        "conversation_id, user_id, tenant_id, random; for internal topics also record_key, "
        "entry_id, none";
    missing("strategy", kAllowed);
    const auto text = scalar("strategy");
    if (!text) {
      return;
    }
    const auto strategy = parseKeyStrategy(*text);
    if (!strategy) {
      wrong("strategy", *text, kAllowed);
      return;
    }
    definition_.strategy = *strategy;
    strategy_ = *strategy;
    const bool internalOnly = *strategy == KeyStrategy::kRecordKey ||
                              *strategy == KeyStrategy::kEntryId || *strategy == KeyStrategy::kNone;
    if (internalOnly && category_ && *category_ != TopicCategory::kInternal) {
      wrong("strategy", *text, kAllowed);
    }
  }

  void readRetention() {
    auto& millis = definition_.configs["retention.ms"];
    millis = std::to_string(settings_.messageRetentionDays * kMillisPerDay);
    const auto text = scalar("retention");
    if (!text) {
      return;
    }
    if (*text == "forever") {
      millis = "-1";
      return;
    }
    constexpr std::int64_t kLongest = 36'500 * kMillisPerDay;
    const auto parsed = parseDuration(*text);
    if (!parsed || *parsed < 1 || *parsed > kLongest) {
      wrong("retention", *text,
            "forever, or a whole number with ms, s, m, h or d, such as 30d, at most 36500d");
      return;
    }
    millis = std::to_string(*parsed);
  }

  void readCleanup() {
    auto& policy = definition_.configs["cleanup.policy"];
    policy = "delete";
    if (const auto text = scalar("cleanup")) {
      if (*text != "delete" && *text != "compact" && *text != "compact,delete") {
        wrong("cleanup", *text, "delete; compact; compact,delete");
        return;
      }
      policy = *text;
    }
  }

  void readEvents() {
    const auto found = values_.find("events");
    if (found == values_.end()) {
      return;
    }
    const auto& node = found->second;
    if (!node.IsSequence()) {
      problem(node, "'events' needs a list, such as [message]");
      return;
    }
    for (const auto& item : node) {
      const auto type = item.IsScalar() ? item.Scalar() : std::string();
      const bool legal = !type.empty() && type.size() <= 64 && type.front() >= 'a' &&
                         type.front() <= 'z' && std::ranges::all_of(type, [](char c) {
                           return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
                         });
      if (!legal) {
        problem(item, fmt::format("event type '{}' is not allowed; allowed: up to 64 lower-case "
                                  "letters, digits and '-', beginning with a letter",
                                  printable(type)));
        continue;
      }
      definition_.eventTypes.push_back(type);
    }
    if (category_ == TopicCategory::kInternal && node.size() > 0) {
      problem(node, "internal topics carry no events; allowed for category platform and tenant");
    }
  }

  void readPreset() {
    if (const auto text = scalar("preset")) {
      if (const auto preset = config::parseEnum<ProducerPreset>(*text)) {
        definition_.preset = *preset;
      } else {
        wrong("preset", *text, config::allowedNames<ProducerPreset>());
      }
    }
  }

  void readConfigs() {
    const auto found = values_.find("configs");
    if (found == values_.end()) {
      return;
    }
    if (!found->second.IsMap()) {
      problem(found->second, "'configs' needs `name: value` lines with Kafka's topic settings");
      return;
    }
    std::map<std::string, bool> seen;
    for (const auto& pair : found->second) {
      if (!pair.first.IsScalar() || !pair.second.IsScalar()) {
        problem(pair.first, "each of 'configs' is one `name: value` line");
        continue;
      }
      const auto& name = pair.first.Scalar();
      if (!seen.emplace(name, true).second) {
        problem(pair.first, fmt::format("config '{}' is given twice", printable(name)));
        continue;
      }
      readConfig(pair.first, name, pair.second.Scalar());
    }
  }

  void readConfig(const YAML::Node& where, const std::string& name, const std::string& value) {
    if (name == "retention.ms" || name == "cleanup.policy") {
      problem(where, fmt::format("'{}' is set by the entry's key '{}', not under configs", name,
                                 name == "retention.ms" ? "retention" : "cleanup"));
      return;
    }
    if (name == "min.insync.replicas") {
      problem(where, "'min.insync.replicas' is always min(2, replication); set 'replication'");
      return;
    }
    if (const auto wrongName = configNameProblem(name); !wrongName.empty()) {
      problem(where, fmt::format("config '{}' {}", printable(name), wrongName));
      return;
    }
    const auto normalized = normalizeConfig(name, value);
    if (!normalized) {
      problem(where, fmt::format("config {} '{}' is not allowed; allowed: {}", name,
                                 printable(value), normalized.error()));
      return;
    }
    definition_.configs[name] = *normalized;
  }

  /// What is wrong only in combination.
  void checkTogether() {
    const bool keyed = strategy_ != KeyStrategy::kRandom && strategy_ != KeyStrategy::kNone;
    if (strategy_ && !keyed && definition_.configs["cleanup.policy"] != "delete") {
      problemAt(
          "cleanup",
          fmt::format("compaction keeps the last record of each key, and strategy {} makes no "
                      "lasting keys; use cleanup delete or another strategy",
                      toString(*strategy_)));
    }
    if (strategy_ && keyed && definition_.onePartitionPerBroker) {
      problemAt("partitions",
                fmt::format("per-broker would move the keys of strategy {} when a broker joins; "
                            "write a number, or use strategy random or none",
                            toString(*strategy_)));
    }
    if (definition_.onePartitionPerBroker && category_ == TopicCategory::kTenant) {
      problemAt("partitions", "a tenant's topics need a number of partitions");
    }
  }

  std::string label_;
  const Settings& settings_;
  Problems& problems_;
  std::map<std::string, YAML::Node, std::less<>> values_;
  std::map<std::string, int, std::less<>> keyLines_;
  TopicDefinition definition_;
  int line_ = 0;
  bool perTenant_ = false;
  std::optional<TopicCategory> category_;
  std::optional<KeyStrategy> strategy_;
};

}  // namespace

std::optional<ReadEntry> readEntry(const YAML::Node& node, int number, const Settings& settings,
                                   Problems& problems) {
  return EntryReader(number, settings, problems).read(node);
}

int lineOf(const YAML::Node& node) { return node ? node.Mark().line + 1 : 0; }

}  // namespace caas::kafka::catalog
