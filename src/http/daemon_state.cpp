#include "http/daemon_state.hpp"

#include <utility>

namespace caas::kafka::http {

void DaemonState::starting(std::string why) {
  const std::lock_guard lock(mutex_);
  why_ = std::move(why);
}

void DaemonState::ready() {
  const std::lock_guard lock(mutex_);
  ready_ = true;
}

void DaemonState::draining() {
  const std::lock_guard lock(mutex_);
  draining_ = true;
}

void DaemonState::saw(HealthCheckResult health) {
  const std::lock_guard lock(mutex_);
  health_ = std::move(health);
}

std::vector<std::string> DaemonState::notReadyBecause() const {
  const std::lock_guard lock(mutex_);
  std::vector<std::string> reasons;
  if (draining_) {
    reasons.emplace_back("shutting down");
  }
  if (!ready_) {
    reasons.push_back(why_);
  }
  return reasons;
}

std::optional<HealthCheckResult> DaemonState::health() const {
  const std::lock_guard lock(mutex_);
  return health_;
}

}  // namespace caas::kafka::http
