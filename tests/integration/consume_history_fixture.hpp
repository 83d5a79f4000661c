#pragma once

#include <string>
#include <string_view>
#include <utility>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/consume_history.hpp"

namespace caas::kafka::test {

inline constexpr Instant kStart{std::chrono::hours{500'000}};

inline Instant at(int ms) { return kStart + Milliseconds{ms}; }
inline Timestamp timeAt(int ms) { return std::chrono::time_point_cast<Milliseconds>(at(ms)); }

/// A history in which all is well; each test then breaks one thing. Record n of key "a" is sent at
/// n * 100 ms, runs 10 ms later for 20 ms in process "one", and is committed 50 ms after it came.
class ConsumeHistoryChecker : public ::testing::Test {
 protected:
  using Id = ConsumeHistory::Id;

  Id send(int ms, std::string_view key = "a") {
    const auto id = history_.produced(key, next_);
    history_.delivered(id, 0, next_++, at(ms));
    return id;
  }
  void run(Id id, int ms, Outcome outcome = Outcome::kAck, std::string process = "one",
           int attempt = 1) {
    HandlerRun run{.process = std::move(process),
                   .record = id,
                   .attempt = attempt,
                   .start = at(ms),
                   .outcome = outcome};
    if (outcome != Outcome::kNone) {
      run.end = at(ms + 20);
    }
    history_.run(std::move(run));
  }
  void commit(std::int64_t offset, int ms, CompletedOffsets completed = {}) {
    history_.committed({.offset = offset, .completed = std::move(completed), .at = at(ms)});
  }
  /// `count` records, each run and committed.
  void handle(int count) {
    for (int i = 0; i < count; ++i) {
      const int ms = static_cast<int>(next_) * 100;
      run(send(ms), ms + 10);
      commit(next_, ms + 50);
    }
  }
  void takeOver(std::string_view process, int ms) { history_.reassigned(process, at(ms)); }
  void disturb(Disturbance::Kind kind, int from, int to, std::string process = {}) {
    history_.disturbed({kind, at(from), at(to), std::move(process)});
  }
  ConsumeVerdict check(bool block = false) const { return history_.check({.block = block}); }

  ConsumeHistory history_;
  std::int64_t next_ = 0;
};

}  // namespace caas::kafka::test
