#pragma once

#include <memory>
#include <mutex>

#include "caas/kafka/settings.hpp"
#include "wire/quorum.hpp"

namespace caas::kafka::health {

/// Asks the cluster who its controller is (DescribeQuorum, over connections of src/wire's own, made
/// at the first question). Thread-safe.
class QuorumWatch {
 public:
  /// `settings` must outlive it.
  explicit QuorumWatch(const Settings& settings) : settings_(settings) {}

  /// With a leader. An error when nobody told within the time: amid an election nobody can.
  [[nodiscard]] Result<wire::Quorum> look(Milliseconds patience);

 private:
  const Settings& settings_;
  std::mutex mutex_;
  std::unique_ptr<wire::Client> client_;
};

}  // namespace caas::kafka::health
