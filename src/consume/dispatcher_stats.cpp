#include "consume/dispatcher.hpp"

// What can be seen from outside.

#include <utility>

#include <fmt/format.h>

namespace caas::kafka::consume {
namespace {

std::string described(const Task& task, std::chrono::nanoseconds age) {
  return fmt::format(
      "{}-{} offset {} key {}: {} s", task.record.topic, task.record.partition, task.record.offset,
      task.record.key ? fmt::format("\"{}\"", task.record.key->substr(0, 60)) : "null",
      std::chrono::duration_cast<std::chrono::seconds>(age).count());
}

}  // namespace

void Dispatcher::pause(bool paused) {
  const Lock lock(mutex_);
  paused_ = paused;
  wakeWorkers();
}

ConsumerStats Dispatcher::stats() const {
  const Lock lock(mutex_);
  ConsumerStats stats = stats_;
  stats.keysInFlight = lanes_.inUse();
  stats.handlersInFlight = inHandlers_;
  stats.paused = paused_;
  stats.breakerOpen = breaker_->open();
  const auto now = clock_.steadyNow();
  for (const Task* task = running_.first();
       task != nullptr && now - task->startedAt >= options_.slowHandler; task = task->after) {
    stats.slowHandlers.push_back(described(*task, now - task->startedAt));
  }
  return stats;
}

std::vector<std::string> Dispatcher::newlySlow() {
  const Lock lock(mutex_);
  std::vector<std::string> slow;
  const auto now = clock_.steadyNow();
  for (Task* task = running_.first();
       task != nullptr && now - task->startedAt >= options_.slowHandler; task = task->after) {
    if (!std::exchange(task->reported, true)) {
      slow.push_back(described(*task, now - task->startedAt));
    }
  }
  return slow;
}

ConsumerReport Dispatcher::unfinished() const {
  const Lock lock(mutex_);
  ConsumerReport report;
  for (const auto& partition : partitions_) {
    report.unfinished += static_cast<std::int64_t>(partition->atWork);
  }
  const auto now = clock_.steadyNow();
  for (const Task* task = running_.first(); task != nullptr; task = task->after) {
    report.hangingHandlers.push_back(described(*task, now - task->startedAt));
  }
  return report;
}

void Dispatcher::stop() {
  const Lock lock(mutex_);
  stopping_ = true;
  work_.notify_all();
}

bool Dispatcher::waitForWorkers(std::chrono::steady_clock::time_point until) {
  Lock lock(mutex_);
  return ended_.wait_until(lock, until, [this] { return threads_ == 0; });
}

}  // namespace caas::kafka::consume
