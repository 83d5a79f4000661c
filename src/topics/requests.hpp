#pragma once

#include <functional>
#include <string>
#include <vector>

#include "caas/kafka/result.hpp"
#include "client/admin.hpp"
#include "topics/context.hpp"
#include "topics/deadline.hpp"
#include "topics/plan.hpp"
#include "topics/wanted.hpp"

namespace caas::kafka::topics {

// Reading requests that every operation makes; each is tried again until the deadline while its
// error is retriable.

[[nodiscard]] Result<client::ClusterMetadata> readMetadata(const Context& context,
                                                           const Deadline& deadline);
[[nodiscard]] Result<client::ClusterDescription> readCluster(const Context& context,
                                                             const Deadline& deadline);
/// The living brokers, by one try of a few seconds: for loops that ask again anyway.
[[nodiscard]] Result<client::ClusterDescription> askForBrokers(const Context& context,
                                                               const Deadline& deadline);
/// Configs of these topics by as few requests as are of a decent size; `ask` makes one of them. A
/// topic that was deleted meanwhile is left out.
[[nodiscard]] Result<TopicConfigMap> inChunks(
    const std::vector<std::string>& topics,
    const std::function<Result<std::vector<client::TopicConfigs>>(const std::vector<std::string>&)>&
        ask);
/// The configs that are compared, of these topics.
[[nodiscard]] Result<TopicConfigMap> readConfigs(const Context& context,
                                                 const std::vector<std::string>& topics,
                                                 const Deadline& deadline);
/// Metadata, cluster id, and the configs of those of `wanted` that exist.
[[nodiscard]] Result<ClusterView> readView(const Context& context,
                                           const client::ClusterMetadata& metadata,
                                           const std::vector<WantedTopic>& wanted,
                                           const Deadline& deadline);

}  // namespace caas::kafka::topics
