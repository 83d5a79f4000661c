#pragma once

// Rules for names: Kafka's for topics, ours for tenants.

#include <cstddef>
#include <string>
#include <string_view>

namespace caas::kafka::catalog {

inline constexpr std::string_view kTenantPart = ".{tenant}";
inline constexpr std::size_t kMaxTenantIdLength = 64;
/// Kafka's limit (org.apache.kafka.common.internals.Topic).
inline constexpr std::size_t kMaxTopicLength = 249;
/// Of a catalog; the built-in one has 6 KB.
inline constexpr std::size_t kMaxFileBytes = 1 << 20;

[[nodiscard]] bool isTenantId(std::string_view text);
/// Letters, digits, '.', '_' and '-': what a topic's name is made of.
[[nodiscard]] bool isTopicCharacter(char c);
/// Kafka refuses two topics whose names differ in '.' and '_' only; this makes them the same.
[[nodiscard]] std::string metricName(std::string_view topic);
/// With control and non-ASCII bytes as \xNN, and cut to 80 bytes: for messages about foreign input.
[[nodiscard]] std::string printable(std::string_view text);

}  // namespace caas::kafka::catalog
