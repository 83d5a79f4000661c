#pragma once

#include <algorithm>
#include <chrono>
#include <optional>
#include <utility>

#include "caas/kafka/clock.hpp"
#include "client/admin.hpp"

namespace caas::kafka::topics {

/// The moment at which a call must have an answer, and the timeouts of the requests within it.
class Deadline {
 public:
  Deadline(Clock& clock, Milliseconds total)
      : clock_(&clock), total_(total), end_(clock.steadyNow() + total) {}

  [[nodiscard]] Milliseconds total() const { return total_; }
  [[nodiscard]] Milliseconds left() const {
    const auto left = std::chrono::ceil<Milliseconds>(end_ - clock_->steadyNow());
    return std::max(left, Milliseconds{0});
  }
  [[nodiscard]] bool passed() const { return left() == Milliseconds{0}; }

  /// At most `limit` of what is left; at least 1 ms, since zero is not a timeout.
  [[nodiscard]] Milliseconds slice(Milliseconds limit) const {
    return std::max(std::min(left(), limit), Milliseconds{1});
  }
  /// The timeout of one request: short enough that a broker that hangs leaves time to ask another.
  [[nodiscard]] Milliseconds attempt() const {
    return slice(std::clamp(total_ / 4, Milliseconds{1'000}, Milliseconds{10'000}));
  }
  [[nodiscard]] client::CallOptions call(std::optional<int> broker = std::nullopt) const {
    return {.timeout = attempt(), .broker = broker};
  }

 private:
  Clock* clock_;
  Milliseconds total_;
  std::chrono::steady_clock::time_point end_;
};

/// Waits between tries: doubling, bounded, never beyond the deadline.
class Backoff {
 public:
  explicit Backoff(Milliseconds first = Milliseconds{20}, Milliseconds most = Milliseconds{500})
      : next_(first), most_(most) {}

  void wait(Clock& clock, const Deadline& deadline) {
    clock.sleepFor(std::min(next_, deadline.left()));
    next_ = std::min(next_ * 2, most_);
  }

 private:
  Milliseconds next_;
  Milliseconds most_;
};

/// Repeats `call` while its error is retriable and time is left; the last answer counts.
/// `beforeNext` runs before each further try.
template <class Call, class BeforeNext>
auto retrying(Clock& clock, const Deadline& deadline, Call&& call, BeforeNext&& beforeNext)
    -> decltype(call()) {
  Backoff backoff(Milliseconds{100}, Milliseconds{1'000});
  for (;;) {
    auto result = call();
    if (result || !result.error().retriable || deadline.passed()) {
      return result;
    }
    backoff.wait(clock, deadline);
    beforeNext();
  }
}
template <class Call>
auto retrying(Clock& clock, const Deadline& deadline, Call&& call) -> decltype(call()) {
  return retrying(clock, deadline, std::forward<Call>(call), [] {});
}

/// For a look at who is there: any broker that answers does so at once.
inline constexpr Milliseconds kRefresh{3'000};

/// For requests to the controller: the client sends them to the broker that its last metadata
/// called that, and goes on waiting for it when it is dead. So metadata is read anew before a
/// further try.
template <class Call>
auto retryingAnywhere(Clock& clock, client::AdminClient& admin, const Deadline& deadline,
                      Call&& call) -> decltype(call()) {
  return retrying(clock, deadline, std::forward<Call>(call),
                  [&] { static_cast<void>(admin.metadata(deadline.slice(kRefresh))); });
}

}  // namespace caas::kafka::topics
