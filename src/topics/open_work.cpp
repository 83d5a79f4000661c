#include <algorithm>

#include <fmt/format.h>

#include "topics/apply.hpp"
#include "topics/config_compare.hpp"
#include "topics/failures.hpp"

namespace caas::kafka::topics {
namespace {

/// Whether a step is open (true), done already (false), or not true any more (kConflict).
Result<bool> createIsOpen(const PlanStep& step, const client::TopicDescription* topic) {
  if (topic == nullptr) {
    return true;
  }
  const int actual = static_cast<int>(topic->partitions.size());
  if (actual != step.partitionsDeclared) {
    return fail(planConflict(fmt::format(
        "the plan creates '{}' with {} partitions, but it was created meanwhile with {}",
        step.topic, step.partitionsDeclared, actual)));
  }
  return false;
}

Result<bool> growIsOpen(const PlanStep& step, const client::TopicDescription* topic) {
  const int actual = topic == nullptr ? 0 : static_cast<int>(topic->partitions.size());
  if (actual == step.partitionsDeclared) {
    return false;
  }
  if (actual != step.partitionsActual) {
    return fail(planConflict(
        fmt::format("the plan grows '{}' from {} to {} partitions, but it has {} now", step.topic,
                    step.partitionsActual, step.partitionsDeclared, actual)));
  }
  return true;
}

Result<bool> alterIsOpen(const PlanStep& step, const TopicConfigMap& configs) {
  const auto found = configs.find(step.topic);
  if (found == configs.end()) {
    return fail(planConflict(fmt::format(
        "the plan changes settings of '{}', but it does not exist any more", step.topic)));
  }
  bool open = false;
  for (const ConfigDifference& config : step.configs) {
    const auto now = configDifferences({{config.name, config.declared}}, found->second);
    if (now.empty()) {
      continue;  // somebody has set it to what the plan wants
    }
    if (!sameConfigValue(now.front().actual, config.actual)) {
      return fail(planConflict(fmt::format(
          "the plan changes {} of '{}' from '{}' to '{}', but it is '{}' now", config.name,
          step.topic, config.actual, config.declared, now.front().actual)));
    }
    open = true;
  }
  return open;
}

}  // namespace

Result<OpenWork> openWorkOf(const TopicPlan& plan, const ClusterView& cluster) {
  if (plan.clusterId != cluster.clusterId) {
    return fail(planConflict(fmt::format("the plan was made for cluster {}, this one is {}",
                                         plan.clusterId, cluster.clusterId)));
  }
  OpenWork work;
  for (const PlanStep& step : plan.steps) {
    const client::TopicDescription* topic = findTopic(cluster.metadata, step.topic);
    Result<bool> open = false;
    std::vector<const PlanStep*>* list = nullptr;
    switch (step.action) {
      case PlanAction::kCreate:
        open = createIsOpen(step, topic);
        list = &work.create;
        break;
      case PlanAction::kAlterConfigs:
        open = alterIsOpen(step, cluster.configs);
        list = &work.alter;
        break;
      case PlanAction::kGrowPartitions:
        open = growIsOpen(step, topic);
        list = &work.grow;
        break;
      case PlanAction::kReportOnly: continue;
    }
    CAAS_TRY(open);
    if (*open) {
      list->push_back(&step);
    } else {
      work.unchanged.push_back(step.topic);
    }
  }
  return work;
}

}  // namespace caas::kafka::topics
