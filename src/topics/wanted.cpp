#include "topics/wanted.hpp"

#include <algorithm>

namespace caas::kafka::topics {

std::vector<WantedTopic> wantedOfPlatform(const Catalog& catalog) {
  std::vector<WantedTopic> wanted;
  for (const TopicDefinition& definition : catalog.definitions()) {
    if (!definition.perTenant()) {
      wanted.push_back({definition.pattern, &definition, std::nullopt});
    }
  }
  return wanted;
}

std::vector<WantedTopic> wantedOfTenant(const Catalog& catalog, const TenantId& tenant) {
  std::vector<WantedTopic> wanted;
  for (const TopicDefinition& definition : catalog.definitions()) {
    if (definition.perTenant()) {
      wanted.push_back({definition.topicFor(tenant), &definition, tenant});
    }
  }
  return wanted;
}

int declaredPartitions(const TopicDefinition& definition, int brokers) {
  return definition.onePartitionPerBroker ? std::max(brokers, 1) : definition.partitions;
}

client::NewTopic toNewTopic(const WantedTopic& wanted, int brokers) {
  return {.name = wanted.topic,
          .partitions = declaredPartitions(*wanted.definition, brokers),
          .replicationFactor = wanted.definition->replicationFactor,
          .configs = wanted.definition->configs};
}

std::vector<WantedTopic> missingFrom(const client::ClusterMetadata& metadata,
                                     const std::vector<WantedTopic>& wanted) {
  std::vector<WantedTopic> missing;
  std::ranges::copy_if(wanted, std::back_inserter(missing), [&](const WantedTopic& topic) {
    return findTopic(metadata, topic.topic) == nullptr;
  });
  return missing;
}

const client::TopicDescription* findTopic(const client::ClusterMetadata& metadata,
                                          std::string_view topic) {
  const auto at = std::ranges::lower_bound(metadata.topics, topic, std::less<>{},
                                           &client::TopicDescription::name);
  if (at == metadata.topics.end() || at->name != topic) {
    return nullptr;
  }
  const bool absent = at->error && at->error->code == ErrorCode::kTopicNotFound;
  return absent ? nullptr : &*at;
}

std::vector<std::string> namesOf(const std::vector<WantedTopic>& wanted) {
  std::vector<std::string> names;
  names.reserve(wanted.size());
  for (const WantedTopic& topic : wanted) {
    names.push_back(topic.topic);
  }
  return names;
}

}  // namespace caas::kafka::topics
