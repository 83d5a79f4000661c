#pragma once

#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "caas/kafka/health.hpp"

namespace caas::kafka::http {

/// What the daemon knows of itself, for the probes. Thread-safe.
class DaemonState {
 public:
  void starting(std::string why);  ///< why it is not ready yet
  void ready();
  void draining();
  void saw(HealthCheckResult health);

  /// Why it is not ready; empty when it is.
  [[nodiscard]] std::vector<std::string> notReadyBecause() const;
  /// Of the last look; nullopt before the first.
  [[nodiscard]] std::optional<HealthCheckResult> health() const;

 private:
  mutable std::mutex mutex_;
  std::string why_ = "starting: the brokers have not been asked yet";
  bool ready_ = false;
  bool draining_ = false;
  std::optional<HealthCheckResult> health_{};
};

}  // namespace caas::kafka::http
