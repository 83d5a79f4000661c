#pragma once

#include "caas/kafka/groups.hpp"
#include "consume/groups_reader.hpp"

namespace caas::kafka::consume {

/// GroupManager::planReset and ::reset.
[[nodiscard]] Result<ResetPlan> planReset(const GroupAsk& ask, const ResetRequest& request);
[[nodiscard]] Result<void> applyReset(const GroupAsk& ask, const ResetPlan& plan);

}  // namespace caas::kafka::consume
