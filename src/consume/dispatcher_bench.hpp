#pragma once

// For tests only: a dispatcher that the test drives itself, as its one worker and as its poller.

#include <algorithm>
#include <atomic>
#include <memory>
#include <optional>
#include <random>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "consume/dispatcher.hpp"
#include "consume/intake.hpp"
#include "consume/ledger_metadata.hpp"
#include "core/errors.hpp"

namespace caas::kafka::consume::bench {

/// Stands still until it is moved.
class HandClock final : public Clock {
 public:
  [[nodiscard]] Timestamp now() const override {
    return Timestamp{Milliseconds{1'700'000'000'000}} +
           std::chrono::floor<Milliseconds>(std::chrono::nanoseconds{passed_});
  }
  [[nodiscard]] std::chrono::steady_clock::time_point steadyNow() const override {
    return std::chrono::steady_clock::time_point{std::chrono::hours{1}} +
           std::chrono::nanoseconds{passed_};
  }
  void sleepFor(std::chrono::nanoseconds duration) override { advance(duration); }
  void advance(std::chrono::nanoseconds duration) { passed_ += duration.count(); }

 private:
  std::atomic<std::int64_t> passed_ = 0;
};

class SeededRandom final : public Random {
 public:
  [[nodiscard]] std::uint64_t next() override { return generator_(); }

 private:
  std::mt19937_64 generator_{7};
};

/// Keeps the failed records until the test says what became of their copies.
class HeldRoute final : public FailureRoute {
 public:
  struct Copy {
    std::string topic;
    std::int64_t offset = -1;
    int attempt = 0;
    HandlerResult::Kind kind = HandlerResult::Kind::kRetry;
    std::string code;
    std::string message;
    Done done;
  };
  void divert(const FailedRecord& failed, Done done) override {
    copies.push_back({std::string(failed.record->topic), failed.record->offset,
                      failed.record->attempt, failed.kind, std::string(failed.code),
                      std::string(failed.message), std::move(done)});
  }
  void prepare(const FailedRecord& /*failed*/, Prepared done) override {
    done(fail(errors::internal("this test has no transactions")));
  }
  /// The oldest copy's end.
  Copy answer(Result<FailureOutcome> outcome) {
    Copy copy = std::move(copies.front());
    copies.erase(copies.begin());
    copy.done(std::move(outcome));
    return copy;
  }

  std::vector<Copy> copies;
};

/// A record of a partition. Without `work` it is one that was completed before a restart.
struct Given {
  std::int64_t offset = 0;
  std::optional<std::string> key{};
  std::string value{};
  bool work = true;
};

class DispatcherBench {
 public:
  explicit DispatcherBench(DispatcherOptions options = {},
                           BreakerPolicy breakerPolicy = {.enabled = false})
      : route(std::make_shared<HeldRoute>()),
        breaker(std::make_shared<Breaker>(breakerPolicy)),
        dispatcher(
            std::make_shared<Dispatcher>(std::move(options), route, breaker, clock, random)) {
    // Asked for a worker, it says that one has work to do, and there is none but the test.
    dispatcher->connect([this] { ++pollerWoken; },
                        [this] {
                          wanted_ = true;
                          return false;
                        });
  }
  ~DispatcherBench() {
    for (auto* partition : std::exchange(open_, {})) {
      dispatcher->retire(partition);
    }
    for (auto* task : std::exchange(atWork_, {})) {
      dispatcher->complete(task, HandlerResult::ack());
    }
    while (!route->copies.empty()) {
      route->answer(FailureOutcome::kRetryLater);
    }
  }
  DispatcherBench(const DispatcherBench&) = delete;
  DispatcherBench& operator=(const DispatcherBench&) = delete;

  Partition& open(std::string topic, int number, std::string tenant = {},
                  std::int64_t committed = 0, std::vector<OffsetRange> restored = {}) {
    auto* const partition =
        dispatcher->open({.topic = std::move(topic), .partition = number}, {}, std::move(tenant),
                         committed, CompletedOffsets(std::move(restored)));
    open_.insert(partition);
    return *partition;
  }
  void give(Partition& partition, const std::vector<Given>& records) {
    std::vector<Arrival> arrivals;
    for (const auto& record : records) {
      Task* task = nullptr;
      if (record.work) {
        task = makeTask({.offset = record.offset, .key = record.key, .value = record.value});
        Intake().prepare(*task, partition);
      }
      arrivals.push_back({record.offset, task});
    }
    dispatcher->admit(partition, arrivals);
  }
  void drain(Partition& partition) {
    if (beacon_ == nullptr) {
      beacon_ = &open("beacon", 0);
    }
    dispatcher->drain(partition);
  }
  void retire(Partition& partition) {
    drain(partition);
    dispatcher->retire(&partition);
    forget(partition);
  }
  /// The test has retired it by itself.
  void forget(Partition& partition) { open_.erase(&partition); }

  /// What a worker would be handed now; empty if it would have to wait.
  std::vector<Task*> takeBatch() {
    while (wouldGetWork()) {
      // Drained partitions' records look as if there were work and come to nothing: a worker would
      // then wait for ever. A record that is surely there sends it back.
      if (beacon_ != nullptr && !std::exchange(beaconOut_, true)) {
        give(*beacon_, {{.offset = beaconOffset_++}});
      }
      Work work;
      work.fresh = false;
      static_cast<void>(dispatcher->exchange(work));
      if (work.tasks.front()->partition != beacon_) {
        atWork_.insert(work.tasks.begin(), work.tasks.end());
        return work.tasks;
      }
      beaconOut_ = false;
      dispatcher->complete(work.tasks.front(), HandlerResult::ack());
    }
    return {};
  }
  Task* take() {
    const auto tasks = takeBatch();
    return tasks.empty() ? nullptr : tasks.front();
  }
  std::vector<Task*> takeAll() {
    std::vector<Task*> all;
    while (auto* const task = take()) {
      all.push_back(task);
    }
    return all;
  }
  void answer(Task* task, HandlerResult result = HandlerResult::ack()) {
    atWork_.erase(task);
    dispatcher->complete(task, std::move(result));
  }
  /// Runs and acknowledges all that can run; their names in order.
  std::vector<std::string> runAll() {
    std::vector<std::string> names;
    while (auto* const task = take()) {
      names.push_back(nameOf(task));
      answer(task);
    }
    return names;
  }

  void advance(std::chrono::nanoseconds duration) {
    clock.advance(duration);
    static_cast<void>(dispatcher->tick());
  }
  void pause(bool paused) {
    paused_ = paused;
    dispatcher->pause(paused);
  }
  CommitPlan plan(Partition& partition) { return dispatcher->planCommit({&partition}); }
  [[nodiscard]] ConsumerStats stats() const { return dispatcher->stats(); }

  /// "chat-0@17".
  static std::string nameOf(const Task* task) {
    return std::string(task->record.topic) + "-" + std::to_string(task->record.partition) + "@" +
           std::to_string(task->record.offset);
  }
  static std::vector<std::string> namesOf(const std::vector<Task*>& tasks) {
    std::vector<std::string> names(tasks.size());
    std::ranges::transform(tasks, names.begin(), nameOf);
    return names;
  }
  static std::vector<OffsetRange> mapOf(const client::GroupOffset& commit) {
    return std::get<CompletedOffsets>(decodeLedger(commit.offset, commit.metadata)).ranges();
  }

  HandClock clock;
  SeededRandom random;
  std::shared_ptr<HeldRoute> route;
  std::shared_ptr<Breaker> breaker;
  std::shared_ptr<Dispatcher> dispatcher;
  int pollerWoken = 0;

 private:
  bool wouldGetWork() {
    wanted_ = false;
    dispatcher->pause(paused_);  // looks after its workers
    if (!wanted_ || !breaker->admit(clock.steadyNow())) {
      return false;
    }
    breaker->forget();
    return true;
  }

  bool wanted_ = false;
  bool paused_ = false;
  std::set<Partition*> open_;
  std::set<Task*> atWork_;
  Partition* beacon_ = nullptr;
  bool beaconOut_ = false;
  std::int64_t beaconOffset_ = 0;
};

}  // namespace caas::kafka::consume::bench
