#pragma once

// Tenants.

#include <boost/json.hpp>

#include "caas/kafka/topic_manager.hpp"
#include "http/schema.hpp"

namespace caas::kafka {

[[nodiscard]] boost::json::object toJson(const TenantInfo& tenant);
[[nodiscard]] boost::json::object toJson(const TenantTopicSet& set);
[[nodiscard]] boost::json::object toJson(const TopicManager::DeletePreview& preview);
[[nodiscard]] boost::json::object toJson(const DeleteTenantReport& report);

[[nodiscard]] std::vector<http::Member> tenantMembers();
[[nodiscard]] http::Schema tenantTopicsSchema();
[[nodiscard]] http::Schema deletePreviewSchema();
[[nodiscard]] http::Schema deleteReportSchema();

}  // namespace caas::kafka
