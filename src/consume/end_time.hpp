#pragma once

#include <algorithm>
#include <atomic>
#include <chrono>
#include <limits>

#include "caas/kafka/clock.hpp"

namespace caas::kafka::consume {

/// Until when work may go on: for ever, until somebody sets an end. Thread-safe.
class EndTime {
 public:
  /// A call that can be taken up again is asked in pieces of this, so that an end that is set
  /// meanwhile is noticed.
  static constexpr Milliseconds kPiece{1'000};

  explicit EndTime(const Clock& clock) : clock_(clock) {}

  void set(std::chrono::steady_clock::time_point end) { end_ = end.time_since_epoch().count(); }
  [[nodiscard]] bool passed() const { return left() == Milliseconds{0}; }
  /// `most`, or what is left.
  [[nodiscard]] Milliseconds within(Milliseconds most) const { return std::min(most, left()); }

  /// Asks, at least once, until the answer is not to be asked for `again`, `most` has passed, or
  /// the end has come.
  template <class Ask, class Again>
  auto insist(Milliseconds most, Ask&& ask, Again&& again) const {
    const auto until = clock_.steadyNow() + most;
    for (;;) {
      const auto rest = std::chrono::ceil<Milliseconds>(until - clock_.steadyNow());
      auto answer = ask(std::max(within(std::min(rest, kPiece)), Milliseconds{1}));
      if (answer || !again() || passed() || clock_.steadyNow() >= until) {
        return answer;
      }
    }
  }

 private:
  using Rep = std::chrono::steady_clock::rep;

  [[nodiscard]] Milliseconds left() const {
    const Rep end = end_;
    if (end == kNever) {
      return Milliseconds::max();
    }
    const auto left =
        std::chrono::steady_clock::duration{end} - clock_.steadyNow().time_since_epoch();
    return std::max(std::chrono::ceil<Milliseconds>(left), Milliseconds{0});
  }

  static constexpr Rep kNever = std::numeric_limits<Rep>::max();
  const Clock& clock_;
  std::atomic<Rep> end_{kNever};
};

}  // namespace caas::kafka::consume
