#pragma once

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "caas/kafka/consumer.hpp"
#include "client/group_client.hpp"
#include "consume/breaker.hpp"
#include "consume/failure_route.hpp"
#include "consume/key_lanes.hpp"
#include "consume/partition.hpp"
#include "consume/task.hpp"
#include "consume/topic_counts.hpp"
#include "core/meters.hpp"

namespace caas::kafka::consume {

struct DispatcherOptions {
  std::string group{};
  Ordering ordering = Ordering::kKey;
  int concurrency = 64;
  /// Worker threads at most; fewer than `concurrency` where handlers do not block.
  int threads = 64;
  std::int64_t maxInFlight = 10'000;
  std::int64_t maxBytesInFlight = 64LL * 1024 * 1024;
  std::int64_t maxKeysInFlight = 10'000;
  std::size_t maxBatchRecords = 1;
  Milliseconds slowHandler{30'000};
  RetryPolicy retry{};
  /// Completed records wait for a transaction to take their outputs and offsets along.
  bool forwarding = false;
};

/// What a worker gives back and takes: tasks and, for those that ran, their results.
struct Work {
  std::vector<Task*> tasks;
  std::vector<HandlerResult> results;  ///< as many as tasks, or none: answered elsewhere
  std::chrono::steady_clock::time_point startedAt{};
  bool fresh = true;  ///< the worker has just begun
};

/// A record of a partition's queue. No task: it needs no work (completed before a restart).
struct Arrival {
  std::int64_t offset = -1;
  Task* task = nullptr;
};

/// What is to be committed, and which changes that covers.
struct CommitPlan {
  std::vector<client::GroupOffset> offsets;
  struct Cover {
    std::uint64_t epoch = 0;
    std::uint64_t changes = 0;
  };
  std::vector<Cover> covers;
  [[nodiscard]] bool empty() const { return offsets.empty(); }
};

/// The state between the poll thread and the workers: which record may run now, what is completed.
/// One lock guards it, held for short and never across a handler or a call into the client. Workers
/// share its ownership, so that a handler that returns after close finds it there.
class Dispatcher : public std::enable_shared_from_this<Dispatcher> {
 public:
  /// `wakePoller`: there is room again, or something drained. `spawn`: one more worker thread is
  /// wanted (called under the lock; must not call back).
  Dispatcher(DispatcherOptions options, std::shared_ptr<FailureRoute> route,
             std::shared_ptr<Breaker> breaker, Clock& clock, Random& random);
  ~Dispatcher();
  Dispatcher(const Dispatcher&) = delete;
  Dispatcher& operator=(const Dispatcher&) = delete;
  void connect(std::function<void()> wakePoller, std::function<bool()> spawn);

  // The poll thread.
  Partition* open(const client::TopicPartition& id, std::string entry, std::string tenant,
                  std::int64_t committed, CompletedOffsets restored);
  /// How many records of the partition may be taken now. When none, the poller is woken later.
  [[nodiscard]] std::int64_t room(Partition& partition);
  /// Takes the tasks over.
  void admit(Partition& partition, std::span<const Arrival> arrivals);
  /// Everything below `offset` is read.
  void reachedEnd(Partition& partition, std::int64_t offset);
  void drain(Partition& partition);
  [[nodiscard]] bool drained(const Partition& partition) const;
  /// Its results are dropped from now on. The pointer is dead.
  void retire(Partition* partition);
  [[nodiscard]] CommitPlan planCommit(const std::vector<Partition*>& partitions);
  void committed(const CommitPlan& plan, const std::vector<client::PartitionOffset>& failed);
  void commitFailed();
  /// Runs what is due and keeps the workers going. Returns when to come again, at the latest.
  [[nodiscard]] std::chrono::nanoseconds tick();
  void countRebalance();
  /// Handlers that have become slow since the last call, described.
  [[nodiscard]] std::vector<std::string> newlySlow();

  // The transaction thread, with `forwarding`.
  /// Completed records in the order of their completion, at most `most`; waits for some, or until
  /// the time has passed, or stopStaging() was called.
  [[nodiscard]] std::vector<Task*> takeStaged(std::size_t most, Milliseconds wait);
  void stopStaging();
  /// What no transaction took along; it is unfinished.
  void giveBackStaged(const std::vector<Task*>& staged);
  /// Takes those out whose partition was given away: another member runs them again.
  void dropGone(std::vector<Task*>& staged);
  [[nodiscard]] bool anyGone(const std::vector<Task*>& staged) const;
  /// The offsets as they are when these are completed.
  [[nodiscard]] CommitPlan planTransaction(const std::vector<Task*>& staged);
  void transacted(const CommitPlan& plan, const std::vector<Task*>& staged);
  void countAbort();
  /// Its output can't be written: it failed.
  void failForward(Task* task, HandlerResult result);

  // Workers. False: stop.
  [[nodiscard]] bool exchange(Work& work);
  /// A handler that was handed a completion has answered.
  void complete(Task* task, HandlerResult result);
  void workerEnded(const Work& work);

  // Anybody.
  void pause(bool paused);
  [[nodiscard]] ConsumerStats stats() const;
  /// Records at work, and the names of those whose handlers have not returned.
  [[nodiscard]] ConsumerReport unfinished() const;
  /// Workers end after what they are at.
  void stop();
  [[nodiscard]] bool waitForWorkers(std::chrono::steady_clock::time_point until);

 private:
  using Lock = std::unique_lock<std::mutex>;
  struct Later {
    Timestamp due;
    Task* task = nullptr;
    [[nodiscard]] bool operator>(const Later& other) const { return due > other.due; }
  };
  class Burial;

  [[nodiscard]] bool runnable() const;
  void wakeWorkers();
  [[nodiscard]] Task* popReady();
  [[nodiscard]] bool takeBatch(Work& work);
  void begin(Task* task, Work& work);
  /// True if the record has to be diverted, outside of the lock.
  [[nodiscard]] bool settle(Task* task, HandlerResult&& result);
  /// And not by a code that goes to the DLQ at once.
  [[nodiscard]] bool asksForRetry(const HandlerResult& result) const;
  [[nodiscard]] bool tryAgainInPlace(const Task& task, const HandlerResult& result) const;
  [[nodiscard]] Milliseconds backoffOf(int attempt);
  [[nodiscard]] TopicCounts& countsOf(const std::string& topic);
  [[nodiscard]] ConsumerStats statsLocked() const;
  void tellMeters(meters::MeterReport& report) const;
  void finish(Task* task);
  void discard(Task* task);
  void later(Task* task, Timestamp due);
  void rest(Task* task);
  void stage(Task* task);
  void divert(Task* task);
  void divertInTransaction(Task* task, const FailedRecord& failed);
  void diverted(Task* task, const Result<FailureOutcome>& outcome);

  const DispatcherOptions options_;
  const std::shared_ptr<FailureRoute> route_;
  const std::shared_ptr<Breaker> breaker_;
  Clock& clock_;
  Random& random_;
  std::function<void()> wakePoller_;
  std::function<bool()> spawn_;

  mutable std::mutex mutex_;
  std::condition_variable work_;
  std::condition_variable ended_;
  std::vector<std::unique_ptr<Partition>> partitions_;  ///< gone ones until their tasks are back
  std::map<std::string, std::unique_ptr<Source>, std::less<>> sources_;
  /// By topic; what was counted stays when partitions go.
  std::map<std::string, TopicCounts, std::less<>> counts_;
  KeyLanes lanes_;
  std::vector<Later> later_;  ///< heap by due time
  RunningList running_;
  std::deque<Task*> staged_;
  std::condition_variable stagedSome_;
  bool stagingStopped_ = false;
  std::uint64_t epochs_ = 0;
  Lane* freeLanes_ = nullptr;
  TaskQueue dead_;
  ConsumerStats stats_;  ///< without what `counts_` tells
  int sourcesAssigned_ = 0;
  int inHandlers_ = 0;
  int threads_ = 0;
  int idle_ = 0;
  int signalled_ = 0;  ///< woken and not yet awake
  std::uint64_t pops_ = 0;
  std::uint64_t popsAtTick_ = 0;
  double handlerNanos_ = -1;  ///< moving average; < 0: not known
  bool wantRoom_ = false;
  bool breakerHolds_ = false;
  bool paused_ = false;
  bool stopping_ = false;
  /// What the wall clock shows is so much after the steady clock's time.
  std::chrono::nanoseconds wallClockAhead_;
  meters::Meters::Registration registration_;
};

/// Holds the lock, and frees what died meanwhile after giving it back.
class Dispatcher::Burial {
 public:
  explicit Burial(Dispatcher& dispatcher) : dispatcher_(dispatcher), lock_(dispatcher.mutex_) {}
  ~Burial() { giveBack(); }
  Burial(const Burial&) = delete;
  Burial& operator=(const Burial&) = delete;
  [[nodiscard]] Lock& lock() { return lock_; }
  void giveBack() {
    if (!lock_.owns_lock()) {
      return;
    }
    TaskQueue dead = std::exchange(dispatcher_.dead_, {});
    lock_.unlock();
    while (!dead.empty()) {
      destroyTask(dead.pop());
    }
  }

 private:
  Dispatcher& dispatcher_;
  Lock lock_;
};

}  // namespace caas::kafka::consume
