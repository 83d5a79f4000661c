#pragma once

// Kafka's topic settings as they may stand under `configs:`, brought into the form in which a
// broker reports them, so that plan compares like with like.

#include <expected>
#include <string>
#include <string_view>

namespace caas::kafka::catalog {

/// "7d", "12h", "30m", "90s", "250ms" → milliseconds. The error is what is allowed.
[[nodiscard]] std::expected<std::int64_t, std::string> parseDuration(std::string_view text);

/// What is wrong with the name of a config, or "" when nothing is. A name that Kafka's
/// documentation doesn't list passes (newer brokers know more), unless it is within two letters of
/// a listed one.
[[nodiscard]] std::string configNameProblem(std::string_view name);

/// The value as the broker will report it ("4h" of segment.ms → "14400000"). The error says what is
/// allowed.
[[nodiscard]] std::expected<std::string, std::string> normalizeConfig(std::string_view name,
                                                                      std::string_view value);

}  // namespace caas::kafka::catalog
