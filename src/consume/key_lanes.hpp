#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "consume/partition.hpp"
#include "consume/task.hpp"

namespace caas::kafka::consume {

/// Which records may run now: the first of each key, and of the tenants one record each in turn.
/// Guarded by its owner's lock.
class KeyLanes {
 public:
  explicit KeyLanes(Ordering ordering) : ordering_(ordering) {}

  /// A record that may run when its key's earlier ones are done.
  void enlist(Task* task);
  /// A record that may run now, whatever its key.
  void makeReady(Task* task);
  /// The next in turn; nullptr if nothing is ready.
  [[nodiscard]] Task* pop();
  /// The one that pop() would give belongs to this source.
  [[nodiscard]] const Source* front() const { return firstReady_; }
  [[nodiscard]] bool empty() const { return firstReady_ == nullptr; }
  /// The next of the popped record's key, to run in one batch with it; nullptr if there is none.
  [[nodiscard]] Task* popBehind(const Task& task);
  /// The record is done with: its key's next one becomes ready.
  void leave(Task* task);
  /// Takes out what waits behind others of its key.
  [[nodiscard]] std::vector<Task*> takeWaiting(Partition& partition);
  /// Keys that have something ready, waiting or at work.
  [[nodiscard]] std::int64_t inUse() const { return inUse_; }

 private:
  [[nodiscard]] Lane* take(std::uint64_t key);
  void giveBack(Lane* lane);
  void queue(Source* source);

  const Ordering ordering_;
  Source* firstReady_ = nullptr;  ///< ring of the sources that have something ready
  Source* lastReady_ = nullptr;
  std::vector<std::unique_ptr<Lane>> lanes_;
  Lane* free_ = nullptr;
  std::int64_t inUse_ = 0;
};

}  // namespace caas::kafka::consume
