#pragma once

// A cluster for unit tests of this folder: three brokers that hold what a small catalog declares,
// for tenant acme. Tests take something away from it or bend it.

#include <algorithm>
#include <stdexcept>
#include <string>
#include <vector>

#include "caas/kafka/catalog.hpp"
#include "topics/assess.hpp"
#include "topics/plan.hpp"

namespace caas::kafka::topics {

inline constexpr std::string_view kTestCatalog = R"(
topics:
  - {name: platform.events, category: platform, partitions: 2, retention: 30d, cleanup: delete,
     strategy: tenant_id, events: [platform-event], description: d}
  - {name: internal.probe, category: internal, partitions: per-broker, retention: 1h,
     cleanup: delete, strategy: none, description: d}
  - {name: 'chat.messages.{tenant}', category: tenant, partitions: 4, retention: 7d,
     cleanup: delete, strategy: conversation_id, events: [message], description: d}
  - {name: 'presence.{tenant}', category: tenant, partitions: 4, retention: 1d,
     cleanup: 'compact,delete', strategy: user_id, events: [presence], description: d}
)";

class TestCluster {
 public:
  TestCluster() : catalog_(parsed()) {
    metadata.brokers = {{1, "a", 1, ""}, {2, "b", 1, ""}, {3, "c", 1, ""}};
    for (const WantedTopic& wanted : wantedFor("acme")) {
      const int partitions = declaredPartitions(*wanted.definition, 3);
      addTopic(wanted.topic, partitions, {1, 2, 3});
      for (const auto& [name, value] : wanted.definition->configs) {
        config(wanted.topic, name, value, client::ConfigSource::kTopic);
      }
    }
  }

  [[nodiscard]] const Catalog& catalog() const { return catalog_; }
  [[nodiscard]] const TopicDefinition& definition(std::string_view entry) const {
    return *catalog_.find(entry);
  }
  [[nodiscard]] std::vector<WantedTopic> wantedFor(std::string_view tenant) const {
    auto wanted = wantedOfPlatform(catalog_);
    for (auto& topic : wantedOfTenant(catalog_, *TenantId::parse(tenant))) {
      wanted.push_back(std::move(topic));
    }
    return wanted;
  }
  [[nodiscard]] std::vector<WantedTopic> wanted() const { return wantedFor("acme"); }
  [[nodiscard]] ClusterView view() const { return {"cluster-1", metadata, configs}; }

  void addTopic(const std::string& name, int partitions, const std::vector<int>& replicas) {
    client::TopicDescription topic;
    topic.name = name;
    for (int id = 0; id < partitions; ++id) {
      topic.partitions.push_back(
          {.id = id, .leader = replicas.front(), .replicas = replicas, .isr = replicas});
    }
    metadata.topics.push_back(std::move(topic));
    std::ranges::sort(metadata.topics, {}, &client::TopicDescription::name);
  }
  void remove(const std::string& name) {
    std::erase_if(metadata.topics, [&](const auto& topic) { return topic.name == name; });
    configs.erase(name);
  }
  [[nodiscard]] client::TopicDescription& topic(std::string_view name) {
    const auto found = std::ranges::find(metadata.topics, name, &client::TopicDescription::name);
    if (found == metadata.topics.end()) {
      throw std::invalid_argument("no such topic in the test");
    }
    return *found;
  }
  void setPartitions(const std::string& name, int partitions) {
    const auto replicas = topic(name).partitions.front().replicas;
    std::erase_if(metadata.topics, [&](const auto& topic) { return topic.name == name; });
    addTopic(name, partitions, replicas);
  }
  void setReplicas(const std::string& name, const std::vector<int>& replicas) {
    for (client::PartitionInfo& partition : topic(name).partitions) {
      partition.replicas = replicas;
      partition.isr = replicas;
    }
  }
  void config(const std::string& topicName, const std::string& name, const std::string& value,
              client::ConfigSource source) {
    configs[topicName][name] = {value, source};
  }

  client::ClusterMetadata metadata;
  TopicConfigMap configs;

 private:
  static Catalog parsed() {
    auto catalog = Catalog::parse(kTestCatalog, Settings{}, "test");
    if (!catalog) {
      throw std::invalid_argument(catalog.error().describe());
    }
    return *std::move(catalog);
  }
  Catalog catalog_;
};

}  // namespace caas::kafka::topics
