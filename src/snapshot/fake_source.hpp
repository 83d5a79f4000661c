#pragma once

// A cluster for unit tests of this folder: topics/test_cluster.hpp and what else a gathering asks.

#include <atomic>
#include <functional>
#include <mutex>
#include <string>
#include <vector>

#include "core/errors.hpp"
#include "snapshot/source.hpp"
#include "topics/assess.hpp"
#include "topics/test_cluster.hpp"

namespace caas::kafka::snapshot {

[[nodiscard]] inline BrokerHealth livingBroker(int id) {
  BrokerHealth broker;
  broker.nodeId = id;
  broker.healthy = true;
  return broker;
}

/// A group with one partition's lag.
[[nodiscard]] inline GroupLag groupLag(const std::string& group, const std::string& topic,
                                       std::int64_t records, int members) {
  PartitionLag partition;
  partition.topic = topic;
  partition.partition = 0;
  partition.committed = 10;
  partition.endOffset = 10 + records;
  partition.records = records;
  TopicLag lag;
  lag.topic = topic;
  lag.partitions.push_back(partition);
  GroupLag all;
  all.group = group;
  all.members = members;
  all.topics.push_back(lag);
  return all;
}

/// What the test has and bends; the source below refers to it.
struct FakeCluster {
  topics::TestCluster cluster{};
  std::vector<BrokerHealth> brokers{livingBroker(1), livingBroker(2), livingBroker(3)};
  std::map<GroupPartition, std::int64_t> ends{};
  std::int64_t start = 2;
  std::vector<GroupSummary> groups{};
  LagSnapshot lag{};
  std::optional<health::ControllerVerdict> controller{};

  // Failures.
  std::optional<Error> lookFails{};
  std::optional<Error> metadataFails{};
  std::optional<Error> configsFail{};
  std::optional<Error> groupsFail{};
  std::optional<Error> lagFails{};
  std::set<int> silentLeaders{};

  // What was asked.
  std::atomic<int> looks{0};
  std::vector<std::vector<std::string>> configsAsked{};
  std::vector<std::vector<std::string>> idsAsked{};
  std::atomic<int> endsAsked{0};
  std::atomic<int> startsAsked{0};
  std::function<void()> whileLooking{};
};

class FakeSource final : public Source {
 public:
  explicit FakeSource(FakeCluster& fake) : fake_(fake) {}

  Result<ClusterLook> look(Milliseconds /*deadline*/) override {
    ++fake_.looks;
    if (fake_.whileLooking) {
      fake_.whileLooking();
    }
    if (fake_.lookFails) {
      return fail(*fake_.lookFails);
    }
    ClusterLook look{
        .clusterId = "id-1", .brokers = fake_.brokers, .metadata = fake_.cluster.metadata};
    if (fake_.metadataFails) {
      look.metadata = fail(*fake_.metadataFails);
    }
    return look;
  }
  std::optional<health::ControllerVerdict> controller(Milliseconds /*deadline*/) override {
    return fake_.controller;
  }
  std::optional<RegistryHealth> registry(Milliseconds /*deadline*/) override {
    return std::nullopt;
  }
  std::vector<LeaderOffsets> offsets(const std::map<int, std::vector<GroupPartition>>& byLeader,
                                     client::OffsetSpec spec, Milliseconds /*deadline*/) override {
    const bool ends = spec.kind == client::OffsetSpec::Kind::kLatest;
    ++(ends ? fake_.endsAsked : fake_.startsAsked);
    std::vector<LeaderOffsets> answers;
    for (const auto& [leader, partitions] : byLeader) {
      LeaderOffsets answer{leader, consume::OffsetMap{}};
      if (fake_.silentLeaders.contains(leader)) {
        answer.offsets = fail(errors::timeout("the leader", Milliseconds{1}));
      } else {
        for (const auto& id : partitions) {
          const auto end = fake_.ends.find(id);
          (*answer.offsets)[id] = {
              .partition = {id.topic, id.partition},
              .offset = ends ? (end == fake_.ends.end() ? 10 : end->second) : fake_.start,
              .error = {}};
        }
      }
      answers.push_back(std::move(answer));
    }
    return answers;
  }
  Result<topics::TopicConfigMap> configs(const std::vector<std::string>& topics,
                                         Milliseconds /*deadline*/) override {
    fake_.configsAsked.push_back(topics);
    if (fake_.configsFail) {
      return fail(*fake_.configsFail);
    }
    topics::TopicConfigMap configs;
    for (const auto& topic : topics) {
      if (const auto found = fake_.cluster.configs.find(topic);
          found != fake_.cluster.configs.end()) {
        configs.insert(*found);
      }
    }
    return configs;
  }
  Result<std::map<std::string, std::string>> topicIds(const std::vector<std::string>& topics,
                                                      Milliseconds /*deadline*/) override {
    fake_.idsAsked.push_back(topics);
    std::map<std::string, std::string> ids;
    for (const auto& topic : topics) {
      ids[topic] = "id-of-" + topic;
    }
    return ids;
  }
  Result<std::vector<GroupSummary>> groups(Milliseconds /*deadline*/) override {
    return fake_.groupsFail ? Result<std::vector<GroupSummary>>(fail(*fake_.groupsFail))
                            : fake_.groups;
  }
  Result<LagSnapshot> lag(Milliseconds /*deadline*/) override {
    return fake_.lagFails ? Result<LagSnapshot>(fail(*fake_.lagFails)) : fake_.lag;
  }

 private:
  FakeCluster& fake_;
};

}  // namespace caas::kafka::snapshot
