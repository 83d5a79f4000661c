#pragma once

#include <map>
#include <string>
#include <vector>

#include "caas/kafka/topic_manager.hpp"
#include "client/admin.hpp"
#include "topics/wanted.hpp"

namespace caas::kafka::topics {

using TopicConfigMap = std::map<std::string, client::ConfigMap, std::less<>>;

/// The cluster as plan and health see it.
struct ClusterView {
  std::string clusterId;
  client::ClusterMetadata metadata;
  /// Of the topics that were asked about and exist.
  TopicConfigMap configs;
};

/// The differences of one topic: at most one step for each action. Pure.
[[nodiscard]] std::vector<PlanStep> compareTopic(const WantedTopic& wanted,
                                                 const client::ClusterMetadata& metadata,
                                                 const TopicConfigMap& configs,
                                                 bool growPartitions);

/// All differences, in the order of `wanted`. Topics that nobody wants are not looked at. Pure.
[[nodiscard]] TopicPlan makePlan(const std::vector<WantedTopic>& wanted, const ClusterView& cluster,
                                 bool growPartitions);

/// Share of keys (0 to 1) that hash % partitions sends elsewhere after growing.
[[nodiscard]] double shareOfMovedKeys(int partitionsBefore, int partitionsAfter);

/// The smallest number of replicas that a partition of the topic has.
[[nodiscard]] int replicationFactorOf(const client::TopicDescription& topic);

}  // namespace caas::kafka::topics
