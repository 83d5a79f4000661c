#include "snapshot/assemble.hpp"

#include <algorithm>
#include <set>
#include <utility>

#include "caas/kafka/retry_policy.hpp"
#include "topics/assess.hpp"
#include "topics/inventory.hpp"

namespace caas::kafka::snapshot {
namespace {

std::vector<ConfigDifference> driftOf(const topics::WantedTopic& wanted, const TopicFacts& facts) {
  std::vector<ConfigDifference> drift;
  for (auto& step : topics::compareTopic(wanted, facts.metadata, facts.configs, false)) {
    if (step.action == PlanAction::kCreate) {
      continue;
    }
    std::ranges::move(step.configs, std::back_inserter(drift));
    if (step.action == PlanAction::kAlterConfigs) {
      continue;
    }
    // Steps without settings: what is only reported.
    if (step.replicationFactor > 0) {
      drift.push_back({"replication.factor", std::to_string(step.replicationFactor),
                       std::to_string(wanted.definition->replicationFactor)});
    } else {
      drift.push_back({"partitions", std::to_string(step.partitionsActual),
                       std::to_string(step.partitionsDeclared)});
    }
  }
  return drift;
}

void addPartitions(TopicSnapshot& topic, const client::TopicDescription& description,
                   const TopicFacts& facts) {
  const auto minIsr = topics::minIsrOf(facts.configs, description.name);
  topic.partitions.reserve(description.partitions.size());
  for (const client::PartitionInfo& partition : description.partitions) {
    PartitionSnapshot shown{.partition = partition.id,
                            .leader = partition.leader,
                            .replicas = partition.replicas,
                            .inSync = partition.isr};
    if (const auto ends = facts.ends.find({description.name, partition.id});
        ends != facts.ends.end()) {
      shown.startOffset = ends->second.start;
      shown.endOffset = ends->second.end;
    }
    if (shown.startOffset && shown.endOffset) {
      topic.records += std::max<std::int64_t>(*shown.endOffset - *shown.startOffset, 0);
    }
    topic.underMinIsrPartitions += minIsr && std::ssize(partition.isr) < *minIsr ? 1 : 0;
    topic.partitions.push_back(std::move(shown));
  }
}

}  // namespace

std::vector<TopicSnapshot> topicsOf(const TopicFacts& facts, const Catalog& catalog) {
  std::vector<TopicSnapshot> shown;
  for (TopicInfo& info : topics::topicsOf(facts.metadata, catalog, {.includeForeign = true})) {
    TopicSnapshot topic{.info = std::move(info)};
    addPartitions(topic, *topics::findTopic(facts.metadata, topic.info.name), facts);
    if (const auto id = facts.ids.find(topic.info.name); id != facts.ids.end()) {
      topic.topicId = id->second;
    }
    shown.push_back(std::move(topic));
  }
  for (const topics::WantedTopic& wanted : topics::wantedOnCluster(facts.metadata, catalog)) {
    const auto found = std::ranges::lower_bound(
        shown, wanted.topic, {},
        [](const auto& topic) -> const std::string& { return topic.info.name; });
    if (found != shown.end() && found->info.name == wanted.topic) {
      found->drift = driftOf(wanted, facts);
    }
  }
  return shown;
}

void addMembers(std::vector<GroupSummary>& groups, const LagSnapshot& lag) {
  for (GroupSummary& group : groups) {
    const auto found = std::ranges::lower_bound(lag.groups, group.id, {}, &GroupLag::group);
    if (found == lag.groups.end() || found->group != group.id) {
      continue;
    }
    group.members = found->members;
    std::set<std::string> entries;
    std::set<std::string> tenants;
    for (const TopicLag& topic : found->topics) {
      entries.insert(topic.entry);
      tenants.insert(topic.tenant);
    }
    // Foreign topics have no entry, and the platform's no tenant.
    entries.erase("");
    tenants.erase("");
    group.entries.assign(entries.begin(), entries.end());
    group.tenants.assign(tenants.begin(), tenants.end());
  }
}

void countDeadLetters(ClusterSnapshot& snapshot) {
  const TopicSnapshot* dlq = snapshot.topic(RetryPolicy{}.dlqTopic);
  if (dlq == nullptr || dlq->partitions.empty()) {
    return;
  }
  std::int64_t ever = 0;
  for (const PartitionSnapshot& partition : dlq->partitions) {
    if (!partition.endOffset || !partition.startOffset) {
      return;  // a part of it would pass for all
    }
    ever += *partition.endOffset;
  }
  snapshot.deadLetteredEver = ever;
  snapshot.deadLetters = dlq->records;
}

}  // namespace caas::kafka::snapshot
