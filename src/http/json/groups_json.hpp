#pragma once

// Consumer groups as `--json` prints them.

#include <boost/json.hpp>

#include "caas/kafka/groups.hpp"
#include "http/schema.hpp"

namespace caas::kafka {

[[nodiscard]] boost::json::object toJson(const GroupSummary& group);
[[nodiscard]] boost::json::object toJson(const GroupDescription& group);
[[nodiscard]] boost::json::object toJson(const LagSnapshot& snapshot);
[[nodiscard]] boost::json::object toJson(const ResetPlan& plan, bool executed);
[[nodiscard]] boost::json::object toJson(const GroupLag& lag);
/// What a list shows of a lag: its sums, without topics.
[[nodiscard]] boost::json::object lagSums(const GroupLag& lag);

[[nodiscard]] std::vector<http::Member> groupMembers();
[[nodiscard]] std::vector<http::Member> lagSumMembers();
[[nodiscard]] http::Schema groupDescriptionSchema();
[[nodiscard]] std::vector<http::Member> groupLagMembers();
[[nodiscard]] http::Schema resetPlanSchema();

}  // namespace caas::kafka
