#include "topics/plan.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "topics/apply.hpp"
#include "topics/config_compare.hpp"
#include "topics/test_cluster.hpp"

namespace caas::kafka::topics {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

TEST(ConfigCompare, NumbersCompareAsNumbersListsAsSets) {
  EXPECT_TRUE(sameConfigValue("0.1", "0.10"));
  EXPECT_TRUE(sameConfigValue("604800000", "604800000"));
  EXPECT_TRUE(sameConfigValue("compact,delete", "delete, compact"));
  EXPECT_TRUE(sameConfigValue("true", "TRUE"));
  EXPECT_FALSE(sameConfigValue("9223372036854775807", "9223372036854775806"));
  EXPECT_FALSE(sameConfigValue("delete", "compact,delete"));
  EXPECT_FALSE(sameConfigValue("LogAppendTime", "CreateTime"));
  EXPECT_FALSE(sameConfigValue("", "1"));
}

TEST(Plan, ClusterThatHasEverythingNeedsNothing) {
  const TestCluster cluster;
  const TopicPlan plan = makePlan(cluster.wanted(), cluster.view(), true);
  EXPECT_THAT(plan.steps, IsEmpty());
  EXPECT_EQ(plan.clusterId, "cluster-1");
}

TEST(Plan, MissingTopicIsCreatedWithAllThatIsDeclared) {
  TestCluster cluster;
  cluster.remove("chat.messages.acme");
  const TopicPlan plan = makePlan(cluster.wanted(), cluster.view(), false);
  ASSERT_EQ(plan.steps.size(), 1U);
  const PlanStep& step = plan.steps.front();
  EXPECT_EQ(step.action, PlanAction::kCreate);
  EXPECT_EQ(step.topic, "chat.messages.acme");
  EXPECT_EQ(step.entry, "chat.messages");
  EXPECT_EQ(step.tenantId, "acme");
  EXPECT_EQ(step.partitionsDeclared, 4);
  EXPECT_EQ(step.replicationFactor, 3);
  EXPECT_EQ(step.configs.size(), cluster.definition("chat.messages").configs.size());
}

TEST(Plan, BrokerDefaultThatDiffersShowsAsNotSet) {
  TestCluster cluster;
  cluster.config("chat.messages.acme", "retention.ms", "86400000", client::ConfigSource::kDefault);
  const TopicPlan plan = makePlan(cluster.wanted(), cluster.view(), false);
  ASSERT_EQ(plan.steps.size(), 1U);
  EXPECT_EQ(plan.steps[0].action, PlanAction::kAlterConfigs);
  ASSERT_EQ(plan.steps[0].configs.size(), 1U);
  EXPECT_EQ(plan.steps[0].configs[0].name, "retention.ms");
  EXPECT_EQ(plan.steps[0].configs[0].actual, "");
  EXPECT_EQ(plan.steps[0].configs[0].declared, "604800000");
}

TEST(Plan, BrokerDefaultThatEqualsTheDeclaredIsNoDrift) {
  TestCluster cluster;
  cluster.config("chat.messages.acme", "retention.ms", "604800000", client::ConfigSource::kDefault);
  EXPECT_THAT(makePlan(cluster.wanted(), cluster.view(), false).steps, IsEmpty());
}

TEST(Plan, WhatIsNotDeclaredIsNotLookedAt) {
  TestCluster cluster;
  cluster.config("chat.messages.acme", "flush.ms", "1", client::ConfigSource::kTopic);
  cluster.addTopic("orders", 7, {1});
  cluster.addTopic("chat.messages.with.dots", 1, {1});
  EXPECT_THAT(makePlan(cluster.wanted(), cluster.view(), true).steps, IsEmpty());
}

TEST(Plan, GrowsOnlyWhenAskedAndSaysWhichKeysMove) {
  TestCluster cluster;
  cluster.setPartitions("chat.messages.acme", 2);
  const TopicPlan reported = makePlan(cluster.wanted(), cluster.view(), false);
  ASSERT_EQ(reported.steps.size(), 1U);
  EXPECT_EQ(reported.steps[0].action, PlanAction::kReportOnly);
  EXPECT_EQ(reported.changes(), 0);

  const TopicPlan grown = makePlan(cluster.wanted(), cluster.view(), true);
  ASSERT_EQ(grown.steps.size(), 1U);
  EXPECT_EQ(grown.steps[0].action, PlanAction::kGrowPartitions);
  EXPECT_EQ(grown.steps[0].partitionsActual, 2);
  EXPECT_EQ(grown.steps[0].partitionsDeclared, 4);
  EXPECT_THAT(grown.steps[0].note, HasSubstr("50 % of the keys (conversation_id)"));
}

TEST(Plan, ShareOfMovedKeysIsExactForCountsThatDoNotDivide) {
  EXPECT_DOUBLE_EQ(shareOfMovedKeys(8, 16), 0.5);
  // Of 24 hashes in a row, only those with hash % 8 == hash % 12 (0 to 7) stay.
  EXPECT_NEAR(shareOfMovedKeys(8, 12), 2.0 / 3, 1e-12);
  EXPECT_DOUBLE_EQ(shareOfMovedKeys(4, 4), 0.0);
}

TEST(Plan, NeverShrinks) {
  TestCluster cluster;
  cluster.setPartitions("chat.messages.acme", 9);
  const TopicPlan plan = makePlan(cluster.wanted(), cluster.view(), true);
  ASSERT_EQ(plan.steps.size(), 1U);
  EXPECT_EQ(plan.steps[0].action, PlanAction::kReportOnly);
  EXPECT_THAT(plan.steps[0].note, HasSubstr("can't remove partitions"));
}

TEST(Plan, OtherReplicationFactorIsOnlyReported) {
  TestCluster cluster;
  cluster.setReplicas("presence.acme", {1, 2});
  const TopicPlan plan = makePlan(cluster.wanted(), cluster.view(), true);
  ASSERT_EQ(plan.steps.size(), 1U);
  EXPECT_EQ(plan.steps[0].action, PlanAction::kReportOnly);
  EXPECT_THAT(plan.steps[0].note, HasSubstr("kafka-reassign-partitions"));
}

TEST(Plan, ReplicasThatAReassignmentAddsAreNoDrift) {
  TestCluster cluster;
  cluster.topic("presence.acme").partitions[0].replicas = {1, 2, 3, 4};
  EXPECT_THAT(makePlan(cluster.wanted(), cluster.view(), true).steps, IsEmpty());
}

TEST(Plan, OnePartitionPerBrokerGrowsWithTheClusterAndIgnoresADeadBroker) {
  TestCluster cluster;
  cluster.metadata.brokers.pop_back();
  EXPECT_THAT(makePlan(cluster.wanted(), cluster.view(), true).steps, IsEmpty());

  cluster.metadata.brokers = {{1, "a", 1, ""}, {2, "b", 1, ""}, {3, "c", 1, ""}, {4, "d", 1, ""}};
  const TopicPlan plan = makePlan(cluster.wanted(), cluster.view(), true);
  ASSERT_EQ(plan.steps.size(), 1U);
  EXPECT_EQ(plan.steps[0].topic, "internal.probe");
  EXPECT_EQ(plan.steps[0].partitionsDeclared, 4);
  EXPECT_THAT(plan.steps[0].note, HasSubstr("nothing moves"));
}

TEST(Render, ReadsAsADiff) {
  TestCluster cluster;
  cluster.remove("presence.acme");
  cluster.setPartitions("chat.messages.acme", 2);
  cluster.setReplicas("internal.probe", {1, 2});
  cluster.config("platform.events", "retention.ms", "1", client::ConfigSource::kTopic);
  EXPECT_EQ(makePlan(cluster.wanted(), cluster.view(), true).render(),
            "~ alter platform.events\n"
            "    retention.ms: 1 → 2592000000\n"
            "! internal.probe: replication factor 2, declared is 3; change it with Kafka's "
            "kafka-reassign-partitions\n"
            "^ grow chat.messages.acme (2 → 4 partitions)\n"
            "    about 50 % of the keys (conversation_id) move to another partition; the order of "
            "such a key is broken across the change\n"
            "+ create presence.acme (4 partitions, RF 3)\n"
            "    cleanup.policy = compact,delete\n"
            "    min.insync.replicas = 2\n"
            "    retention.ms = 86400000\n"
            "Plan for cluster cluster-1: 1 to create, 1 to alter, 1 to grow, 1 only reported.\n");
}

TEST(Render, SaysThatNothingIsToDo) {
  TopicPlan plan;
  plan.clusterId = "c";
  EXPECT_THAT(plan.render(), testing::StartsWith("No changes. "));
}

class OpenWorkTest : public ::testing::Test {
 protected:
  OpenWorkTest() {
    cluster_.remove("presence.acme");
    cluster_.setPartitions("chat.messages.acme", 2);
    cluster_.config("platform.events", "retention.ms", "1", client::ConfigSource::kTopic);
    plan_ = makePlan(cluster_.wanted(), cluster_.view(), true);
  }
  TestCluster cluster_;
  TopicPlan plan_;
};

TEST_F(OpenWorkTest, AllOfAFreshPlanIsOpen) {
  const auto work = openWorkOf(plan_, cluster_.view());
  ASSERT_TRUE(work);
  EXPECT_EQ(work->create.size(), 1U);
  EXPECT_EQ(work->alter.size(), 1U);
  EXPECT_EQ(work->grow.size(), 1U);
  EXPECT_THAT(work->unchanged, IsEmpty());
}

TEST_F(OpenWorkTest, WhatSomebodyHasDoneMeanwhileIsSkipped) {
  const TestCluster repaired;
  const auto work = openWorkOf(plan_, repaired.view());
  ASSERT_TRUE(work);
  EXPECT_THAT(work->create, IsEmpty());
  EXPECT_THAT(work->alter, IsEmpty());
  EXPECT_THAT(work->grow, IsEmpty());
  EXPECT_THAT(work->unchanged,
              ElementsAre("platform.events", "chat.messages.acme", "presence.acme"));
}

TEST_F(OpenWorkTest, AnotherClusterIsAConflict) {
  ClusterView other = cluster_.view();
  other.clusterId = "cluster-2";
  const auto work = openWorkOf(plan_, other);
  ASSERT_FALSE(work);
  EXPECT_EQ(work.error().code, ErrorCode::kConflict);
  EXPECT_THAT(work.error().message, HasSubstr("cluster-1"));
}

TEST_F(OpenWorkTest, ChangedStartingPointIsAConflict) {
  cluster_.setPartitions("chat.messages.acme", 3);
  const auto grown = openWorkOf(plan_, cluster_.view());
  ASSERT_FALSE(grown);
  EXPECT_EQ(grown.error().code, ErrorCode::kConflict);
  EXPECT_THAT(grown.error().message, HasSubstr("from 2 to 4 partitions, but it has 3 now"));

  cluster_.setPartitions("chat.messages.acme", 2);
  cluster_.config("platform.events", "retention.ms", "2", client::ConfigSource::kTopic);
  const auto altered = openWorkOf(plan_, cluster_.view());
  ASSERT_FALSE(altered);
  EXPECT_THAT(altered.error().message, HasSubstr("retention.ms of 'platform.events'"));
}

TEST_F(OpenWorkTest, TopicCreatedMeanwhileWithOtherPartitionsIsAConflict) {
  cluster_.addTopic("presence.acme", 1, {1, 2, 3});
  const auto work = openWorkOf(plan_, cluster_.view());
  ASSERT_FALSE(work);
  EXPECT_THAT(work.error().message, HasSubstr("created meanwhile with 1"));
}

}  // namespace
}  // namespace caas::kafka::topics
