#include "catalog/topic_configs.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "config/enum_names.hpp"
#include "config/near.hpp"

namespace caas::kafka::catalog {
namespace {

enum class Kind { kMillis, kBytes, kInteger, kRatio, kBoolean, kWord, kText };

struct KnownConfig {
  std::string_view name;
  Kind kind;
  std::array<std::string_view, 6> words{};
};

// Kafka 4.3, org.apache.kafka.common.config.TopicConfig.
constexpr std::array kKnown{
    KnownConfig{"compression.gzip.level", Kind::kInteger},
    KnownConfig{"compression.lz4.level", Kind::kInteger},
    KnownConfig{"compression.type",
                Kind::kWord,
                {"producer", "uncompressed", "gzip", "snappy", "lz4", "zstd"}},
    KnownConfig{"compression.zstd.level", Kind::kInteger},
    KnownConfig{"delete.retention.ms", Kind::kMillis},
    KnownConfig{"file.delete.delay.ms", Kind::kMillis},
    KnownConfig{"flush.messages", Kind::kInteger},
    KnownConfig{"flush.ms", Kind::kMillis},
    KnownConfig{"follower.replication.throttled.replicas", Kind::kText},
    KnownConfig{"index.interval.bytes", Kind::kBytes},
    KnownConfig{"leader.replication.throttled.replicas", Kind::kText},
    KnownConfig{"local.retention.bytes", Kind::kBytes},
    KnownConfig{"local.retention.ms", Kind::kMillis},
    KnownConfig{"max.compaction.lag.ms", Kind::kMillis},
    KnownConfig{"max.message.bytes", Kind::kBytes},
    KnownConfig{"message.timestamp.after.max.ms", Kind::kMillis},
    KnownConfig{"message.timestamp.before.max.ms", Kind::kMillis},
    KnownConfig{"message.timestamp.type", Kind::kWord, {"CreateTime", "LogAppendTime"}},
    KnownConfig{"min.cleanable.dirty.ratio", Kind::kRatio},
    KnownConfig{"min.compaction.lag.ms", Kind::kMillis},
    KnownConfig{"preallocate", Kind::kBoolean},
    KnownConfig{"remote.log.copy.disable", Kind::kBoolean},
    KnownConfig{"remote.log.delete.on.disable", Kind::kBoolean},
    KnownConfig{"remote.storage.enable", Kind::kBoolean},
    KnownConfig{"retention.bytes", Kind::kBytes},
    KnownConfig{"segment.bytes", Kind::kBytes},
    KnownConfig{"segment.index.bytes", Kind::kBytes},
    KnownConfig{"segment.jitter.ms", Kind::kMillis},
    KnownConfig{"segment.ms", Kind::kMillis},
    KnownConfig{"unclean.leader.election.enable", Kind::kBoolean},
};

struct Unit {
  std::string_view name;
  std::int64_t factor;
};
constexpr std::array kTimeUnits{Unit{"ms", 1}, Unit{"s", 1'000}, Unit{"m", 60'000},
                                Unit{"h", 3'600'000}, Unit{"d", 86'400'000}};
constexpr std::array kSizeUnits{Unit{"KiB", 1LL << 10}, Unit{"MiB", 1LL << 20},
                                Unit{"GiB", 1LL << 30}};
constexpr std::string_view kDurationForm = "a whole number with ms, s, m, h or d, such as 12h";

std::optional<std::int64_t> wholeNumber(std::string_view text) {
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) {
    return std::nullopt;
  }
  return value;
}

std::optional<std::int64_t> withUnit(std::string_view text, std::span<const Unit> units) {
  const auto digits = std::min(text.find_first_not_of("0123456789"), text.size());
  const auto unit = std::ranges::find(units, text.substr(digits), &Unit::name);
  const auto count = wholeNumber(text.substr(0, digits));
  if (unit == units.end() || !count ||
      *count > std::numeric_limits<std::int64_t>::max() / unit->factor) {
    return std::nullopt;
  }
  return *count * unit->factor;
}

/// -1 and -2 are Kafka's "no limit" and "same as the other setting".
std::expected<std::string, std::string> number(std::string_view value, std::span<const Unit> units,
                                               std::string_view allowed) {
  if (const auto plain = wholeNumber(value); plain && *plain >= -2) {
    return std::to_string(*plain);
  }
  if (const auto scaled = withUnit(value, units)) {
    return std::to_string(*scaled);
  }
  return std::unexpected(std::string(allowed));
}

std::expected<std::string, std::string> ratio(std::string_view value) {
  double parsed = 0;
  const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), parsed);
  const bool whole = error == std::errc{} && end == value.data() + value.size();
  // Java prints smaller ones with an exponent, and then nothing would ever compare equal.
  if (!whole || !(parsed == 0 || (parsed >= 0.001 && parsed <= 1))) {
    return std::unexpected("a number from 0.001 to 1, or 0");
  }
  return parsed == 0 || parsed == 1 ? fmt::format("{:.1f}", parsed + 0.0)
                                    : fmt::format("{}", parsed);
}

std::expected<std::string, std::string> boolean(std::string_view value) {
  for (const std::string_view word : {"true", "false"}) {
    if (config::equalIgnoringCase(value, word)) {
      return std::string(word);
    }
  }
  return std::unexpected("true or false");
}

std::expected<std::string, std::string> oneOf(std::string_view value,
                                              std::span<const std::string_view> words) {
  std::vector<std::string_view> allowed;
  for (const auto word : words) {
    if (!word.empty() && config::equalIgnoringCase(value, word)) {
      return std::string(word);
    }
    if (!word.empty()) {
      allowed.push_back(word);
    }
  }
  return std::unexpected(fmt::format("{}", fmt::join(allowed, ", ")));
}

Kind kindOf(std::string_view name) {
  if (name.ends_with(".ms")) {
    return Kind::kMillis;
  }
  return name.ends_with(".bytes") ? Kind::kBytes : Kind::kText;
}

}  // namespace

std::expected<std::int64_t, std::string> parseDuration(std::string_view text) {
  const auto millis = withUnit(text, kTimeUnits);
  if (!millis) {
    return std::unexpected(std::string(kDurationForm));
  }
  return *millis;
}

std::string configNameProblem(std::string_view name) {
  const bool wellFormed =
      !name.empty() && name.front() >= 'a' && name.front() <= 'z' && !name.ends_with('.') &&
      name.find("..") == std::string_view::npos && name.size() <= 100 &&
      std::ranges::all_of(name, [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' || c == '_' || c == '-';
      });
  if (!wellFormed) {
    return "is no name of a Kafka topic setting (lower-case words with dots between, such as "
           "segment.ms)";
  }
  std::vector<std::string_view> names;
  for (const auto& known : kKnown) {
    names.push_back(known.name);
  }
  const auto nearest = config::nearestOf(name, names);
  if (nearest && nearest->distance > 0 && nearest->distance <= 2) {
    return fmt::format("is unknown to Kafka; did you mean '{}'?", nearest->name);
  }
  return {};
}

std::expected<std::string, std::string> normalizeConfig(std::string_view name,
                                                        std::string_view value) {
  const auto known = std::ranges::find(kKnown, name, &KnownConfig::name);
  switch (known == kKnown.end() ? kindOf(name) : known->kind) {
    case Kind::kMillis:
      return number(value, kTimeUnits, fmt::format("milliseconds, or {}", kDurationForm));
    case Kind::kBytes:
      return number(value, kSizeUnits, "bytes, or a whole number with KiB, MiB or GiB");
    case Kind::kInteger: return number(value, {}, "a whole number");
    case Kind::kRatio: return ratio(value);
    case Kind::kBoolean: return boolean(value);
    case Kind::kWord: return oneOf(value, known->words);
    case Kind::kText: break;
  }
  const bool printableText =
      std::ranges::all_of(value, [](char c) { return c >= 0x20 && c < 0x7f; });
  if (value.empty() || value.size() > 1'000 || !printableText) {
    return std::unexpected("printable ASCII, at most 1000 characters");
  }
  return std::string(value);
}

}  // namespace caas::kafka::catalog
