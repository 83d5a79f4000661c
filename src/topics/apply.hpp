#pragma once

#include <string>
#include <vector>

#include "caas/kafka/topic_manager.hpp"
#include "topics/context.hpp"
#include "topics/plan.hpp"

namespace caas::kafka::topics {

/// What is left to do of a plan on the cluster as it is now.
struct OpenWork {
  std::vector<const PlanStep*> create;
  std::vector<const PlanStep*> alter;
  std::vector<const PlanStep*> grow;
  std::vector<std::string> unchanged;  ///< found done already
};

/// Holds each step against the cluster. kConflict when a step's starting point is not true any
/// more: then nothing of the plan is carried out. Pure.
[[nodiscard]] Result<OpenWork> openWorkOf(const TopicPlan& plan, const ClusterView& cluster);

[[nodiscard]] Result<ApplyReport> applyPlan(const Context& context, const TopicPlan& plan,
                                            Milliseconds limit);

}  // namespace caas::kafka::topics
