#pragma once

#include <cstdint>
#include <filesystem>
#include <iosfwd>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "caas/kafka/clock.hpp"
#include "caas/kafka/result.hpp"

namespace caas::kafka {

enum class Acks { kNone, kLeader, kAll };
enum class Compression { kNone, kGzip, kSnappy, kLz4, kZstd };
/// Named sets of producer settings (docs/performance.md); a setting that was given explicitly wins
/// over the preset's.
enum class ProducerPreset { kDefault, kHighThroughput, kLowLatency, kMaxThroughput };
enum class OffsetReset { kEarliest, kLatest };
/// kConsumer is KIP-848.
enum class GroupProtocol { kClassic, kConsumer };
enum class SaslMechanism { kScramSha256, kScramSha512, kPlain };
enum class LogLevel { kTrace, kDebug, kInfo, kWarn, kError, kOff };
enum class LogFormat { kText, kJson };
/// What a built-in event's value is: plain JSON, or one of three in the schema registry's wire
/// format.
enum class EventFormat { kJson, kAvro, kJsonSchema, kProtobuf };
/// How the subject of an event's schema is named.
enum class SubjectStrategy {
  kCatalog,      ///< "{entry}-value", "{entry}-{type}-value" where an entry carries several types
  kTopic,        ///< "{topic}-value"
  kRecord,       ///< the schema's own full name
  kTopicRecord,  ///< "{topic}-{the schema's own full name}"
};

[[nodiscard]] std::string_view toString(Acks value);
[[nodiscard]] std::string_view toString(Compression value);
[[nodiscard]] std::string_view toString(ProducerPreset value);
[[nodiscard]] std::string_view toString(OffsetReset value);
[[nodiscard]] std::string_view toString(GroupProtocol value);
[[nodiscard]] std::string_view toString(SaslMechanism value);
[[nodiscard]] std::string_view toString(LogLevel value);
[[nodiscard]] std::string_view toString(LogFormat value);
[[nodiscard]] std::string_view toString(EventFormat value);
[[nodiscard]] std::string_view toString(SubjectStrategy value);

/// A password or token. Never printed: formatting it gives "<redacted>" (or "" when empty).
class Secret {
 public:
  Secret() = default;
  explicit Secret(std::string value) : value_(std::move(value)) {}
  [[nodiscard]] const std::string& reveal() const { return value_; }
  [[nodiscard]] bool empty() const { return value_.empty(); }
  [[nodiscard]] bool operator==(const Secret&) const = default;

 private:
  std::string value_;
};
/// "<redacted>", or "" for an empty one.
[[nodiscard]] std::string_view toString(const Secret& secret);
std::ostream& operator<<(std::ostream& out, const Secret& secret);

/// Which of the settings that a preset changes were given by name: those win over every preset.
struct ExplicitProducerSettings {
  bool linger = false;
  bool compression = false;
  bool batchSizeBytes = false;
  bool batchMaxBytes = false;
};

struct ProducerSettings {
  ProducerPreset preset = ProducerPreset::kDefault;
  Acks acks = Acks::kAll;
  Compression compression = Compression::kSnappy;
  Milliseconds linger{5};
  /// A batch lingers until it holds this many bytes. In force with our own produce path only;
  /// librdkafka has no separate fill target (docs/performance.md).
  std::int64_t batchSizeBytes = 16384;
  /// Upper limit of one batch: librdkafka's `batch.size`.
  std::int64_t batchMaxBytes = 1'000'000;
  Milliseconds deliveryTimeout{120'000};
  /// Unset: retry until deliveryTimeout. 3 is the spec's, and fails records when an ISR is below
  /// its minimum for a second (docs/decisions/).
  std::optional<int> retries{};
  int maxInFlight = 5;
  /// Largest record that the producer accepts, key, value and headers together.
  std::int64_t maxRecordBytes = 1'000'000;
  /// Bounds of the queue of accepted and not yet delivered records.
  std::int64_t queueMaxRecords = 100'000;
  std::int64_t queueMaxBytes = 256LL * 1024 * 1024;
  /// How long `send` waits for room in a full queue before it gives kQueueFull.
  Milliseconds queueFullWait{5'000};
  ExplicitProducerSettings given{};
};

/// The same settings under another preset: it replaces what `settings.preset` or the defaults had
/// set, never a value that was given explicitly. Values that code put into the struct itself count
/// as given when they are neither the default nor that of `settings.preset`. `kDefault` means "no
/// wish": it keeps the settings' own preset.
[[nodiscard]] ProducerSettings withPreset(const ProducerSettings& settings, ProducerPreset preset);

struct ConsumerSettings {
  std::string groupId = "caas-consumer-group";
  OffsetReset autoOffsetReset = OffsetReset::kEarliest;
  Milliseconds sessionTimeout{30'000};
  int maxPollRecords = 500;
  GroupProtocol groupProtocol = GroupProtocol::kClassic;
  /// Handlers in flight at most.
  int concurrency = 64;
  /// Records taken from Kafka and not yet completed at most.
  int maxInFlight = 10'000;
};

struct SaslSettings {
  bool enabled = false;
  std::string username{};
  Secret password{};
  SaslMechanism mechanism = SaslMechanism::kScramSha512;
};

struct SslSettings {
  bool enabled = false;
  std::filesystem::path caLocation{};
  std::filesystem::path certLocation{};
  std::filesystem::path keyLocation{};
  Secret keyPassword{};
};

struct SchemaRegistrySettings {
  /// Several with commas between: one that fails makes way for the next.
  std::string url = "http://schema-registry:8081";
  std::string username{};
  Secret password{};
  Secret token{};
  std::filesystem::path caLocation{};
  EventFormat eventFormat = EventFormat::kJson;
  SubjectStrategy subjects = SubjectStrategy::kCatalog;
  /// Schemas of built-in events that are not there yet are registered when they are first needed.
  bool autoRegister = false;
};

struct HttpSettings {
  std::string listen = "127.0.0.1:8080";
  std::string opsListen = "127.0.0.1:9464";
  std::filesystem::path tokensFile{};
  std::filesystem::path tlsCert{};
  std::filesystem::path tlsKey{};
  std::vector<std::string> allowCidrs{};
  /// Networks of proxies whose X-Forwarded-For and X-Forwarded-Proto are believed.
  std::vector<std::string> trustedProxies{};
  /// Names that the service is called by, beside localhost.
  std::vector<std::string> hosts{};
};

/// Everything that can be configured. A default-constructed Settings holds the documented defaults
/// (docs/configuration.md).
struct Settings {
  std::vector<std::string> brokers{"kafka-1:29092", "kafka-2:29092", "kafka-3:29092"};
  std::string clientId = "caas-service";
  ProducerSettings producer{};
  ConsumerSettings consumer{};
  int defaultPartitions = 3;
  int defaultReplicationFactor = 3;
  int messageRetentionDays = 30;
  SaslSettings sasl{};
  SslSettings ssl{};
  SchemaRegistrySettings schemaRegistry{};
  HttpSettings http{};
  std::vector<std::string> jmxUrls{};
  /// How often the daemon sends a record through each broker and waits for it; 0: never.
  Milliseconds probeInterval{10'000};
  /// Series for each partition among the metrics; with thousands of partitions they are many.
  bool metricsPerPartition = false;
  LogLevel logLevel = LogLevel::kInfo;
  LogFormat logFormat = LogFormat::kText;
  /// Empty: the catalog that is embedded in the binary.
  std::filesystem::path catalogFile{};
};

/// Where a setting's value came from.
enum class SettingSource { kDefault, kPreset, kDotEnv, kEnvironment, kFile };
[[nodiscard]] std::string_view toString(SettingSource source);

/// One row of `caas-kafka config`. `value` is already redacted for secrets.
struct SettingInForce {
  std::string name;
  std::string value;
  std::string defaultValue;
  SettingSource source = SettingSource::kDefault;
  std::string description;
  bool secret = false;
};

/// The outcome of reading the configuration.
struct LoadedSettings {
  Settings settings;
  std::vector<SettingInForce> inForce;
  /// E.g. an unknown KAFKA_ variable, with the nearest known name.
  std::vector<std::string> warnings;
};

using EnvironmentMap = std::map<std::string, std::string, std::less<>>;

/// The variables of this process.
[[nodiscard]] EnvironmentMap processEnvironment();

/// Reads `environment` over the file `dotEnv` (missing file: nothing; unparsable:
/// kInvalidConfiguration with its line) over the defaults. Every bad value is reported, not only
/// the first: each error names the variable, the value (not a secret's) and what is allowed.
[[nodiscard]] Result<LoadedSettings> loadSettings(const EnvironmentMap& environment,
                                                  const std::filesystem::path& dotEnv = ".env");

/// docs/configuration.md and .env.example, generated from the same table that loadSettings reads.
[[nodiscard]] std::string configurationMarkdown();
[[nodiscard]] std::string dotEnvExample();

}  // namespace caas::kafka
