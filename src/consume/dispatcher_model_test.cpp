#include <array>
#include <map>
#include <random>

#include <gtest/gtest.h>

#include "consume/dispatcher_bench.hpp"
#include "core/errors.hpp"

// Any order of events against a simple model: what a log holds, what was done with each record, and
// what the group has committed. Nothing lost, order per key kept, nothing left over.

namespace caas::kafka::consume {
namespace {

using bench::DispatcherBench;

constexpr std::int64_t kMaxInFlight = 40;
constexpr int kConcurrency = 6;
constexpr int kKeys = 5;

/// One record of a log, over all assignments.
struct Fate {
  std::optional<std::string> key;
  bool done = false;       ///< acknowledged, or its copy is there
  bool committed = false;  ///< no later assignment may run it
};

/// One topic partition: its log, and where the group stands.
struct Log {
  std::string topic;
  std::string tenant;
  std::vector<Fate> records;
  std::int64_t committedOffset = 0;
  std::vector<OffsetRange> committedMap;
  // Of the present assignment:
  Partition* partition = nullptr;
  bool draining = false;
  std::int64_t next = 0;                            ///< to be read
  std::map<std::int64_t, bool> live;                ///< taken → has left its key's lane
  std::map<std::string, std::int64_t> lastStarted;  ///< of each key
};

class Model {
 public:
  Model(std::uint64_t seed, RetryMode mode)
      : random_(seed),
        mode_(mode),
        bench_({.concurrency = kConcurrency,
                .maxInFlight = kMaxInFlight,
                .retry = {.mode = mode, .maxAttempts = 3, .backoff = Milliseconds{50}}}) {
    for (int i = 0; i < 4; ++i) {
      Log& log = logs_[static_cast<std::size_t>(i)];
      log.tenant = i % 2 == 0 ? "even" : "odd";
      log.topic = "t" + std::to_string(i);
      for (int n = 0; n < 60; ++n) {
        const auto key = upTo(kKeys);
        log.records.push_back({key == 0 ? std::nullopt : std::optional("k" + std::to_string(key))});
      }
    }
  }

  void step() {
    Log& log = logs_[upTo(logs_.size())];
    switch (upTo(12)) {
      case 0:
        if (log.partition == nullptr) {
          assign(log);
        } else if (upTo(6) == 0) {
          bench_.drain(*log.partition);
          log.draining = true;
        }
        break;
      case 1:
        if (log.draining && upTo(2) == 0) {
          giveAway(log);
        }
        break;
      case 2:
      case 3:
        if (log.partition != nullptr && !log.draining) {
          read(log);
        }
        break;
      case 4: commit(log); break;
      case 5: bench_.advance(Milliseconds{static_cast<std::int64_t>(upTo(400))}); break;
      case 6: endCopy(); break;
      case 7:
      case 8: takeOne(); break;
      default: answerOne(); break;
    }
  }

  /// Goes on without anything being given away, until all is done.
  void finish() {
    failures_ = false;
    for (auto& log : logs_) {
      if (log.draining) {
        giveAway(log);
      }
      if (log.partition == nullptr) {
        assign(log);
      }
    }
    for (int rounds = 0; rounds < 2'000 && !allDone(); ++rounds) {
      for (auto& log : logs_) {
        read(log);
      }
      while (takeOne()) {
      }
      while (!running_.empty()) {
        answerOne();
      }
      while (!bench_.route->copies.empty()) {
        endCopy();
      }
      bench_.advance(std::chrono::minutes{2});
    }
    EXPECT_TRUE(allDone()) << "a record was lost";
    for (auto& log : logs_) {
      commit(log);
      EXPECT_EQ(log.committedOffset, std::ssize(log.records));
      EXPECT_TRUE(log.committedMap.empty());
    }
    const auto stats = bench_.stats();
    EXPECT_EQ(stats.recordsInFlight, 0);
    EXPECT_EQ(stats.bytesInFlight, 0);
    EXPECT_EQ(stats.keysInFlight, 0);
    EXPECT_EQ(stats.handlersInFlight, 0);
    EXPECT_EQ(stats.waitingForRetry, 0);
    EXPECT_TRUE(stats.slowHandlers.empty());
  }

 private:
  std::size_t upTo(std::size_t end) { return random_() % end; }
  [[nodiscard]] bool allDone() const {
    return std::ranges::all_of(logs_, [](const Log& log) {
      return std::ranges::all_of(log.records, &Fate::done) && log.next == std::ssize(log.records);
    });
  }
  Log& logOf(std::string_view topic) {
    return *std::ranges::find(logs_, topic,
                              [](const Log& log) { return std::string_view(log.topic); });
  }

  void assign(Log& log) {
    log.partition = &bench_.open(log.topic, 0, log.tenant, log.committedOffset, log.committedMap);
    log.draining = false;
    log.next = log.committedOffset;
    log.live.clear();
    log.lastStarted.clear();
    for (std::size_t i = 0; i < log.records.size(); ++i) {
      const auto offset = static_cast<std::int64_t>(i);
      const bool inMap = CompletedOffsets(log.committedMap).contains(offset);
      log.records[i].committed = offset < log.committedOffset || inMap;
    }
  }

  void giveAway(Log& log) {
    bench_.retire(*log.partition);
    log.partition = nullptr;
    log.draining = false;
  }

  void read(Log& log) {
    std::int64_t room = std::min<std::int64_t>(bench_.dispatcher->room(*log.partition), 7);
    std::vector<bench::Given> given;
    for (; room > 0 && log.next < std::ssize(log.records); --room, ++log.next) {
      const auto& record = log.records[static_cast<std::size_t>(log.next)];
      const bool work = !record.committed;
      given.push_back({log.next, record.key, "x", work});
      if (work) {
        log.live[log.next] = false;
      }
    }
    bench_.give(*log.partition, given);
    EXPECT_LE(bench_.stats().recordsInFlight, kMaxInFlight + 1);
  }

  bool takeOne() {
    Task* const task = bench_.take();
    EXPECT_LE(bench_.stats().handlersInFlight, kConcurrency);
    if (task == nullptr) {
      return false;
    }
    Log& log = logOf(task->record.topic);
    const auto offset = task->record.offset;
    Fate& fate = log.records[static_cast<std::size_t>(offset)];
    EXPECT_EQ(log.partition, task->partition);
    EXPECT_FALSE(log.draining) << "nothing new begins on a partition that goes";
    EXPECT_FALSE(fate.committed) << log.topic << "@" << offset << " was completed and committed";
    EXPECT_TRUE(log.live.contains(offset));
    if (fate.key) {
      auto& last = log.lastStarted.try_emplace(*fate.key, -1).first->second;
      EXPECT_GE(offset, last) << "order of " << *fate.key;
      last = offset;
      for (const auto& [earlier, left] : log.live) {
        if (earlier < offset && log.records[static_cast<std::size_t>(earlier)].key == fate.key) {
          EXPECT_TRUE(left) << log.topic << "@" << offset << " beside " << earlier;
        }
      }
    }
    running_.push_back(task);
    return true;
  }

  void answerOne() {
    if (running_.empty()) {
      return;
    }
    const auto at = running_.begin() + static_cast<std::ptrdiff_t>(upTo(running_.size()));
    Task* const task = *at;
    running_.erase(at);
    Log& log = logOf(task->record.topic);
    const auto offset = task->record.offset;
    const bool ours = log.partition == task->partition;
    const int dice = failures_ ? static_cast<int>(upTo(4)) : 0;
    const auto copiesBefore = bench_.route->copies.size();
    if (dice < 2) {
      bench_.answer(task);
      if (ours) {
        log.records[static_cast<std::size_t>(offset)].done = true;
        log.live[offset] = true;
      }
      return;
    }
    bench_.answer(task, dice == 2 ? HandlerResult::retry("r") : HandlerResult::reject("r"));
    const bool copied = bench_.route->copies.size() > copiesBefore;
    if (!ours) {
      EXPECT_FALSE(copied);
    } else if (copied) {
      log.live[offset] = true;
    } else {
      EXPECT_EQ(mode_, RetryMode::kBlock);
    }
  }

  void endCopy() {
    auto& copies = bench_.route->copies;
    if (copies.empty()) {
      return;
    }
    Log& log = logOf(copies.front().topic);
    const auto offset = copies.front().offset;
    if (failures_ && upTo(3) == 0) {
      bench_.route->answer(fail(errors::shutdown("the DLQ")));
      return;
    }
    bench_.route->answer(FailureOutcome::kDeadLettered);
    // It is in the DLQ now, whoever owns the partition: that it may run again is another matter.
    log.records[static_cast<std::size_t>(offset)].done = true;
  }

  void commit(Log& log) {
    if (log.partition == nullptr) {
      return;
    }
    const auto plan = bench_.plan(*log.partition);
    if (plan.empty()) {
      return;
    }
    const auto map = bench_.mapOf(plan.offsets[0]);
    for (std::size_t i = 0; i < log.records.size(); ++i) {
      const auto offset = static_cast<std::int64_t>(i);
      if (offset < plan.offsets[0].offset || CompletedOffsets(map).contains(offset)) {
        EXPECT_TRUE(log.records[i].done)
            << log.topic << "@" << offset << " is committed and was not completed";
      }
    }
    EXPECT_GE(plan.offsets[0].offset, log.committedOffset) << "a commit went back";
    if (upTo(4) == 0 && failures_) {
      bench_.dispatcher->commitFailed();
      return;
    }
    log.committedOffset = plan.offsets[0].offset;
    log.committedMap = map;
    bench_.dispatcher->committed(plan, {});
  }

  std::mt19937_64 random_;
  const RetryMode mode_;
  bool failures_ = true;
  std::array<Log, 4> logs_;
  std::vector<Task*> running_;
  DispatcherBench bench_;
};

class DispatcherModel : public ::testing::TestWithParam<RetryMode> {};

TEST_P(DispatcherModel, AnyOrderOfEventsLosesNothingAndKeepsEachKeysOrder) {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    SCOPED_TRACE(seed);
    Model model(seed, GetParam());
    for (int i = 0; i < 1'500 && !HasFailure(); ++i) {
      model.step();
    }
    if (HasFailure()) {
      break;
    }
    model.finish();
  }
}

INSTANTIATE_TEST_SUITE_P(Modes, DispatcherModel,
                         ::testing::Values(RetryMode::kDivert, RetryMode::kBlock, RetryMode::kNone),
                         [](const auto& tested) { return std::string(toString(tested.param)); });

}  // namespace
}  // namespace caas::kafka::consume
