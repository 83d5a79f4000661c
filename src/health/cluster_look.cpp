#include "health/cluster_look.hpp"

#include <algorithm>
#include <utility>

#include "topics/inventory.hpp"

namespace caas::kafka::health {
namespace {

constexpr std::string_view kGone =
    "it is down, hangs, or is cut off: the cluster has given it up, and partitions have replicas "
    "on "
    "it; start it, or look why it hangs";

BrokerHealth brokerHealth(const client::BrokerInfo& info) {
  BrokerHealth health;
  health.nodeId = info.id;
  health.host = info.host;
  health.port = info.port;
  health.rack = info.rack;
  return health;
}

/// Why a broker that is listed as living did not answer well.
std::string whyNoAnswer(const Error& error) {
  if (error.code == ErrorCode::kTimeout || error.code == ErrorCode::kConnectionTimeout) {
    return "it does not answer: its process hangs or just died, or the network to it is cut; look "
           "at the process and its log";
  }
  return error.describe();
}

}  // namespace

std::set<int> replicaIds(const client::ClusterMetadata& metadata) {
  std::set<int> ids;
  for (const auto& topic : metadata.topics) {
    for (const auto& partition : topic.partitions) {
      ids.insert(partition.replicas.begin(), partition.replicas.end());
    }
  }
  return ids;
}

std::vector<BrokerHealth> brokersOf(const Survey& survey, const std::set<int>& replicas,
                                    const ClusterWatch& watch) {
  std::vector<BrokerHealth> brokers;
  for (const auto& answer : survey.answers) {
    const auto listed = survey.listed.find(answer.broker);
    if (listed == survey.listed.end() && !replicas.contains(answer.broker)) {
      continue;  // taken out of the cluster since the last time
    }
    auto broker = brokerHealth(listed == survey.listed.end() ? watch.lastSeen(answer.broker)
                                                             : listed->second);
    broker.healthy = answer.cluster.has_value();
    broker.latency = answer.latency;
    if (!broker.healthy) {
      broker.error =
          listed == survey.listed.end() ? std::string(kGone) : whyNoAnswer(answer.cluster.error());
    }
    brokers.push_back(std::move(broker));
  }
  for (const int id : replicas) {
    if (std::ranges::find(survey.answers, id, &Answer::broker) == survey.answers.end()) {
      auto broker = brokerHealth(watch.lastSeen(id));
      broker.error = kGone;
      brokers.push_back(std::move(broker));
    }
  }
  std::ranges::sort(brokers, {}, &BrokerHealth::nodeId);
  return brokers;
}

ClusterDetails clusterOf(const std::string& clusterId, const std::vector<BrokerHealth>& brokers,
                         std::optional<int> controllerId) {
  const auto living =
      static_cast<int>(std::ranges::count_if(brokers, [](const auto& b) { return b.healthy; }));
  ClusterDetails details;
  details.clusterId = clusterId;
  details.brokers = living;
  details.offlineBrokers = static_cast<int>(brokers.size()) - living;
  details.controllerId = controllerId;
  return details;
}

ClusterStats statsOf(ClusterDetails cluster, const client::ClusterMetadata& metadata,
                     const Catalog& catalog) {
  ClusterStats stats;
  stats.cluster = std::move(cluster);
  stats.topics = static_cast<int>(metadata.topics.size());
  stats.tenants = static_cast<int>(topics::tenantIdsOf(metadata, catalog).size());
  for (const auto& topic : metadata.topics) {
    stats.partitions += static_cast<int>(topic.partitions.size());
    for (const auto& partition : topic.partitions) {
      stats.underReplicatedPartitions += topics::underReplicated(partition) ? 1 : 0;
      stats.offlinePartitions += partition.leader ? 0 : 1;
    }
  }
  return stats;
}

}  // namespace caas::kafka::health
