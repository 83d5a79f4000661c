// The cluster's snapshot: what is really there, with a broker killed, paused, and nobody at all.
#include "caas/kafka/snapshot.hpp"

#include <thread>

#include <fmt/core.h>

#include "integration/groups_fixture.hpp"
#include "support/fake_http_server.hpp"

namespace caas::kafka::test {
namespace {

using std::chrono::steady_clock;
using ::testing::AllOf;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::SizeIs;

// Beyond the deadline: the client's own slack, and threads on a busy machine.
constexpr Milliseconds kSlack{4'000};
constexpr Milliseconds kRefresh{60'000};

/// A catalog of one topic that no other test touches.
class Snapshot : public Groups {
 protected:
  Snapshot() : topic_(uniqueTopic("snapshot")) {
    catalog_ = std::make_shared<const Catalog>(must(Catalog::parse(fmt::format(R"(
topics:
  - name: {}
    category: platform
    partitions: 6
    retention: 7d
    cleanup: delete
    strategy: tenant_id
    events: [platform-event]
    description: For the snapshot tests
)",
                                                                               topic_),
                                                                   settings_)));
    must(TopicManager::create(settings_, *catalog_)->createPlatformTopics(), "creating the topic");
    EXPECT_TRUE(waitForFullIsr());
    keeper_ = SnapshotKeeper::create(settings_, catalog_, {.deadline = kDeadline});
  }
  ~Snapshot() override {
    keeper_.reset();
    deleteTopics({topic_});
  }

  std::shared_ptr<const ClusterSnapshot> refresh() {
    return must(keeper_->refresh(kRefresh), "refreshing");
  }
  const TopicSnapshot& mine(const ClusterSnapshot& snapshot) {
    const auto* topic = snapshot.topic(topic_);
    EXPECT_NE(topic, nullptr);
    return *topic;
  }
  static const PartState& part(const ClusterSnapshot& snapshot, SnapshotPart which) {
    return snapshot.parts.at(which);
  }
  static const BrokerHealth& broker(const ClusterSnapshot& snapshot, int id) {
    const auto& brokers = snapshot.health.details.brokers;
    return *std::ranges::find(brokers, id, &BrokerHealth::nodeId);
  }

  static constexpr Milliseconds kDeadline{6'000};
  std::string topic_;
  std::shared_ptr<const Catalog> catalog_;
  std::unique_ptr<SnapshotKeeper> keeper_;
};

TEST_F(Snapshot, ShowsWhatIsThere) {
  send(topic_, 0, 7);
  send(topic_, 3, 5);
  auto reader = join(topic_, GroupProtocol::kClassic);
  take(*reader, 4);
  const auto snapshot = refresh();
  for (const auto& [which, state] : snapshot->parts) {
    EXPECT_FALSE(state.failure) << toString(which) << ": " << state.failure->describe();
  }
  EXPECT_EQ(snapshot->stats.cluster.brokers, 3);
  EXPECT_FALSE(snapshot->stats.cluster.clusterId.empty());
  EXPECT_THAT(snapshot->health.details.brokers, SizeIs(3));

  const auto& topic = mine(*snapshot);
  EXPECT_EQ(topic.info.entry, topic_);
  EXPECT_EQ(topic.topicId, must(admin().describeTopics({topic_})).at(0).topicId);
  EXPECT_THAT(topic.drift, SizeIs(0));
  ASSERT_THAT(topic.partitions, SizeIs(6));
  EXPECT_EQ(topic.partitions[0].endOffset, 7);
  EXPECT_EQ(topic.partitions[1].endOffset, 0);
  EXPECT_EQ(topic.partitions[3].startOffset, 0);
  EXPECT_EQ(topic.partitions[3].leader, leaderOf(topic_, 3));
  EXPECT_THAT(topic.partitions[3].inSync, SizeIs(3));
  EXPECT_EQ(topic.records, 12);

  const auto* group = snapshot->group(group_);
  ASSERT_NE(group, nullptr);
  // Which partitions it took its four from is up to the client.
  EXPECT_EQ(group->records + group->withoutCommit, 8);
  EXPECT_EQ(group->members, 1);
  const auto listed = std::ranges::find(snapshot->groups, group_, &GroupSummary::id);
  ASSERT_NE(listed, snapshot->groups.end());
  EXPECT_EQ(listed->members, 1);
  EXPECT_THAT(listed->entries, ElementsAre(topic_));
  must(reader->close());
}

TEST_F(Snapshot, DriftIsSeenAtTheSlowPaceAndNewTopicsAtOnce) {
  keeper_ = SnapshotKeeper::create(settings_, catalog_, {.slowInterval = Milliseconds{1}});
  EXPECT_THAT(mine(*refresh()).drift, SizeIs(0));
  setTopicConfig(topic_, "retention.ms", "1000");
  std::vector<ConfigDifference> drift;
  ASSERT_TRUE(eventually(kPatience, [&] {
    drift = mine(*refresh()).drift;
    return !drift.empty();
  }));
  EXPECT_EQ(drift[0].name, "retention.ms");
  EXPECT_EQ(drift[0].actual, "1000");
  EXPECT_EQ(drift[0].declared, "604800000");
}

TEST_F(Snapshot, APausedBrokerMakesItsPartOldAndNotTheWhole) {
  const auto before = refresh();
  ASSERT_EQ(before->stats.cluster.brokers, 3);
  const int led = leaderOf(topic_, 0);
  int other = 0;
  while (leaderOf(topic_, other) == led) {
    ++other;
  }
  const BrokerFault fault(BrokerFault::Kind::kPause, led);
  producer_.reset();  // it would wait for the paused one at the end
  for (int look = 0; look < 3; ++look) {
    const auto begin = steady_clock::now();
    const auto snapshot = refresh();
    EXPECT_LE(steady_clock::now() - begin, kDeadline + kSlack);
    EXPECT_FALSE(part(*snapshot, SnapshotPart::kHealth).failure);
    EXPECT_FALSE(part(*snapshot, SnapshotPart::kTopics).failure);
    EXPECT_GE(part(*snapshot, SnapshotPart::kTopics).takenAt, before->takenAt);
    EXPECT_FALSE(broker(*snapshot, led).healthy);
    EXPECT_NE(snapshot->health.status, HealthStatus::kHealthy);
    EXPECT_THAT(mine(*snapshot).partitions, SizeIs(6));
    // Those that others lead are read, the rest is as it was.
    EXPECT_EQ(mine(*snapshot).partitions[static_cast<std::size_t>(other)].endOffset, 0);
    EXPECT_EQ(mine(*snapshot).partitions[0].endOffset, 0);
    if (look == 0) {
      // The brokers take some nine seconds to give it up; until then its groups are out of reach.
      EXPECT_TRUE(part(*snapshot, SnapshotPart::kOffsets).failure);
      EXPECT_TRUE(part(*snapshot, SnapshotPart::kGroups).failure);
    }
  }
  std::shared_ptr<const ClusterSnapshot> settled;
  EXPECT_TRUE(eventually(kPatience, [&] {
    settled = refresh();
    return std::ranges::none_of(settled->parts,
                                [](const auto& item) { return item.second.failure.has_value(); });
  })) << "once it is given up, all parts are fresh again";
  EXPECT_EQ(settled->stats.cluster.offlineBrokers, 1);
}

TEST_F(Snapshot, AKilledBrokerIsCountedAndItsPartitionsToo) {
  ASSERT_EQ(refresh()->stats.cluster.brokers, 3);
  {
    const BrokerFault fault(BrokerFault::Kind::kKill, 2);
    std::shared_ptr<const ClusterSnapshot> snapshot;
    ASSERT_TRUE(eventually(kPatience, [&] {
      const auto begin = steady_clock::now();
      snapshot = refresh();
      EXPECT_LE(steady_clock::now() - begin, kDeadline + kSlack);
      return mine(*snapshot).info.underReplicatedPartitions == 6 &&
             !part(*snapshot, SnapshotPart::kLag).failure;
    }));
    EXPECT_EQ(snapshot->stats.cluster.brokers, 2);
    EXPECT_EQ(snapshot->stats.cluster.offlineBrokers, 1);
    EXPECT_EQ(mine(*snapshot).info.offlinePartitions, 0);
    EXPECT_THAT(snapshot->health.reasons, Contains(HasSubstr("broker 2 ")));
    for (const auto& partition : mine(*snapshot).partitions) {
      EXPECT_NE(partition.leader, 2);
    }
  }
  EXPECT_TRUE(
      eventually(kPatience, [&] { return mine(*refresh()).info.underReplicatedPartitions == 0; }));
}

TEST_F(Snapshot, NobodyThereSaysSoInBoundedTime) {
  auto settings = settings_;
  settings.brokers = {"127.0.0.1:1"};
  const auto keeper = SnapshotKeeper::create(settings, catalog_, {.deadline = Milliseconds{2'000}});
  const auto begin = steady_clock::now();
  const auto snapshot = must(keeper->refresh(kRefresh));
  EXPECT_LE(steady_clock::now() - begin, Milliseconds{2'000} + kSlack);
  EXPECT_EQ(snapshot->health.status, HealthStatus::kUnhealthy);
  EXPECT_THAT(snapshot->health.reasons, Contains(HasSubstr("127.0.0.1:1: ")));
  for (const auto& [which, state] : snapshot->parts) {
    EXPECT_TRUE(state.failure) << toString(which);
    EXPECT_EQ(state.takenAt, Timestamp{}) << toString(which);
  }
}

/// Exporters as brokers have them: the second says that it is the controller's.
TEST_F(Snapshot, TheControllerComesFromTheExporters) {
  const auto exporter = [](int id, bool active) {
    return std::make_unique<FakeHttpServer>([id, active](const FakeRequest&) {
      return FakeResponse{
          .body = fmt::format("kafka_controller_kafkacontroller_activecontrollercount {}\n"
                              "kafka_server_appinfo_starttime_seconds{{id=\"{}\"}} 1.7E9\n",
                              active ? "1.0" : "0.0", id),
          .contentType = "text/plain"};
    });
  };
  const auto first = exporter(1, false);
  auto second = exporter(2, true);
  auto settings = settings_;
  settings.jmxUrls = {first->url(), second->url(), deadUrl()};
  const auto keeper = SnapshotKeeper::create(settings, catalog_);
  const auto snapshot = must(keeper->refresh(kRefresh));
  EXPECT_EQ(snapshot->stats.cluster.controllerId, 2);
  EXPECT_FALSE(part(*snapshot, SnapshotPart::kController).failure);
  const auto health = HealthCheck::create(settings, *catalog_);
  EXPECT_EQ(health->check().details.cluster->controllerId, 2);
  EXPECT_EQ(must(health->getStats()).cluster.controllerId, 2);

  second.reset();
  const auto unknown = SnapshotKeeper::create(settings, catalog_);
  const auto without = must(unknown->refresh(kRefresh));
  EXPECT_FALSE(without->stats.cluster.controllerId);
  EXPECT_THAT(part(*without, SnapshotPart::kController).failure->message,
              AllOf(HasSubstr("no exporter"), HasSubstr(settings.jmxUrls[1])));
}

}  // namespace
}  // namespace caas::kafka::test
