#pragma once

#include <atomic>
#include <map>
#include <memory>

#include "consume/dispatcher.hpp"
#include "consume/intake.hpp"
#include "consume/invoker.hpp"
#include "retry/testing_route.hpp"

namespace caas::kafka::retry {

/// A HandlerTester's source topics, or its retry topics: the engine without poll thread, workers
/// and Kafka.
class TesterHalf {
 public:
  TesterHalf(consume::DispatcherOptions options, std::shared_ptr<consume::Invoker> invoker,
             std::unique_ptr<consume::Intake> intake, std::shared_ptr<const Catalog> catalog,
             std::shared_ptr<TesterRoute> route, std::shared_ptr<TesterNotes> notes);
  ~TesterHalf();
  TesterHalf(const TesterHalf&) = delete;
  TesterHalf& operator=(const TesterHalf&) = delete;

  void take(const ReceivedRecord& record);
  /// False: nothing may run now.
  bool runSome();
  /// Readies what is due; how long until there may be more.
  [[nodiscard]] std::chrono::nanoseconds nextDue() { return dispatcher_->tick(); }
  [[nodiscard]] ConsumerStats stats() const { return dispatcher_->stats(); }
  [[nodiscard]] std::int64_t committed(const client::TopicPartition& id) const;

 private:
  [[nodiscard]] consume::Partition& partitionOf(const client::TopicPartition& id);
  void transact();

  const bool forwarding_;
  const std::shared_ptr<consume::Invoker> invoker_;
  const std::unique_ptr<consume::Intake> intake_;
  const std::shared_ptr<const Catalog> catalog_;
  const std::shared_ptr<TesterRoute> route_;
  const std::shared_ptr<TesterNotes> notes_;
  std::atomic<bool> workToDo_ = false;
  const std::shared_ptr<consume::Dispatcher> dispatcher_;
  std::map<client::TopicPartition, consume::Partition*> partitions_;
};

}  // namespace caas::kafka::retry
