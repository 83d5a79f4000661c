#include "snapshot/gatherer.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "consume/dispatcher_bench.hpp"
#include "core/errors.hpp"
#include "snapshot/fake_source.hpp"

namespace caas::kafka::snapshot {
namespace {

using namespace std::chrono_literals;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;

class GathererTest : public ::testing::Test {
 protected:
  std::shared_ptr<const ClusterSnapshot> gather() { return gatherer_.gather(); }
  static const PartState& part(const ClusterSnapshot& snapshot, SnapshotPart which) {
    return snapshot.parts.at(which);
  }

  consume::bench::HandClock clock_;
  FakeCluster fake_;
  SnapshotOptions options_{.slowInterval = 60s};
  Gatherer gatherer_{std::make_unique<FakeSource>(fake_),
                     std::make_shared<const Catalog>(fake_.cluster.catalog()), options_, clock_};
};

TEST_F(GathererTest, ShowsTheClusterAsItIs) {
  fake_.cluster.addTopic("foreign", 1, {1, 2, 3});
  fake_.groups = {{.id = "g", .state = "Stable"}, {.id = "idle", .state = "Empty", .members = 0}};
  fake_.lag.groups = {groupLag("g", "chat.messages.acme", 3, 3)};
  fake_.lag.groups[0].topics[0].entry = "chat.messages";
  fake_.lag.groups[0].topics[0].tenant = "acme";
  fake_.lag.groups[0].topics.push_back(groupLag("", "foreign", 1, 0).topics[0]);
  fake_.controller = health::ControllerVerdict{.id = 2};
  const auto snapshot = gather();

  EXPECT_EQ(snapshot->number, 1U);
  EXPECT_EQ(snapshot->takenAt, clock_.now());
  EXPECT_EQ(snapshot->health.status, HealthStatus::kHealthy) << snapshot->health.reasons.front();
  EXPECT_EQ(snapshot->stats.cluster.brokers, 3);
  EXPECT_EQ(snapshot->stats.cluster.controllerId, 2);
  EXPECT_EQ(snapshot->health.details.cluster->controllerId, 2);
  EXPECT_EQ(snapshot->stats.topics, 5);
  EXPECT_EQ(snapshot->stats.tenants, 1);
  EXPECT_EQ(snapshot->stats.consumerGroups, 2);

  const auto* topic = snapshot->topic("chat.messages.acme");
  ASSERT_NE(topic, nullptr);
  EXPECT_EQ(topic->info.tenantId, "acme");
  EXPECT_EQ(topic->topicId, "id-of-chat.messages.acme");
  EXPECT_THAT(topic->partitions, SizeIs(4));
  EXPECT_EQ(topic->partitions[1].leader, 1);
  EXPECT_EQ(topic->partitions[1].startOffset, 2);
  EXPECT_EQ(topic->partitions[1].endOffset, 10);
  EXPECT_EQ(topic->records, 4 * 8);
  EXPECT_THAT(topic->drift, IsEmpty());
  ASSERT_NE(snapshot->topic("foreign"), nullptr);
  EXPECT_EQ(snapshot->topic("foreign")->records, 8);
  EXPECT_EQ(snapshot->topic("nope"), nullptr);
  ASSERT_NE(snapshot->tenant("acme"), nullptr);
  EXPECT_EQ(snapshot->tenant("b"), nullptr);
  ASSERT_NE(snapshot->group("g"), nullptr);
  EXPECT_EQ(snapshot->groups[0].members, 3);
  EXPECT_THAT(snapshot->groups[0].entries, ElementsAre("chat.messages"));
  EXPECT_THAT(snapshot->groups[0].tenants, ElementsAre("acme"));
  EXPECT_EQ(snapshot->groups[1].members, 0);
  for (const auto& [which, state] : snapshot->parts) {
    EXPECT_FALSE(state.failure) << toString(which);
    EXPECT_EQ(state.takenAt, clock_.now()) << toString(which);
  }
}

TEST_F(GathererTest, SettingsIdsAndStartsAreReadAtTheSlowPace) {
  static_cast<void>(gather());
  clock_.advance(59s);
  static_cast<void>(gather());
  EXPECT_THAT(fake_.configsAsked, SizeIs(1));
  EXPECT_THAT(fake_.idsAsked, SizeIs(1));
  EXPECT_EQ(fake_.startsAsked, 1);
  EXPECT_EQ(fake_.endsAsked, 2);
  clock_.advance(1s);
  fake_.start = 5;
  const auto snapshot = gather();
  EXPECT_THAT(fake_.configsAsked, SizeIs(2));
  EXPECT_THAT(fake_.idsAsked, SizeIs(2));
  EXPECT_EQ(fake_.startsAsked, 2);
  EXPECT_EQ(snapshot->topic("platform.events")->partitions[0].startOffset, 5);
}

TEST_F(GathererTest, ATopicThatComesIsAskedAboutAtOnceAndAlone) {
  static_cast<void>(gather());
  fake_.cluster.addTopic("chat.messages.new", 4, {1, 2, 3});
  for (const auto& [name, value] : fake_.cluster.definition("chat.messages").configs) {
    fake_.cluster.config("chat.messages.new", name, value, client::ConfigSource::kTopic);
  }
  fake_.cluster.config("chat.messages.new", "retention.ms", "1", client::ConfigSource::kTopic);
  const auto snapshot = gather();
  ASSERT_THAT(fake_.configsAsked, SizeIs(2));
  EXPECT_THAT(fake_.configsAsked[1], ElementsAre("chat.messages.new"));
  EXPECT_THAT(fake_.idsAsked[1], ElementsAre("chat.messages.new"));
  const auto* topic = snapshot->topic("chat.messages.new");
  EXPECT_EQ(topic->records, 4 * 8);
  ASSERT_THAT(topic->drift, SizeIs(1));
  EXPECT_EQ(topic->drift[0].name, "retention.ms");
  EXPECT_EQ(snapshot->tenant("new")->missingTopics, std::vector<std::string>{"presence"});
}

TEST_F(GathererTest, ATopicThatGoesIsForgotten) {
  static_cast<void>(gather());
  fake_.cluster.remove("chat.messages.acme");
  EXPECT_EQ(gather()->topic("chat.messages.acme"), nullptr);
  fake_.cluster.addTopic("chat.messages.acme", 4, {1, 2, 3});
  EXPECT_NE(gather()->topic("chat.messages.acme"), nullptr);
  EXPECT_THAT(fake_.configsAsked.back(), ElementsAre("chat.messages.acme"));
}

TEST_F(GathererTest, AnotherTopicOfThatNameIsNotTakenForTheOldOne) {
  fake_.ends[{"platform.events", 0}] = 500;
  static_cast<void>(gather());
  fake_.ends[{"platform.events", 0}] = 3;
  const auto snapshot = gather();
  EXPECT_EQ(snapshot->topic("platform.events")->partitions[0].endOffset, 3);
  EXPECT_FALSE(snapshot->topic("platform.events")->partitions[0].startOffset);
  EXPECT_EQ(snapshot->topic("platform.events")->topicId, "");
  const auto next = gather();
  EXPECT_THAT(fake_.configsAsked.back(), ElementsAre("platform.events"));
  EXPECT_EQ(next->topic("platform.events")->partitions[0].startOffset, 2);
  EXPECT_EQ(next->topic("platform.events")->topicId, "id-of-platform.events");
}

TEST_F(GathererTest, WhenNobodyAnswersTheOldIsShownWithItsAge) {
  const auto before = gather();
  clock_.advance(10s);
  fake_.lookFails = errors::connectionTimeout("a:1", "a:1: refused", 1s);
  const auto snapshot = gather();
  EXPECT_EQ(snapshot->number, 2U);
  EXPECT_EQ(snapshot->health.status, HealthStatus::kUnhealthy);
  EXPECT_THAT(snapshot->health.reasons, ElementsAre(HasSubstr("a:1: refused")));
  EXPECT_NE(snapshot->topic("chat.messages.acme"), nullptr);
  for (const auto which : {SnapshotPart::kHealth, SnapshotPart::kTopics, SnapshotPart::kOffsets}) {
    EXPECT_TRUE(part(*snapshot, which).failure) << toString(which);
    EXPECT_EQ(part(*snapshot, which).takenAt, before->takenAt) << toString(which);
  }
  EXPECT_FALSE(part(*snapshot, SnapshotPart::kLag).failure);
  EXPECT_EQ(part(*snapshot, SnapshotPart::kLag).takenAt, clock_.now());
}

TEST_F(GathererTest, WithoutMetadataTheBrokersAreFreshAndTheTopicsOld) {
  static_cast<void>(gather());
  clock_.advance(10s);
  fake_.metadataFails = errors::timeout("reading the metadata", 1s);
  fake_.brokers[1].healthy = false;
  fake_.brokers[1].error = "it hangs";
  const auto snapshot = gather();
  EXPECT_FALSE(part(*snapshot, SnapshotPart::kHealth).failure);
  EXPECT_TRUE(part(*snapshot, SnapshotPart::kTopics).failure);
  EXPECT_EQ(snapshot->stats.cluster.offlineBrokers, 1);
  EXPECT_THAT(snapshot->health.reasons,
              ElementsAre(HasSubstr("broker 2"), HasSubstr("reading the metadata")));
  EXPECT_THAT(snapshot->topics, SizeIs(4));
}

TEST_F(GathererTest, ALeaderThatHangsLeavesItsPartitionsAsTheyWere) {
  auto& partitions = fake_.cluster.topic("chat.messages.acme").partitions;
  partitions[1].leader = 2;
  partitions[2].leader.reset();
  static_cast<void>(gather());
  for (int id = 0; id < 4; ++id) {
    fake_.ends[{"chat.messages.acme", id}] = 99;
  }
  fake_.silentLeaders = {2};
  const auto snapshot = gather();
  const auto* topic = snapshot->topic("chat.messages.acme");
  EXPECT_EQ(topic->partitions[0].endOffset, 99);
  EXPECT_EQ(topic->partitions[1].endOffset, 10);
  EXPECT_FALSE(topic->partitions[2].endOffset) << "nobody leads it";
  EXPECT_TRUE(part(*snapshot, SnapshotPart::kOffsets).failure);
  EXPECT_FALSE(part(*snapshot, SnapshotPart::kTopics).failure);
  EXPECT_EQ(snapshot->health.status, HealthStatus::kUnhealthy) << "an offline partition";
}

TEST_F(GathererTest, AMissingCoordinatorMakesTheLagOldAndNothingElse) {
  fake_.groups = {{.id = "g", .state = "Stable"}};
  fake_.lag.groups = {groupLag("g", "platform.events", 7, 1)};
  static_cast<void>(gather());
  clock_.advance(10s);
  fake_.groups = {{.id = "g", .state = "Empty"}};
  fake_.lagFails = errors::timeout("the coordinator", 1s);
  const auto snapshot = gather();
  EXPECT_TRUE(part(*snapshot, SnapshotPart::kLag).failure);
  EXPECT_EQ(part(*snapshot, SnapshotPart::kLag).takenAt, clock_.now() - 10s);
  EXPECT_EQ(snapshot->group("g")->records, 7);
  EXPECT_FALSE(part(*snapshot, SnapshotPart::kGroups).failure);
  EXPECT_EQ(snapshot->groups[0].state, "Empty");

  fake_.lagFails.reset();
  fake_.groupsFail = errors::timeout("a broker", 1s);
  fake_.groups.clear();
  const auto next = gather();
  EXPECT_TRUE(part(*next, SnapshotPart::kGroups).failure);
  EXPECT_THAT(next->groups, SizeIs(1));
  EXPECT_FALSE(part(*next, SnapshotPart::kLag).failure);
}

TEST_F(GathererTest, SettingsThatCannotBeReadAreAskedForAgain) {
  fake_.configsFail = errors::timeout("the settings", 1s);
  const auto snapshot = gather();
  EXPECT_TRUE(part(*snapshot, SnapshotPart::kConfigs).failure);
  EXPECT_EQ(part(*snapshot, SnapshotPart::kConfigs).takenAt, Timestamp{});
  EXPECT_THAT(snapshot->topics, SizeIs(4));
  fake_.configsFail.reset();
  const auto next = gather();
  EXPECT_FALSE(part(*next, SnapshotPart::kConfigs).failure);
  EXPECT_EQ(next->topic("platform.events")->topicId, "id-of-platform.events");
}

TEST_F(GathererTest, AnUnknownControllerIsNoNumber) {
  EXPECT_THAT(gather()->parts, Not(Contains(::testing::Key(SnapshotPart::kController))))
      << "there is nobody to ask";
  fake_.controller = health::ControllerVerdict{.id = 3};
  EXPECT_EQ(gather()->stats.cluster.controllerId, 3);
  fake_.controller = health::ControllerVerdict{.why = "the exporters do not answer"};
  const auto snapshot = gather();
  EXPECT_FALSE(snapshot->stats.cluster.controllerId);
  EXPECT_THAT(part(*snapshot, SnapshotPart::kController).failure->message,
              HasSubstr("do not answer"));
}

TEST_F(GathererTest, DriftIsSettingsPartitionsAndReplicas) {
  fake_.cluster.setPartitions("platform.events", 1);
  fake_.cluster.setReplicas("presence.acme", {1, 2});
  fake_.cluster.config("chat.messages.acme", "retention.ms", "7", client::ConfigSource::kTopic);
  const auto snapshot = gather();
  const auto drift = [&](std::string_view topic) {
    const auto& all = snapshot->topic(topic)->drift;
    EXPECT_THAT(all, SizeIs(1)) << topic;
    return all.empty() ? ConfigDifference{} : all.front();
  };
  EXPECT_EQ(drift("platform.events").name, "partitions");
  EXPECT_EQ(drift("platform.events").actual, "1");
  EXPECT_EQ(drift("platform.events").declared, "2");
  EXPECT_EQ(drift("presence.acme").name, "replication.factor");
  EXPECT_EQ(drift("presence.acme").actual, "2");
  EXPECT_EQ(drift("chat.messages.acme").name, "retention.ms");
}

TEST_F(GathererTest, TooFewInSyncReplicasAreCountedByTopic) {
  for (auto& partition : fake_.cluster.topic("chat.messages.acme").partitions) {
    partition.isr = {1};
  }
  fake_.cluster.topic("chat.messages.acme").partitions[0].isr = {1, 2};
  const auto snapshot = gather();
  EXPECT_EQ(snapshot->topic("chat.messages.acme")->underMinIsrPartitions, 3);
  EXPECT_EQ(snapshot->topic("chat.messages.acme")->info.underReplicatedPartitions, 4);
  EXPECT_EQ(snapshot->topic("platform.events")->underMinIsrPartitions, 0);
}

TEST_F(GathererTest, DeadLettersAreCountedWhenAllPartitionsAreKnown) {
  EXPECT_FALSE(gather()->deadLetters) << "there is no such topic";
  fake_.cluster.addTopic("internal.dlq", 2, {1, 2, 3});
  fake_.cluster.topic("internal.dlq").partitions[1].leader = 2;
  fake_.silentLeaders = {2};
  EXPECT_FALSE(gather()->deadLetters);
  fake_.silentLeaders.clear();
  clock_.advance(60s);
  const auto snapshot = gather();
  EXPECT_EQ(snapshot->deadLetteredEver, 20);
  EXPECT_EQ(snapshot->deadLetters, 16);
}

}  // namespace
}  // namespace caas::kafka::snapshot
