#include "http/health_log.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace caas::kafka::http {

std::optional<HealthChange> HealthLog::observe(const HealthCheckResult& result) {
  // What a healthy check looked at may be worded differently each time; that is no change.
  const bool same = status_ == result.status &&
                    (result.status == HealthStatus::kHealthy || reasons_ == result.reasons);
  if (same) {
    return std::nullopt;
  }
  HealthChange change{status_, result.status, fmt::format("{}", fmt::join(result.reasons, "; "))};
  status_ = result.status;
  reasons_ = result.reasons;
  return change;
}

}  // namespace caas::kafka::http
