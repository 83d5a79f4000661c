#pragma once

#include <optional>
#include <string>
#include <vector>

#include "caas/kafka/health.hpp"

namespace caas::kafka::http {

/// A change worth a line in the log.
struct HealthChange {
  std::optional<HealthStatus> from{};  ///< nullopt: the first look
  HealthStatus to = HealthStatus::kUnhealthy;
  std::string reasons;  ///< with "; " between
};

/// Tells changes from repetitions: another status, or while not healthy other reasons. The same
/// trouble seen again is no change.
class HealthLog {
 public:
  [[nodiscard]] std::optional<HealthChange> observe(const HealthCheckResult& result);

 private:
  std::optional<HealthStatus> status_{};
  std::vector<std::string> reasons_;
};

}  // namespace caas::kafka::http
