#pragma once

#include <optional>
#include <set>
#include <string>
#include <vector>

#include "caas/kafka/catalog.hpp"
#include "caas/kafka/topic_manager.hpp"
#include "topics/plan.hpp"

namespace caas::kafka::topics {

inline constexpr int kMaxProblems = 50;

/// The health of all topics of the cluster, foreign ones too: a consumer can't live without
/// `__consumer_offsets`. `configs` holds those of the catalog's topics and of topics that lack a
/// replica; what has none is not judged by it. Pure.
[[nodiscard]] TopicHealthResult assessTopics(const client::ClusterMetadata& metadata,
                                             const TopicConfigMap& configs, const Catalog& catalog);

/// Platform, internal, and those of each tenant that is on the cluster.
[[nodiscard]] std::vector<WantedTopic> wantedOnCluster(const client::ClusterMetadata& metadata,
                                                       const Catalog& catalog);

/// min.insync.replicas in force; nullopt where the configs do not tell.
[[nodiscard]] std::optional<int> minIsrOf(const TopicConfigMap& configs, const std::string& topic);

/// Which topics' configs assessTopics needs, and which of them.
[[nodiscard]] std::vector<std::string> topicsToDescribe(const client::ClusterMetadata& metadata,
                                                        const Catalog& catalog);
[[nodiscard]] std::vector<std::string> configsToDescribe(const Catalog& catalog);

}  // namespace caas::kafka::topics
