#pragma once

#include "caas/kafka/groups.hpp"
#include "consume/groups_reader.hpp"

namespace caas::kafka::consume {

/// One look at one group or all of them (GroupManager::lag). `catalog` may be null.
[[nodiscard]] Result<LagSnapshot> takeLag(const GroupAsk& ask, const Settings& settings,
                                          const Catalog* catalog, const LagOptions& options);

}  // namespace caas::kafka::consume
