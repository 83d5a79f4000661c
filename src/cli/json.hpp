#pragma once

// What `--json` prints: names in camelCase, units last (latencyMs), times as ISO 8601 in UTC.

#include <boost/json.hpp>

#include "caas/kafka/health.hpp"
#include "caas/kafka/settings.hpp"
#include "caas/kafka/topic_manager.hpp"

namespace caas::kafka::cli {

[[nodiscard]] boost::json::object toJson(const Error& error);
[[nodiscard]] boost::json::object toJson(const SettingInForce& row, std::string_view source);
[[nodiscard]] boost::json::object toJson(const ClusterDetails& cluster);
[[nodiscard]] boost::json::object toJson(const BrokerHealth& broker);
[[nodiscard]] boost::json::object toJson(const TopicHealthResult& topics);
[[nodiscard]] boost::json::object toJson(const RegistryHealth& registry);
[[nodiscard]] boost::json::object toJson(const HealthCheckResult& health);
[[nodiscard]] boost::json::object toJson(const ClusterStats& stats);
[[nodiscard]] boost::json::object toJson(const TopicInfo& topic);
[[nodiscard]] boost::json::object toJson(const TopicPlan& plan);
[[nodiscard]] boost::json::object toJson(const ApplyReport& report);
[[nodiscard]] boost::json::object toJson(const TenantInfo& tenant);
[[nodiscard]] boost::json::object toJson(const TenantTopicSet& set);
[[nodiscard]] boost::json::object toJson(const TopicManager::DeletePreview& preview);
[[nodiscard]] boost::json::object toJson(const DeleteTenantReport& report);

template <class T>
[[nodiscard]] boost::json::array toJsonArray(const std::vector<T>& items) {
  boost::json::array array;
  for (const auto& item : items) {
    array.push_back(toJson(item));
  }
  return array;
}
[[nodiscard]] boost::json::array toJsonArray(const std::vector<std::string>& items);

}  // namespace caas::kafka::cli
