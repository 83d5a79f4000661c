#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

#include "caas/kafka/result.hpp"

namespace caas::kafka {

/// Time since the Unix epoch in milliseconds: the resolution of Kafka's record timestamps.
using Timestamp = std::chrono::sys_time<std::chrono::milliseconds>;
/// Durations of the public interface.
using Milliseconds = std::chrono::milliseconds;

/// Source of time. Injected, so that unit tests need no sleep. Thread-safe.
class Clock {
 public:
  virtual ~Clock() = default;
  [[nodiscard]] virtual Timestamp now() const = 0;
  /// Never goes backwards; for deadlines and latencies.
  [[nodiscard]] virtual std::chrono::steady_clock::time_point steadyNow() const = 0;
  virtual void sleepFor(std::chrono::nanoseconds duration) = 0;
};

/// Source of randomness for keys and ids. Injected. Thread-safe.
class Random {
 public:
  virtual ~Random() = default;
  [[nodiscard]] virtual std::uint64_t next() = 0;
};

/// The real ones; they live as long as the process.
[[nodiscard]] Clock& systemClock();
[[nodiscard]] Random& systemRandom();

/// A UUIDv7 (RFC 9562): time-ordered, 36 characters. `caas.id` and generated message ids are these.
[[nodiscard]] std::string makeId(const Clock& clock, Random& random);

/// ISO 8601 in UTC with milliseconds, e.g. "2026-11-23T14:40:00.123Z".
[[nodiscard]] std::string formatTimestamp(Timestamp time);
/// Reads ISO 8601 ("2026-11-23", "2026-11-23T14:40:00Z", with fraction or offset) or milliseconds
/// since the epoch; anything else is kInvalidArgument.
[[nodiscard]] Result<Timestamp> parseTimestamp(std::string_view text);

}  // namespace caas::kafka
