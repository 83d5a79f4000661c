#pragma once

// Health, brokers and statistics.

#include <boost/json.hpp>

#include "caas/kafka/health.hpp"
#include "http/schema.hpp"

namespace caas::kafka {

[[nodiscard]] boost::json::object toJson(const ClusterDetails& cluster);
[[nodiscard]] boost::json::object toJson(const BrokerHealth& broker);
[[nodiscard]] boost::json::object toJson(const TopicHealthResult& topics);
[[nodiscard]] boost::json::object toJson(const RegistryHealth& registry);
[[nodiscard]] boost::json::object toJson(const HealthCheckResult& health);
[[nodiscard]] boost::json::object toJson(const ClusterStats& stats);

[[nodiscard]] http::Schema clusterDetailsSchema();
[[nodiscard]] std::vector<http::Member> brokerMembers();
[[nodiscard]] http::Schema healthSchema();
[[nodiscard]] std::vector<http::Member> statsMembers();

}  // namespace caas::kafka
