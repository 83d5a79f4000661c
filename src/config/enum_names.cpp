#include "config/enum_names.hpp"

#include <algorithm>
#include <array>
#include <ostream>

namespace caas::kafka {
namespace config {
namespace {

constexpr std::array kAcks{EnumName<Acks>{Acks::kAll, "all", "-1"},
                           EnumName<Acks>{Acks::kLeader, "1", "leader"},
                           EnumName<Acks>{Acks::kNone, "0", "none"}};
constexpr std::array kCompressions{EnumName<Compression>{Compression::kNone, "none"},
                                   EnumName<Compression>{Compression::kGzip, "gzip"},
                                   EnumName<Compression>{Compression::kSnappy, "snappy"},
                                   EnumName<Compression>{Compression::kLz4, "lz4"},
                                   EnumName<Compression>{Compression::kZstd, "zstd"}};
constexpr std::array kPresets{
    EnumName<ProducerPreset>{ProducerPreset::kDefault, "default"},
    EnumName<ProducerPreset>{ProducerPreset::kHighThroughput, "high-throughput"},
    EnumName<ProducerPreset>{ProducerPreset::kLowLatency, "low-latency"},
    EnumName<ProducerPreset>{ProducerPreset::kMaxThroughput, "max-throughput"}};
constexpr std::array kOffsetResets{EnumName<OffsetReset>{OffsetReset::kEarliest, "earliest"},
                                   EnumName<OffsetReset>{OffsetReset::kLatest, "latest"}};
constexpr std::array kGroupProtocols{EnumName<GroupProtocol>{GroupProtocol::kClassic, "classic"},
                                     EnumName<GroupProtocol>{GroupProtocol::kConsumer, "consumer"}};
constexpr std::array kSaslMechanisms{
    EnumName<SaslMechanism>{SaslMechanism::kScramSha256, "SCRAM-SHA-256"},
    EnumName<SaslMechanism>{SaslMechanism::kScramSha512, "SCRAM-SHA-512"},
    EnumName<SaslMechanism>{SaslMechanism::kPlain, "PLAIN"}};
constexpr std::array kLogLevels{EnumName<LogLevel>{LogLevel::kTrace, "trace"},
                                EnumName<LogLevel>{LogLevel::kDebug, "debug"},
                                EnumName<LogLevel>{LogLevel::kInfo, "info"},
                                EnumName<LogLevel>{LogLevel::kWarn, "warn", "warning"},
                                EnumName<LogLevel>{LogLevel::kError, "error"},
                                EnumName<LogLevel>{LogLevel::kOff, "off"}};
constexpr std::array kLogFormats{EnumName<LogFormat>{LogFormat::kText, "text"},
                                 EnumName<LogFormat>{LogFormat::kJson, "json"}};
constexpr std::array kEventFormats{EnumName<EventFormat>{EventFormat::kJson, "json"},
                                   EnumName<EventFormat>{EventFormat::kAvro, "avro"},
                                   EnumName<EventFormat>{EventFormat::kJsonSchema, "json-schema"},
                                   EnumName<EventFormat>{EventFormat::kProtobuf, "protobuf"}};
constexpr std::array kSubjects{
    EnumName<SubjectStrategy>{SubjectStrategy::kCatalog, "catalog"},
    EnumName<SubjectStrategy>{SubjectStrategy::kTopic, "topic"},
    EnumName<SubjectStrategy>{SubjectStrategy::kRecord, "record"},
    EnumName<SubjectStrategy>{SubjectStrategy::kTopicRecord, "topic-record"}};

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

}  // namespace

template <>
std::span<const EnumName<Acks>> enumNames() {
  return kAcks;
}
template <>
std::span<const EnumName<Compression>> enumNames() {
  return kCompressions;
}
template <>
std::span<const EnumName<ProducerPreset>> enumNames() {
  return kPresets;
}
template <>
std::span<const EnumName<OffsetReset>> enumNames() {
  return kOffsetResets;
}
template <>
std::span<const EnumName<GroupProtocol>> enumNames() {
  return kGroupProtocols;
}
template <>
std::span<const EnumName<SaslMechanism>> enumNames() {
  return kSaslMechanisms;
}
template <>
std::span<const EnumName<LogLevel>> enumNames() {
  return kLogLevels;
}
template <>
std::span<const EnumName<LogFormat>> enumNames() {
  return kLogFormats;
}
template <>
std::span<const EnumName<EventFormat>> enumNames() {
  return kEventFormats;
}
template <>
std::span<const EnumName<SubjectStrategy>> enumNames() {
  return kSubjects;
}

bool equalIgnoringCase(std::string_view a, std::string_view b) {
  return std::ranges::equal(a, b, [](char x, char y) { return lower(x) == lower(y); });
}

}  // namespace config

std::string_view toString(Acks value) { return config::nameOf(value); }
std::string_view toString(Compression value) { return config::nameOf(value); }
std::string_view toString(ProducerPreset value) { return config::nameOf(value); }
std::string_view toString(OffsetReset value) { return config::nameOf(value); }
std::string_view toString(GroupProtocol value) { return config::nameOf(value); }
std::string_view toString(SaslMechanism value) { return config::nameOf(value); }
std::string_view toString(LogLevel value) { return config::nameOf(value); }
std::string_view toString(LogFormat value) { return config::nameOf(value); }
std::string_view toString(EventFormat value) { return config::nameOf(value); }
std::string_view toString(SubjectStrategy value) { return config::nameOf(value); }

std::string_view toString(SettingSource source) {
  switch (source) {
    case SettingSource::kDefault: return "default";
    case SettingSource::kPreset: return "preset";
    case SettingSource::kDotEnv: return ".env";
    case SettingSource::kEnvironment: return "environment";
    case SettingSource::kFile: return "file";
  }
  return "unknown";
}

std::string_view toString(const Secret& secret) { return secret.empty() ? "" : "<redacted>"; }

std::ostream& operator<<(std::ostream& out, const Secret& secret) {
  return out << toString(secret);
}

}  // namespace caas::kafka
