#pragma once

#include <boost/json.hpp>

#include "caas/kafka/dlq.hpp"
#include "http/schema.hpp"

namespace caas::kafka {

[[nodiscard]] boost::json::object toJson(const DlqEntry& entry);
[[nodiscard]] boost::json::object toJson(const DlqGroup& group);
[[nodiscard]] boost::json::object toJson(const DlqJobReport& report);

[[nodiscard]] std::vector<http::Member> dlqEntryMembers();
[[nodiscard]] http::Schema dlqEntrySchema();
[[nodiscard]] http::Schema dlqGroupSchema();
[[nodiscard]] http::Schema dlqReportSchema();

}  // namespace caas::kafka
