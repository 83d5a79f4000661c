#pragma once

#include <optional>
#include <string>
#include <vector>

#include "caas/kafka/health.hpp"

namespace caas::kafka::health {

/// What a check found out.
struct Findings {
  /// By id; empty with an error when no broker answered.
  Result<std::vector<BrokerHealth>> brokers;
  Result<TopicHealthResult> topics;
  /// Platform and internal topics that do not exist; nullopt: could not be found out.
  std::optional<std::vector<std::string>> missingPlatformTopics{};
  /// nullopt: not asked.
  std::optional<RegistryHealth> registry{};
};

struct Verdict {
  HealthStatus status = HealthStatus::kUnhealthy;
  std::vector<std::string> reasons;
};

/// Unhealthy: no broker answers, offline partitions, too few in-sync replicas to write, missing
/// platform topics. Degraded: it works and something is wrong, or could not be found out. Pure.
[[nodiscard]] Verdict judge(const Findings& findings);

}  // namespace caas::kafka::health
