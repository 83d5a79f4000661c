#pragma once

#include <memory>
#include <string>

#include "caas/kafka/catalog.hpp"
#include "consume/intake.hpp"

namespace caas::kafka::retry {

/// What a retry topic's record means: only the group that failed takes it, when it is due, and its
/// handler sees the record as it was published.
class RetryIntake final : public consume::Intake {
 public:
  RetryIntake(std::shared_ptr<const Catalog> catalog, std::string group)
      : catalog_(std::move(catalog)), group_(std::move(group)) {}
  bool wants(const client::FetchedRecord& record) override;
  void prepare(consume::Task& task, const consume::Partition& partition) override;

 private:
  const std::shared_ptr<const Catalog> catalog_;
  const std::string group_;
};

}  // namespace caas::kafka::retry
