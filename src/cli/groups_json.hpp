#pragma once

// Consumer groups as `--json` prints them.

#include <boost/json.hpp>

#include "caas/kafka/groups.hpp"

namespace caas::kafka::cli {

[[nodiscard]] boost::json::object toJson(const GroupSummary& group);
[[nodiscard]] boost::json::object toJson(const GroupDescription& group);
[[nodiscard]] boost::json::object toJson(const LagSnapshot& snapshot);
[[nodiscard]] boost::json::object toJson(const ResetPlan& plan, bool executed);

}  // namespace caas::kafka::cli
