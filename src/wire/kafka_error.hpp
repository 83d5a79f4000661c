#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "caas/kafka/result.hpp"

namespace caas::kafka::wire {

/// Kafka's numbers that code here acts on (https://kafka.apache.org/protocol#protocol_error_codes).
namespace kafka_error {
inline constexpr std::int16_t kNone = 0;
inline constexpr std::int16_t kUnsupportedSaslMechanism = 33;
inline constexpr std::int16_t kUnsupportedVersion = 35;
}  // namespace kafka_error

/// A broker's error as ours: "what: detail (NAME)", with a hint, and whether a repetition may help.
/// `detail` is the broker's own text, where it sent one.
[[nodiscard]] Error kafkaError(std::int16_t code, std::string_view what,
                               const std::optional<std::string>& detail = std::nullopt);

}  // namespace caas::kafka::wire
