#pragma once

#include "client/group_client.hpp"
#include "consume/partition.hpp"
#include "consume/task.hpp"

namespace caas::kafka::consume {

/// What a record means to the consumer: the seam at which the retry topics' reader differs.
/// Called by the poll thread.
class Intake {
 public:
  virtual ~Intake() = default;
  /// False: not ours. It is completed without being run.
  [[nodiscard]] virtual bool wants(const client::FetchedRecord& /*record*/) { return true; }
  /// Fills in where the record comes from and when it may run.
  virtual void prepare(Task& task, const Partition& partition) {
    task.record.topic = partition.id.topic;
    task.record.entry = partition.entry;
    task.record.tenant = partition.tenant;
    task.record.partition = partition.id.partition;
  }
};

}  // namespace caas::kafka::consume
