#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "caas/kafka/consumer.hpp"
#include "client/group_client.hpp"
#include "consume/failure_route.hpp"
#include "consume/offset_ledger.hpp"

namespace caas::kafka::consume {

struct Partition;
struct Lane;

/// What a record's transaction has to write.
struct Staged {
  std::vector<OutputRecord> outputs;
  std::optional<FailureOutcome> failure;  ///< set: the output is a failed record's copy
};

/// One record on its way: from the partition's queue through its lane to a handler and back to the
/// ledger. One allocation holds it and its bytes.
struct Task {
  Partition* partition = nullptr;
  Lane* lane = nullptr;    ///< its key's, if its key keeps order
  Task* next = nullptr;    ///< in a lane, a ready queue or a list of the dead
  Task* before = nullptr;  ///< in the list of those at work
  Task* after = nullptr;   ///< in the list of those at work
  OffsetLedger::Ticket ticket = 0;
  std::size_t bytes = 0;
  /// Not to be run earlier: retried records, and those that block their key.
  Timestamp notBefore{};
  std::chrono::steady_clock::time_point startedAt{};
  bool atWork = false;     ///< in a handler, or its copy is on its way
  bool diverting = false;  ///< its copy is on its way to a retry topic or the DLQ
  FailureStage stage = FailureStage::kHandle;  ///< where it failed
  bool reported = false;                       ///< as slow
  HandlerResult failure{};
  std::unique_ptr<Staged> staged;  ///< of exactly-once forwarding
  ConsumedRecord record{};
};

/// Copies the record out of the client's memory. `partition` and `ticket` are set by who takes it.
[[nodiscard]] Task* makeTask(const client::FetchedRecord& fetched);
void destroyTask(Task* task);

struct TaskDeleter {
  void operator()(Task* task) const { destroyTask(task); }
};
using TaskPtr = std::unique_ptr<Task, TaskDeleter>;

/// First in, first out, through Task::next.
class TaskQueue {
 public:
  [[nodiscard]] bool empty() const { return first_ == nullptr; }
  void push(Task* task) {
    task->next = nullptr;
    (first_ == nullptr ? first_ : last_->next) = task;
    last_ = task;
  }
  /// Not of an empty one.
  Task* pop() {
    Task* const task = first_;
    first_ = task->next;
    task->next = nullptr;
    return task;
  }

 private:
  Task* first_ = nullptr;
  Task* last_ = nullptr;
};

/// The records at work, longest first, through Task::before and Task::after.
class RunningList {
 public:
  void push(Task* task) {
    task->before = last_;
    task->after = nullptr;
    (last_ == nullptr ? first_ : last_->after) = task;
    last_ = task;
  }
  void remove(Task* task) {
    (task->before == nullptr ? first_ : task->before->after) = task->after;
    (task->after == nullptr ? last_ : task->after->before) = task->before;
  }
  [[nodiscard]] Task* first() const { return first_; }

 private:
  Task* first_ = nullptr;
  Task* last_ = nullptr;
};

}  // namespace caas::kafka::consume
