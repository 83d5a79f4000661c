#include "topics/plan.hpp"

#include <algorithm>
#include <iterator>
#include <numeric>

#include <fmt/format.h>

#include "topics/config_compare.hpp"

namespace caas::kafka::topics {
namespace {

bool hasKeys(KeyStrategy strategy) {
  return strategy != KeyStrategy::kRandom && strategy != KeyStrategy::kNone;
}

PlanStep stepFor(const WantedTopic& wanted, PlanAction action, int actual, int declared) {
  PlanStep step;
  step.action = action;
  step.topic = wanted.topic;
  step.entry = wanted.definition->entry;
  step.tenantId = wanted.tenant ? wanted.tenant->str() : std::string{};
  step.partitionsActual = actual;
  step.partitionsDeclared = declared;
  return step;
}

std::string growthNote(const TopicDefinition& definition, int before, int after) {
  if (!hasKeys(definition.strategy)) {
    return "no key has a fixed partition here, so nothing moves";
  }
  const bool compacted =
      definition.configs.contains("cleanup.policy") &&
      definition.configs.at("cleanup.policy").find("compact") != std::string::npos;
  return fmt::format(
      "about {:.0f} % of the keys ({}) move to another partition; the order of such a key is "
      "broken "
      "across the change{}",
      100 * shareOfMovedKeys(before, after), toString(definition.strategy),
      compacted ? ", and its old value stays in the old partition until retention removes it" : "");
}

PlanStep createStep(const WantedTopic& wanted, int declared) {
  PlanStep step = stepFor(wanted, PlanAction::kCreate, 0, declared);
  step.replicationFactor = wanted.definition->replicationFactor;
  for (const auto& [name, value] : wanted.definition->configs) {
    step.configs.push_back({name, "", value});
  }
  return step;
}

void comparePartitions(const WantedTopic& wanted, int actual, int declared, bool grow,
                       std::vector<PlanStep>& steps) {
  if (actual < declared) {
    const std::string note = growthNote(*wanted.definition, actual, declared);
    steps.push_back(stepFor(wanted, grow ? PlanAction::kGrowPartitions : PlanAction::kReportOnly,
                            actual, declared));
    steps.back().note =
        grow ? note
             : fmt::format("{} partitions, declared are {}; growing must be asked for: {}", actual,
                           declared, note);
  } else if (actual > declared && !wanted.definition->onePartitionPerBroker) {
    // With one per broker, more partitions than brokers only means that a broker is down.
    steps.push_back(stepFor(wanted, PlanAction::kReportOnly, actual, declared));
    steps.back().note = fmt::format(
        "{} partitions, declared are {}; Kafka can't remove partitions: declare {} in the catalog, "
        "or "
        "move the data to a new topic",
        actual, declared, actual);
  }
}

}  // namespace

double shareOfMovedKeys(int partitionsBefore, int partitionsAfter) {
  // hash % a == hash % b for a of every lcm(a, b) hashes.
  const auto period = std::lcm(std::int64_t{partitionsBefore}, std::int64_t{partitionsAfter});
  return period == 0 ? 0.0
                     : 1.0 - static_cast<double>(std::min(partitionsBefore, partitionsAfter)) /
                                 static_cast<double>(period);
}

int replicationFactorOf(const client::TopicDescription& topic) {
  if (topic.partitions.empty()) {
    return 0;
  }
  // A reassignment adds the new replicas before it removes the old ones: the smallest is the truth.
  const auto smallest = std::ranges::min_element(
      topic.partitions, {}, [](const client::PartitionInfo& p) { return p.replicas.size(); });
  return static_cast<int>(smallest->replicas.size());
}

std::vector<PlanStep> compareTopic(const WantedTopic& wanted,
                                   const client::ClusterMetadata& metadata,
                                   const TopicConfigMap& configs, bool growPartitions) {
  const TopicDefinition& definition = *wanted.definition;
  const int declared = declaredPartitions(definition, static_cast<int>(metadata.brokers.size()));
  const client::TopicDescription* topic = findTopic(metadata, wanted.topic);
  if (topic == nullptr) {
    return {createStep(wanted, declared)};
  }

  std::vector<PlanStep> steps;
  const int actual = static_cast<int>(topic->partitions.size());
  if (const auto found = configs.find(wanted.topic); found != configs.end()) {
    auto differences = configDifferences(definition.configs, found->second);
    if (!differences.empty()) {
      steps.push_back(stepFor(wanted, PlanAction::kAlterConfigs, actual, declared));
      steps.back().configs = std::move(differences);
    }
  }
  comparePartitions(wanted, actual, declared, growPartitions, steps);

  const int factor = replicationFactorOf(*topic);
  if (factor != definition.replicationFactor && actual > 0) {
    steps.push_back(stepFor(wanted, PlanAction::kReportOnly, actual, declared));
    steps.back().replicationFactor = factor;
    steps.back().note = fmt::format(
        "replication factor {}, declared is {}; change it with Kafka's kafka-reassign-partitions",
        factor, definition.replicationFactor);
  }
  return steps;
}

TopicPlan makePlan(const std::vector<WantedTopic>& wanted, const ClusterView& cluster,
                   bool growPartitions) {
  TopicPlan plan;
  plan.clusterId = cluster.clusterId;
  for (const WantedTopic& topic : wanted) {
    auto steps = compareTopic(topic, cluster.metadata, cluster.configs, growPartitions);
    std::ranges::move(steps, std::back_inserter(plan.steps));
  }
  return plan;
}

}  // namespace caas::kafka::topics
