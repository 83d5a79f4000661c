// TopicPlan for people: what `caas-kafka topics plan` prints.

#include <algorithm>
#include <array>
#include <iterator>

#include <fmt/format.h>

#include "caas/kafka/topic_manager.hpp"

namespace caas::kafka {
namespace {

void renderStep(const PlanStep& step, std::string& out) {
  auto to = std::back_inserter(out);
  switch (step.action) {
    case PlanAction::kCreate:
      fmt::format_to(to, "+ create {} ({} partition{}, RF {})\n", step.topic,
                     step.partitionsDeclared, step.partitionsDeclared == 1 ? "" : "s",
                     step.replicationFactor);
      for (const ConfigDifference& config : step.configs) {
        fmt::format_to(to, "    {} = {}\n", config.name, config.declared);
      }
      break;
    case PlanAction::kAlterConfigs:
      fmt::format_to(to, "~ alter {}\n", step.topic);
      for (const ConfigDifference& config : step.configs) {
        fmt::format_to(to, "    {}: {} → {}\n", config.name,
                       config.actual.empty() ? "(not set)" : config.actual, config.declared);
      }
      break;
    case PlanAction::kGrowPartitions:
      fmt::format_to(to, "^ grow {} ({} → {} partitions)\n    {}\n", step.topic,
                     step.partitionsActual, step.partitionsDeclared, step.note);
      break;
    case PlanAction::kReportOnly: fmt::format_to(to, "! {}: {}\n", step.topic, step.note); break;
  }
}

}  // namespace

std::string_view toString(PlanAction action) {
  switch (action) {
    case PlanAction::kCreate: return "create";
    case PlanAction::kAlterConfigs: return "alter_configs";
    case PlanAction::kGrowPartitions: return "grow_partitions";
    case PlanAction::kReportOnly: return "report_only";
  }
  return "unknown";
}

int TopicPlan::changes() const {
  return static_cast<int>(std::ranges::count_if(
      steps, [](const PlanStep& step) { return step.action != PlanAction::kReportOnly; }));
}

std::string TopicPlan::render() const {
  if (steps.empty()) {
    return fmt::format("No changes. Cluster {} has what the catalog declares.\n", clusterId);
  }
  std::array<int, 4> counts{};
  std::string body;
  for (const PlanStep& step : steps) {
    ++counts.at(static_cast<std::size_t>(step.action));
    renderStep(step, body);
  }
  return fmt::format(
      "{}Plan for cluster {}: {} to create, {} to alter, {} to grow, {} only reported.\n", body,
      clusterId, counts[0], counts[1], counts[2], counts[3]);
}

}  // namespace caas::kafka
