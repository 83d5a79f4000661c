// The part of AdminClient that is about clusters, topics and their configs.

#include <algorithm>
#include <array>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "client/admin_call.hpp"
#include "core/errors.hpp"

namespace caas::kafka::client {
namespace {

BrokerInfo brokerOf(const rd_kafka_Node_t* node) {
  const char* rack = rd_kafka_Node_rack(node);
  return {.id = rd_kafka_Node_id(node),
          .host = rd_kafka_Node_host(node),
          .port = rd_kafka_Node_port(node),
          .rack = rack == nullptr ? "" : rack};
}

std::vector<int> idsOf(const rd_kafka_Node_t** nodes, std::size_t count) {
  std::vector<int> ids;
  ids.reserve(count);
  for (std::size_t i = 0; i < count; ++i) {
    ids.push_back(rd_kafka_Node_id(nodes[i]));
  }
  return ids;
}

TopicDescription descriptionOf(const rd_kafka_TopicDescription_t* topic) {
  TopicDescription description;
  description.name = rd_kafka_TopicDescription_name(topic);
  description.internal = rd_kafka_TopicDescription_is_internal(topic) != 0;
  const rd_kafka_error_t* error = rd_kafka_TopicDescription_error(topic);
  if (error != nullptr && rd_kafka_error_code(error) != RD_KAFKA_RESP_ERR_NO_ERROR) {
    description.error = mapTopicError(rd_kafka_error_code(error), description.name, "describing",
                                      rd_kafka_error_string(error));
    return description;
  }
  if (const auto* id = rd_kafka_TopicDescription_topic_id(topic); id != nullptr) {
    description.topicId = rd_kafka_Uuid_base64str(id);
  }
  std::size_t count = 0;
  const auto** partitions = rd_kafka_TopicDescription_partitions(topic, &count);
  for (std::size_t i = 0; i < count; ++i) {
    PartitionInfo info;
    info.id = rd_kafka_TopicPartitionInfo_partition(partitions[i]);
    const auto* leader = rd_kafka_TopicPartitionInfo_leader(partitions[i]);
    if (leader != nullptr && rd_kafka_Node_id(leader) >= 0) {
      info.leader = rd_kafka_Node_id(leader);
    }
    std::size_t nodes = 0;
    const auto** replicas = rd_kafka_TopicPartitionInfo_replicas(partitions[i], &nodes);
    info.replicas = idsOf(replicas, nodes);
    const auto** isr = rd_kafka_TopicPartitionInfo_isr(partitions[i], &nodes);
    info.isr = idsOf(isr, nodes);
    description.partitions.push_back(std::move(info));
  }
  std::ranges::sort(description.partitions, {}, &PartitionInfo::id);
  return description;
}

std::vector<NamedResult> namedResults(const rd_kafka_topic_result_t** results, std::size_t count,
                                      std::string_view what) {
  std::vector<NamedResult> named;
  for (std::size_t i = 0; i < count; ++i) {
    NamedResult result{rd_kafka_topic_result_name(results[i]), std::nullopt};
    if (const auto code = rd_kafka_topic_result_error(results[i]);
        code != RD_KAFKA_RESP_ERR_NO_ERROR) {
      const char* text = rd_kafka_topic_result_error_string(results[i]);
      result.error = mapTopicError(code, result.name, what, text == nullptr ? "" : text);
    }
    named.push_back(std::move(result));
  }
  return named;
}

ConfigSource sourceOf(rd_kafka_ConfigSource_t source) {
  switch (source) {
    case RD_KAFKA_CONFIG_SOURCE_DYNAMIC_TOPIC_CONFIG: return ConfigSource::kTopic;
    case RD_KAFKA_CONFIG_SOURCE_DYNAMIC_BROKER_CONFIG: return ConfigSource::kDynamicBroker;
    case RD_KAFKA_CONFIG_SOURCE_DYNAMIC_DEFAULT_BROKER_CONFIG:
      return ConfigSource::kDynamicDefaultBroker;
    case RD_KAFKA_CONFIG_SOURCE_STATIC_BROKER_CONFIG: return ConfigSource::kStaticBroker;
    case RD_KAFKA_CONFIG_SOURCE_DEFAULT_CONFIG: return ConfigSource::kDefault;
    default: return ConfigSource::kUnknown;
  }
}

std::optional<Error> resourceError(const rd_kafka_ConfigResource_t* resource,
                                   std::string_view what) {
  const auto code = rd_kafka_ConfigResource_error(resource);
  if (code == RD_KAFKA_RESP_ERR_NO_ERROR) {
    return std::nullopt;
  }
  const char* text = rd_kafka_ConfigResource_error_string(resource);
  return mapTopicError(code, rd_kafka_ConfigResource_name(resource), what,
                       text == nullptr ? "" : text);
}

Result<ConfigResourcePtr> changeOf(rd_kafka_ResourceType_t type, const std::string& name,
                                   const std::map<std::string, std::string>& set,
                                   const std::vector<std::string>& remove) {
  ConfigResourcePtr request(rd_kafka_ConfigResource_new(type, name.c_str()));
  const auto what = fmt::format("changing '{}'", name);
  for (const auto& [key, value] : set) {
    if (const ErrorPtr error{rd_kafka_ConfigResource_add_incremental_config(
            request.get(), key.c_str(), RD_KAFKA_ALTER_CONFIG_OP_TYPE_SET, value.c_str())}) {
      return fail(mapError(error.get(), what));
    }
  }
  for (const auto& key : remove) {
    if (const ErrorPtr error{rd_kafka_ConfigResource_add_incremental_config(
            request.get(), key.c_str(), RD_KAFKA_ALTER_CONFIG_OP_TYPE_DELETE, nullptr)}) {
      return fail(mapError(error.get(), what));
    }
  }
  return request;
}

/// One IncrementalAlterConfigs request (KIP-339).
template <class Impl>
Result<std::vector<NamedResult>> alter(Impl& impl, const std::vector<ConfigResourcePtr>& requests,
                                       const std::string& what, const CallOptions& options) {
  std::vector<NamedResult> named;
  if (requests.empty()) {
    return named;
  }
  auto raw = rawPointers(requests);
  CAAS_ASSIGN(const EventPtr event,
              impl.run(RD_KAFKA_ADMIN_OP_INCREMENTALALTERCONFIGS, what, options,
                       [&](rd_kafka_t* client, const auto* adminOptions, auto* queue) {
                         rd_kafka_IncrementalAlterConfigs(client, raw.data(), raw.size(),
                                                          adminOptions, queue);
                       }));
  std::size_t count = 0;
  const auto** results = rd_kafka_IncrementalAlterConfigs_result_resources(
      rd_kafka_event_IncrementalAlterConfigs_result(event.get()), &count);
  for (std::size_t i = 0; i < count; ++i) {
    named.push_back(
        {rd_kafka_ConfigResource_name(results[i]), resourceError(results[i], "changing")});
  }
  return named;
}

}  // namespace

Result<ClusterDescription> AdminClient::describeCluster(const CallOptions& options) {
  const std::string what =
      options.broker ? fmt::format("asking broker {}", *options.broker) : "describing the cluster";
  CAAS_ASSIGN(const EventPtr event,
              impl_->run(RD_KAFKA_ADMIN_OP_DESCRIBECLUSTER, what, options,
                         [](rd_kafka_t* client, const auto* adminOptions, auto* queue) {
                           rd_kafka_DescribeCluster(client, adminOptions, queue);
                         }));
  const auto* result = rd_kafka_event_DescribeCluster_result(event.get());
  ClusterDescription description;
  if (const char* id = rd_kafka_DescribeCluster_result_cluster_id(result); id != nullptr) {
    description.clusterId = id;
  }
  std::size_t count = 0;
  const auto** nodes = rd_kafka_DescribeCluster_result_nodes(result, &count);
  for (std::size_t i = 0; i < count; ++i) {
    description.brokers.push_back(brokerOf(nodes[i]));
  }
  std::ranges::sort(description.brokers, {}, &BrokerInfo::id);
  return description;
}

Result<ClusterMetadata> AdminClient::metadata(Milliseconds timeout) {
  const rd_kafka_metadata_t* raw = nullptr;
  const auto code = rd_kafka_metadata(impl_->handle, 1, nullptr, &raw,
                                      static_cast<int>(std::max<std::int64_t>(timeout.count(), 1)));
  if (code != RD_KAFKA_RESP_ERR_NO_ERROR) {
    return fail(explainUnreachable(mapError(code, "reading the cluster's metadata"), impl_->state,
                                   timeout));
  }
  const Owned<const rd_kafka_metadata_t, rd_kafka_metadata_destroy> owner(raw);
  impl_->state.onAnswer();
  ClusterMetadata metadata;
  for (int i = 0; i < raw->broker_cnt; ++i) {
    metadata.brokers.push_back({.id = raw->brokers[i].id,
                                .host = raw->brokers[i].host,
                                .port = raw->brokers[i].port,
                                .rack = {}});
  }
  metadata.topics.reserve(static_cast<std::size_t>(raw->topic_cnt));
  for (int i = 0; i < raw->topic_cnt; ++i) {
    const auto& topic = raw->topics[i];
    TopicDescription description;
    description.name = topic.topic;
    description.internal = description.name.starts_with("__");
    if (topic.err != RD_KAFKA_RESP_ERR_NO_ERROR) {
      description.error = mapTopicError(topic.err, description.name, "describing");
    }
    for (int p = 0; p < topic.partition_cnt; ++p) {
      const auto& partition = topic.partitions[p];
      description.partitions.push_back(
          {.id = partition.id,
           .leader = partition.leader >= 0 ? std::optional(partition.leader) : std::nullopt,
           .replicas = {partition.replicas, partition.replicas + partition.replica_cnt},
           .isr = {partition.isrs, partition.isrs + partition.isr_cnt}});
    }
    std::ranges::sort(description.partitions, {}, &PartitionInfo::id);
    metadata.topics.push_back(std::move(description));
  }
  std::ranges::sort(metadata.brokers, {}, &BrokerInfo::id);
  std::ranges::sort(metadata.topics, {}, &TopicDescription::name);
  return metadata;
}

Result<std::vector<TopicDescription>> AdminClient::describeTopics(
    const std::vector<std::string>& topics, const CallOptions& options) {
  if (topics.empty()) {
    return std::vector<TopicDescription>{};
  }
  std::vector<const char*> names;
  for (const auto& topic : topics) {
    names.push_back(topic.c_str());
  }
  const TopicCollectionPtr collection(
      rd_kafka_TopicCollection_of_topic_names(names.data(), names.size()));
  const std::string what = options.broker ? fmt::format("describing {} topics on broker {}",
                                                        topics.size(), *options.broker)
                                          : fmt::format("describing {} topics", topics.size());
  CAAS_ASSIGN(const EventPtr event,
              impl_->run(RD_KAFKA_ADMIN_OP_DESCRIBETOPICS, what, options,
                         [&](rd_kafka_t* client, const auto* adminOptions, auto* queue) {
                           rd_kafka_DescribeTopics(client, collection.get(), adminOptions, queue);
                         }));
  std::size_t count = 0;
  const auto** results = rd_kafka_DescribeTopics_result_topics(
      rd_kafka_event_DescribeTopics_result(event.get()), &count);
  std::vector<TopicDescription> descriptions;
  for (std::size_t i = 0; i < count; ++i) {
    descriptions.push_back(descriptionOf(results[i]));
  }
  return descriptions;
}

Result<std::vector<NamedResult>> AdminClient::createTopics(const std::vector<NewTopic>& topics,
                                                           const CallOptions& options,
                                                           bool validateOnly) {
  if (topics.empty()) {
    return std::vector<NamedResult>{};
  }
  std::vector<NewTopicPtr> requests;
  for (const auto& topic : topics) {
    std::array<char, 256> reason{};
    NewTopicPtr request(rd_kafka_NewTopic_new(topic.name.c_str(), topic.partitions,
                                              topic.replicationFactor, reason.data(),
                                              reason.size()));
    if (!request) {
      return fail(errors::invalidArgument(
          fmt::format("creating topic '{}': {}", topic.name, reason.data())));
    }
    for (const auto& [name, value] : topic.configs) {
      rd_kafka_NewTopic_set_config(request.get(), name.c_str(), value.c_str());
    }
    requests.push_back(std::move(request));
  }
  auto raw = rawPointers(requests);
  CAAS_ASSIGN(
      const EventPtr event,
      impl_->run(
          RD_KAFKA_ADMIN_OP_CREATETOPICS, fmt::format("creating {} topics", topics.size()), options,
          [&](rd_kafka_t* client, const auto* adminOptions, auto* queue) {
            rd_kafka_CreateTopics(client, raw.data(), raw.size(), adminOptions, queue);
          },
          validateOnly));
  std::size_t count = 0;
  const auto** results =
      rd_kafka_CreateTopics_result_topics(rd_kafka_event_CreateTopics_result(event.get()), &count);
  return namedResults(results, count, "creating");
}

Result<std::vector<NamedResult>> AdminClient::deleteTopics(const std::vector<std::string>& topics,
                                                           const CallOptions& options) {
  if (topics.empty()) {
    return std::vector<NamedResult>{};
  }
  std::vector<DeleteTopicPtr> requests;
  for (const auto& topic : topics) {
    requests.emplace_back(rd_kafka_DeleteTopic_new(topic.c_str()));
  }
  auto raw = rawPointers(requests);
  CAAS_ASSIGN(
      const EventPtr event,
      impl_->run(RD_KAFKA_ADMIN_OP_DELETETOPICS, fmt::format("deleting {} topics", topics.size()),
                 options, [&](rd_kafka_t* client, const auto* adminOptions, auto* queue) {
                   rd_kafka_DeleteTopics(client, raw.data(), raw.size(), adminOptions, queue);
                 }));
  std::size_t count = 0;
  const auto** results =
      rd_kafka_DeleteTopics_result_topics(rd_kafka_event_DeleteTopics_result(event.get()), &count);
  return namedResults(results, count, "deleting");
}

Result<std::vector<NamedResult>> AdminClient::createPartitions(
    const std::vector<TopicGrowth>& growths, const CallOptions& options) {
  if (growths.empty()) {
    return std::vector<NamedResult>{};
  }
  std::vector<NewPartitionsPtr> requests;
  for (const auto& growth : growths) {
    std::array<char, 256> reason{};
    NewPartitionsPtr request(rd_kafka_NewPartitions_new(
        growth.topic.c_str(), static_cast<std::size_t>(std::max(growth.newTotal, 0)), reason.data(),
        reason.size()));
    bool good = request != nullptr;
    for (std::size_t i = 0; good && i < growth.replicas.size(); ++i) {
      std::vector<std::int32_t> brokers(growth.replicas[i].begin(), growth.replicas[i].end());
      good = rd_kafka_NewPartitions_set_replica_assignment(
                 request.get(), static_cast<std::int32_t>(i), brokers.data(), brokers.size(),
                 reason.data(), reason.size()) == RD_KAFKA_RESP_ERR_NO_ERROR;
    }
    if (!good) {
      return fail(errors::invalidArgument(
          fmt::format("growing topic '{}': {}", growth.topic, reason.data())));
    }
    requests.push_back(std::move(request));
  }
  auto raw = rawPointers(requests);
  CAAS_ASSIGN(const EventPtr event,
              impl_->run(RD_KAFKA_ADMIN_OP_CREATEPARTITIONS, "adding partitions", options,
                         [&](rd_kafka_t* client, const auto* adminOptions, auto* queue) {
                           rd_kafka_CreatePartitions(client, raw.data(), raw.size(), adminOptions,
                                                     queue);
                         }));
  std::size_t count = 0;
  const auto** results = rd_kafka_CreatePartitions_result_topics(
      rd_kafka_event_CreatePartitions_result(event.get()), &count);
  return namedResults(results, count, "growing");
}

Result<std::vector<TopicConfigs>> AdminClient::describeConfigs(
    const std::vector<std::string>& topics, const CallOptions& options,
    const std::vector<std::string>& names) {
  if (topics.empty()) {
    return std::vector<TopicConfigs>{};
  }
  std::vector<ConfigResourcePtr> requests;
  for (const auto& topic : topics) {
    requests.emplace_back(rd_kafka_ConfigResource_new(RD_KAFKA_RESOURCE_TOPIC, topic.c_str()));
    for (const auto& name : names) {
      // Of a description only the name is sent.
      rd_kafka_ConfigResource_set_config(requests.back().get(), name.c_str(), "");
    }
  }
  auto raw = rawPointers(requests);
  CAAS_ASSIGN(const EventPtr event,
              impl_->run(RD_KAFKA_ADMIN_OP_DESCRIBECONFIGS,
                         fmt::format("reading the settings of {} topics", topics.size()), options,
                         [&](rd_kafka_t* client, const auto* adminOptions, auto* queue) {
                           rd_kafka_DescribeConfigs(client, raw.data(), raw.size(), adminOptions,
                                                    queue);
                         }));
  std::size_t count = 0;
  const auto** results = rd_kafka_DescribeConfigs_result_resources(
      rd_kafka_event_DescribeConfigs_result(event.get()), &count);
  std::vector<TopicConfigs> described;
  for (std::size_t i = 0; i < count; ++i) {
    TopicConfigs topic{.topic = rd_kafka_ConfigResource_name(results[i]),
                       .configs = {},
                       .error = resourceError(results[i], "reading the settings of")};
    std::size_t entries = 0;
    const auto** configs = rd_kafka_ConfigResource_configs(results[i], &entries);
    for (std::size_t e = 0; e < entries; ++e) {
      const char* value = rd_kafka_ConfigEntry_value(configs[e]);
      topic.configs[rd_kafka_ConfigEntry_name(configs[e])] = {
          .value = value == nullptr ? "" : value,
          .source = sourceOf(rd_kafka_ConfigEntry_source(configs[e]))};
    }
    described.push_back(std::move(topic));
  }
  return described;
}

Result<std::vector<NamedResult>> AdminClient::incrementalAlterConfigs(
    const std::vector<ConfigChange>& changes, const CallOptions& options) {
  std::vector<ConfigResourcePtr> requests;
  for (const auto& change : changes) {
    CAAS_ASSIGN(auto request,
                changeOf(RD_KAFKA_RESOURCE_TOPIC, change.topic, change.set, change.remove));
    requests.push_back(std::move(request));
  }
  return alter(*impl_, requests, fmt::format("changing {} topics", changes.size()), options);
}

Result<void> AdminClient::setGroupConfigs(const std::string& group,
                                          const std::map<std::string, std::string>& configs,
                                          const CallOptions& options) {
  CAAS_ASSIGN(auto request, changeOf(RD_KAFKA_RESOURCE_GROUP, group, configs, {}));
  std::vector<ConfigResourcePtr> requests;
  requests.push_back(std::move(request));
  CAAS_ASSIGN(auto results,
              alter(*impl_, requests, fmt::format("changing group '{}'", group), options));
  if (!results.empty() && results.front().error) {
    return fail(*std::move(results.front().error));
  }
  return {};
}

}  // namespace caas::kafka::client
