#pragma once

// Topics, plans and what was done by them.

#include <boost/json.hpp>

#include "caas/kafka/snapshot.hpp"
#include "caas/kafka/topic_manager.hpp"
#include "http/schema.hpp"

namespace caas::kafka {

[[nodiscard]] boost::json::object toJson(const TopicInfo& topic);
[[nodiscard]] boost::json::object toJson(const TopicPlan& plan);
[[nodiscard]] boost::json::object toJson(const ApplyReport& report);
[[nodiscard]] boost::json::object toJson(const TopicSnapshot& topic);
[[nodiscard]] boost::json::object toJson(const PartitionSnapshot& partition);

[[nodiscard]] std::vector<http::Member> topicMembers();
[[nodiscard]] http::Schema topicSchema();
[[nodiscard]] http::Schema partitionSchema();
[[nodiscard]] http::Schema planSchema();
[[nodiscard]] http::Schema applySchema();

}  // namespace caas::kafka
