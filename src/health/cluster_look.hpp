#pragma once

#include <optional>
#include <set>
#include <string>
#include <vector>

#include "caas/kafka/catalog.hpp"
#include "caas/kafka/health.hpp"
#include "client/admin.hpp"
#include "health/cluster_watch.hpp"

// What a survey and the metadata tell, in the words of the public interface.

namespace caas::kafka::health {

/// All brokers that some partition has a replica on.
[[nodiscard]] std::set<int> replicaIds(const client::ClusterMetadata& metadata);

/// Those that were asked, and those that only replicas still name, by id. Where the latter were
/// when they lived tells `watch`.
[[nodiscard]] std::vector<BrokerHealth> brokersOf(const Survey& survey,
                                                  const std::set<int>& replicas,
                                                  const ClusterWatch& watch);

[[nodiscard]] ClusterDetails clusterOf(const std::string& clusterId,
                                       const std::vector<BrokerHealth>& brokers,
                                       std::optional<int> controllerId);

/// Of the topics that the metadata names; the groups are counted elsewhere.
[[nodiscard]] ClusterStats statsOf(ClusterDetails cluster, const client::ClusterMetadata& metadata,
                                   const Catalog& catalog);

}  // namespace caas::kafka::health
