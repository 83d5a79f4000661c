#include "topics/requests.hpp"

#include <algorithm>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "core/errors.hpp"
#include "topics/assess.hpp"

namespace caas::kafka::topics {
namespace {

// Of those settings that are compared a topic has near a kilobyte: a response stays near a
// megabyte.
constexpr std::size_t kTopicsPerConfigRequest = 1'000;

}  // namespace

Result<client::ClusterMetadata> readMetadata(const Context& context, const Deadline& deadline) {
  auto metadata =
      retrying(context.clock, deadline, [&] { return context.admin.metadata(deadline.attempt()); });
  if (!metadata && metadata.error().code == ErrorCode::kConnectionTimeout) {
    // The last try's error names its own time; all of the deadline was waited.
    return fail(
        errors::connectionTimeout(fmt::format("{}", fmt::join(context.settings.brokers, ", ")),
                                  context.admin.connectionReport(), deadline.total()));
  }
  return metadata;
}

Result<client::ClusterDescription> readCluster(const Context& context, const Deadline& deadline) {
  return retryingAnywhere(context.clock, context.admin, deadline,
                          [&] { return context.admin.describeCluster(deadline.call()); });
}

Result<client::ClusterDescription> askForBrokers(const Context& context, const Deadline& deadline) {
  auto cluster = context.admin.describeCluster({.timeout = deadline.slice(kRefresh), .broker = {}});
  if (!cluster) {
    // See retryingAnywhere(): the broker that was asked may be the one that hangs.
    static_cast<void>(context.admin.metadata(deadline.slice(kRefresh)));
  }
  return cluster;
}

Result<TopicConfigMap> inChunks(
    const std::vector<std::string>& topics,
    const std::function<Result<std::vector<client::TopicConfigs>>(const std::vector<std::string>&)>&
        ask) {
  TopicConfigMap configs;
  for (std::size_t first = 0; first < topics.size(); first += kTopicsPerConfigRequest) {
    const auto last = std::min(first + kTopicsPerConfigRequest, topics.size());
    CAAS_ASSIGN(auto answers, ask({topics.begin() + static_cast<std::ptrdiff_t>(first),
                                   topics.begin() + static_cast<std::ptrdiff_t>(last)}));
    for (client::TopicConfigs& answer : answers) {
      if (!answer.error) {
        configs.emplace(std::move(answer.topic), std::move(answer.configs));
      } else if (answer.error->code != ErrorCode::kTopicNotFound) {
        return fail(*std::move(answer.error));
      }
    }
  }
  return configs;
}

Result<TopicConfigMap> readConfigs(const Context& context, const std::vector<std::string>& topics,
                                   const Deadline& deadline) {
  const auto names = configsToDescribe(context.catalog);
  return inChunks(topics, [&](const auto& chunk) {
    return retryingAnywhere(context.clock, context.admin, deadline, [&] {
      return context.admin.describeConfigs(chunk, deadline.call(), names);
    });
  });
}

Result<ClusterView> readView(const Context& context, const client::ClusterMetadata& metadata,
                             const std::vector<WantedTopic>& wanted, const Deadline& deadline) {
  ClusterView view;
  CAAS_ASSIGN(auto cluster, readCluster(context, deadline));
  view.clusterId = std::move(cluster.clusterId);
  view.metadata = metadata;
  std::vector<std::string> existing;
  for (const WantedTopic& topic : wanted) {
    if (findTopic(metadata, topic.topic) != nullptr) {
      existing.push_back(topic.topic);
    }
  }
  CAAS_ASSIGN(view.configs, readConfigs(context, existing, deadline));
  return view;
}

}  // namespace caas::kafka::topics
