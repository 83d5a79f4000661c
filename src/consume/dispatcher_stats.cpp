#include "consume/dispatcher.hpp"

// What can be seen from outside.

#include <algorithm>
#include <utility>
#include <vector>

#include <fmt/format.h>

namespace caas::kafka::consume {
namespace {

std::string described(const Task& task, std::chrono::nanoseconds age) {
  return fmt::format(
      "{}-{} offset {} key {}: {} s", task.record.topic, task.record.partition, task.record.offset,
      task.record.key ? fmt::format("\"{}\"", task.record.key->substr(0, 60)) : "null",
      std::chrono::duration_cast<std::chrono::seconds>(age).count());
}

double number(std::int64_t value) { return static_cast<double>(value); }

}  // namespace

TopicCounts& Dispatcher::countsOf(const std::string& topic) {
  if (counts_.size() >= kMaxCountedTopics && !counts_.contains(topic)) {
    return counts_[std::string(meters::kOther)];
  }
  return counts_[topic];
}

void Dispatcher::pause(bool paused) {
  const Lock lock(mutex_);
  paused_ = paused;
  wakeWorkers();
}

ConsumerStats Dispatcher::statsLocked() const {
  ConsumerStats stats = stats_;
  for (const auto& [topic, counts] : counts_) {
    stats.consumed += counts.consumed;
    stats.skipped += counts.skipped;
    stats.acked += counts.acked;
    stats.retried += counts.retried;
    stats.deadLettered += counts.deadLettered;
    stats.dropped += counts.dropped;
  }
  stats.keysInFlight = lanes_.inUse();
  stats.handlersInFlight = inHandlers_;
  stats.paused = paused_;
  stats.breakerOpen = breaker_->open();
  return stats;
}

ConsumerStats Dispatcher::stats() const {
  const Lock lock(mutex_);
  ConsumerStats stats = statsLocked();
  const auto now = clock_.steadyNow();
  for (const Task* task = running_.first();
       task != nullptr && now - task->startedAt >= options_.slowHandler; task = task->after) {
    stats.slowHandlers.push_back(described(*task, now - task->startedAt));
  }
  return stats;
}

void Dispatcher::tellMeters(meters::MeterReport& report) const {
  using meters::Metric;
  struct OfTopic {
    std::string_view topic;
    TopicCounts counts;
  };
  // Copied, so that the lock is held for short: names are never taken out.
  std::vector<OfTopic> topics;
  ConsumerStats stats;
  int slow = 0;
  {
    const Lock lock(mutex_);
    topics.reserve(counts_.size());
    for (const auto& [topic, counts] : counts_) {
      topics.push_back({topic, counts});
    }
    stats = statsLocked();
    const auto now = clock_.steadyNow();
    for (const Task* task = running_.first();
         task != nullptr && now - task->startedAt >= options_.slowHandler; task = task->after) {
      ++slow;
    }
  }
  const std::string_view group = options_.group;
  for (const auto& [topic, counts] : topics) {
    report.add(Metric::kConsumed, {group, topic}, number(counts.consumed));
    report.add(Metric::kSkipped, {group, topic}, number(counts.skipped));
    report.add(Metric::kHandled, {group, topic}, number(counts.acked));
    report.add(Metric::kRetried, {group, topic}, number(counts.retried));
    report.add(Metric::kDeadLettered, {group, topic}, number(counts.deadLettered));
    report.add(Metric::kDropped, {group, topic}, number(counts.dropped));
    report.add(Metric::kHandlerLatency, {group, topic}, counts.handler);
    report.add(Metric::kEndToEndLatency, {group, topic}, counts.endToEnd);
  }
  const std::pair<Metric, std::int64_t> ofGroup[] = {
      {Metric::kConsumerRecords, stats.recordsInFlight},
      {Metric::kConsumerBytes, stats.bytesInFlight},
      {Metric::kConsumerKeys, stats.keysInFlight},
      {Metric::kConsumerHandlers, stats.handlersInFlight},
      {Metric::kConsumerRecordsLimit, options_.maxInFlight},
      {Metric::kConsumerBytesLimit, options_.maxBytesInFlight},
      {Metric::kConsumerKeysLimit, options_.maxKeysInFlight},
      {Metric::kConsumerHandlersLimit, options_.concurrency},
      {Metric::kConsumerWaiting, stats.waitingForRetry},
      {Metric::kConsumerSlowHandlers, slow},
      {Metric::kConsumerPartitions, stats.partitions},
      {Metric::kConsumerPaused, stats.paused ? 1 : 0},
      {Metric::kConsumerBreakerOpen, stats.breakerOpen ? 1 : 0},
      {Metric::kConsumerRebalances, stats.rebalances},
      {Metric::kConsumerCommits, stats.commits},
      {Metric::kConsumerCommitFailures, stats.commitFailures},
  };
  for (const auto& [metric, value] : ofGroup) {
    report.add(metric, {group}, number(value));
  }
  if (options_.forwarding) {
    report.add(Metric::kForwarded, {group}, number(stats.forwarded));
    report.add(Metric::kTransactions, {group, "committed"}, number(stats.transactions));
    report.add(Metric::kTransactions, {group, "aborted"}, number(stats.aborts));
  }
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
