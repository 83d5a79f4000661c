#pragma once

// What the tests of topic management share: a manager on the real cluster, tenants of their own
// that are cleaned up, and Kafka's own tools as the second opinion.

#include <algorithm>
#include <atomic>
#include <functional>
#include <map>
#include <memory>
#include <sstream>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "caas/kafka/catalog.hpp"
#include "caas/kafka/clock.hpp"
#include "caas/kafka/producer.hpp"
#include "caas/kafka/topic_manager.hpp"
#include "support/cluster.hpp"
#include "support/kafka_tool.hpp"

namespace caas::kafka::test {

/// The real clock, shifted: `now` only, deadlines keep their pace.
class ShiftedClock final : public Clock {
 public:
  [[nodiscard]] Timestamp now() const override { return systemClock().now() + shift_.load(); }
  [[nodiscard]] std::chrono::steady_clock::time_point steadyNow() const override {
    return systemClock().steadyNow();
  }
  void sleepFor(std::chrono::nanoseconds duration) override { systemClock().sleepFor(duration); }
  void shift(Milliseconds by) { shift_ = by; }

 private:
  std::atomic<Milliseconds> shift_{Milliseconds{0}};
};

/// One topic as `kafka-topics --describe` and `kafka-configs --describe` print it.
struct ToolView {
  int partitions = 0;
  int replicationFactor = 0;
  std::map<std::string, std::string> configs;
};

/// Topic → what Kafka's TopicCommand says of it. Lines read
/// "Topic: a	TopicId: …	PartitionCount: 4	ReplicationFactor: 3	Configs: x=1,y=a,b".
inline std::map<std::string, ToolView> describedByKafka() {
  std::map<std::string, ToolView> topics;
  std::istringstream lines(kafkaTool({"topics", "--describe"}));
  for (std::string line; std::getline(lines, line);) {
    const auto field = [&](const std::string& name) {
      const auto at = line.find(name + ": ");
      if (at == std::string::npos) {
        return std::string{};
      }
      const auto from = at + name.size() + 2;
      return line.substr(from, line.find('\t', from) - from);
    };
    if (field("PartitionCount").empty()) {
      continue;
    }
    ToolView& topic = topics[field("Topic")];
    topic.partitions = std::stoi(field("PartitionCount"));
    topic.replicationFactor = std::stoi(field("ReplicationFactor"));
    // A value may hold commas ("compact,delete"): a part without '=' belongs to the one before it.
    std::istringstream configs(field("Configs"));
    std::string name;
    for (std::string part; std::getline(configs, part, ',');) {
      const auto equals = part.find('=');
      if (equals == std::string::npos) {
        topic.configs[name] += "," + part;
      } else {
        name = part.substr(0, equals);
        topic.configs[name] = part.substr(equals + 1);
      }
    }
  }
  return topics;
}

/// Whether every living broker's answer about the topic is as wanted: any may be the next one
/// asked.
inline bool everyBrokerSays(const std::string& topic,
                            const std::function<bool(const client::TopicDescription&)>& wanted) {
  return std::ranges::all_of(must(admin().describeCluster()).brokers, [&](const auto& broker) {
    return wanted(must(admin().describeTopics({topic}, {Milliseconds{10'000}, broker.id})).at(0));
  });
}

/// Deletes topics and waits until no broker knows them: any broker may be the next to be asked.
inline void deleteEverywhere(const std::vector<std::string>& names) {
  deleteTopics(names);
  for (const auto& name : names) {
    ASSERT_TRUE(eventually(Milliseconds{30'000}, [&] {
      return everyBrokerSays(name, [](const auto& topic) { return topic.error.has_value(); });
    })) << name;
  }
}

class TopicsTest : public ::testing::Test {
 protected:
  TopicsTest()
      : settings_(testSettings()),
        catalog_(must(Catalog::load(settings_), "the catalog")),
        manager_(TopicManager::create(settings_, catalog_)) {
    must(manager_->createPlatformTopics(), "the platform's topics");
  }

  void TearDown() override {
    std::vector<std::string> mine;
    for (const auto& tenant : tenants_) {
      for (const auto& name : catalog_.tenantTopics(*TenantId::parse(tenant))) {
        mine.push_back(name);
      }
    }
    mine.insert(mine.end(), topics_.begin(), topics_.end());
    // Housekeeping: most of them exist; those that do not are no failure.
    if (!mine.empty() && !admin().deleteTopics(mine)) {
      fmt::print(stderr, "topics of {} tenants were left behind\n", tenants_.size());
    }
  }

  /// A new id whose topics are deleted at the end.
  std::string tenant(std::string_view hint) {
    tenants_.push_back(uniqueTenant(hint));
    return tenants_.back();
  }
  /// A topic outside the catalog's names of the tenants, deleted at the end too.
  void cleanUp(const std::string& topic) { topics_.push_back(topic); }

  [[nodiscard]] std::vector<std::string> topicsOf(const std::string& tenantId) const {
    return catalog_.tenantTopics(*TenantId::parse(tenantId));
  }
  /// Only this tenant is compared: other tests run on the same cluster.
  [[nodiscard]] static PlanOptions only(const std::string& tenantId, bool grow = false) {
    return {.platform = false,
            .allTenants = false,
            .tenants = {*TenantId::parse(tenantId)},
            .growPartitions = grow};
  }
  [[nodiscard]] std::vector<std::string> existingTopicsOf(const std::string& tenantId) {
    std::vector<std::string> names;
    for (const auto& topic : must(manager_->listTopics({.tenantId = tenantId}))) {
      names.push_back(topic.name);
    }
    return names;
  }

  const Settings settings_;
  const Catalog catalog_;
  std::unique_ptr<TopicManager> manager_;

 private:
  std::vector<std::string> tenants_;
  std::vector<std::string> topics_;
};

}  // namespace caas::kafka::test
