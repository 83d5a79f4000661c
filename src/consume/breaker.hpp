#pragma once

#include <chrono>
#include <mutex>
#include <vector>

#include "caas/kafka/retry_policy.hpp"

namespace caas::kafka::consume {

/// When nearly everything fails, the cause is not in the records: stops the intake, waits, lets a
/// few records through, and goes on when those succeed. Shared by a consumer and its retry reader,
/// which meet the same dependency. Thread-safe.
class Breaker {
 public:
  using Time = std::chrono::steady_clock::time_point;
  explicit Breaker(BreakerPolicy policy);

  /// Whether a record may be run now; a half-open one counts it as a probe.
  [[nodiscard]] bool admit(Time now);
  /// A record that admit let through came to nothing (its partition was given away).
  void forget();
  enum class Run {
    kFirst,
    kAgain,  ///< the record has failed before, so that it fails again says little of the others
  };
  /// What a handler said of a record that `admit` let through at `admitted`. Returns true when that
  /// opened or closed it.
  bool onResult(bool success, Run run, Time admitted, Time now);
  [[nodiscard]] bool open() const;
  /// When the next probes may run; nothing while it is closed.
  [[nodiscard]] std::optional<Time> opensAt() const;

 private:
  enum class State { kClosed, kOpen, kHalfOpen };
  bool trip(Milliseconds openFor, Time now);
  bool reset();

  const BreakerPolicy policy_;
  mutable std::mutex mutex_;
  State state_ = State::kClosed;
  std::vector<bool> failures_;  ///< the last results, as a ring
  std::size_t at_ = 0;
  std::size_t results_ = 0;
  std::size_t failed_ = 0;
  Time until_{};
  Time probing_{};  ///< since when its present probes run
  Milliseconds openFor_;
  int probesOut_ = 0;
  int probesDone_ = 0;
};

}  // namespace caas::kafka::consume
