#include "topics/assess.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "topics/test_cluster.hpp"

namespace caas::kafka::topics {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

TopicHealthResult assess(const TestCluster& cluster) {
  return assessTopics(cluster.metadata, cluster.configs, cluster.catalog());
}

TEST(TopicHealth, WholeClusterIsHealthy) {
  const auto health = assess(TestCluster{});
  EXPECT_TRUE(health.healthy);
  EXPECT_EQ(health.topics, 4);
  EXPECT_EQ(health.partitions, 2 + 3 + 4 + 4);
  EXPECT_THAT(health.problems, IsEmpty());
  EXPECT_THAT(health.offlineBrokers, IsEmpty());
}

TEST(TopicHealth, DeadBrokerIsTheReplicaThatNobodyLists) {
  TestCluster cluster;
  cluster.metadata.brokers.pop_back();
  for (auto& topic : cluster.metadata.topics) {
    for (auto& partition : topic.partitions) {
      partition.isr = {1, 2};
    }
  }
  const auto health = assess(cluster);
  EXPECT_FALSE(health.healthy);
  EXPECT_THAT(health.offlineBrokers, ElementsAre(3));
  EXPECT_EQ(health.underReplicatedPartitions, 13);
  EXPECT_EQ(health.underMinIsrPartitions, 0);
  EXPECT_EQ(health.driftedTopics, 0);
  ASSERT_EQ(health.problems.size(), 4U);
  EXPECT_EQ(health.problems[0].problem, "partitions 0, 1, 2, 3: a replica is not in sync");
}

TEST(TopicHealth, EachPartitionStandsUnderItsWorst) {
  TestCluster cluster;
  auto& topic = cluster.topic("presence.acme");
  topic.partitions[1].isr = {1};
  topic.partitions[2].isr = {1, 2};
  topic.partitions[3].leader.reset();
  topic.partitions[3].isr = {2};
  const auto health = assess(cluster);
  EXPECT_EQ(health.offlinePartitions, 1);
  EXPECT_EQ(health.underMinIsrPartitions, 2);
  EXPECT_EQ(health.underReplicatedPartitions, 3);
  ASSERT_EQ(health.problems.size(), 3U);
  EXPECT_THAT(health.problems[0].problem, HasSubstr("partition 3: no leader"));
  EXPECT_THAT(health.problems[1].problem,
              HasSubstr("partition 1: fewer in-sync replicas than min.insync.replicas = 2"));
  EXPECT_THAT(health.problems[2].problem, HasSubstr("partition 2: a replica"));
}

TEST(TopicHealth, MinIsrIsTheTopicsOwn) {
  TestCluster cluster;
  cluster.config("presence.acme", "min.insync.replicas", "3", client::ConfigSource::kTopic);
  cluster.topic("presence.acme").partitions[0].isr = {1, 2};
  EXPECT_EQ(assess(cluster).underMinIsrPartitions, 1);
}

TEST(TopicHealth, MissingAndDriftAreNamed) {
  TestCluster cluster;
  cluster.remove("platform.events");
  cluster.remove("chat.messages.acme");
  cluster.config("presence.acme", "retention.ms", "5", client::ConfigSource::kTopic);
  const auto health = assess(cluster);
  EXPECT_FALSE(health.healthy);
  EXPECT_EQ(health.missingTopics, 2);
  EXPECT_EQ(health.driftedTopics, 1);
  ASSERT_EQ(health.problems.size(), 3U);
  EXPECT_EQ(health.problems[0].topic, "platform.events");
  EXPECT_EQ(health.problems[1].topic, "chat.messages.acme");
  EXPECT_EQ(health.problems[2].topic, "presence.acme");
  EXPECT_EQ(health.problems[2].problem, "drift: retention.ms is 5, declared is 86400000");
}

TEST(TopicHealth, ForeignTopicsCountAndNeverDrift) {
  TestCluster cluster;
  cluster.addTopic("__consumer_offsets", 2, {1, 2, 3});
  cluster.topic("__consumer_offsets").partitions[1].leader.reset();
  const auto health = assess(cluster);
  EXPECT_EQ(health.topics, 5);
  EXPECT_EQ(health.offlinePartitions, 1);
  EXPECT_EQ(health.driftedTopics, 0);
}

TEST(TopicHealth, ShowsAtMostFiftyProblems) {
  TestCluster cluster;
  for (int i = 0; i < 60; ++i) {
    const std::string name = fmt::format("foreign-{}", i);
    cluster.addTopic(name, 1, {1, 2});
    cluster.topic(name).partitions[0].isr = {1};
  }
  cluster.topic("presence.acme").partitions[0].leader.reset();
  const auto health = assess(cluster);
  EXPECT_EQ(health.problems.size(), 50U);
  EXPECT_EQ(health.problems.front().topic, "presence.acme");
  EXPECT_EQ(health.problemsNotShown, 11);
}

TEST(TopicHealth, LongPartitionListsAreCut) {
  TestCluster cluster;
  cluster.addTopic("wide", 14, {1, 2});
  for (auto& partition : cluster.topic("wide").partitions) {
    partition.isr = {1};
  }
  const auto health = assess(cluster);
  ASSERT_EQ(health.problems.size(), 1U);
  EXPECT_THAT(health.problems[0].problem, HasSubstr("8, 9 and 4 more: "));
}

TEST(TopicHealth, AsksForConfigsOfOursAndOfWhatLacksAReplica) {
  TestCluster cluster;
  cluster.addTopic("orders", 1, {1, 2});
  cluster.addTopic("payments", 1, {1, 2});
  cluster.topic("payments").partitions[0].isr = {1};
  EXPECT_THAT(topicsToDescribe(cluster.metadata, cluster.catalog()),
              ElementsAre("chat.messages.acme", "internal.probe", "payments", "platform.events",
                          "presence.acme"));
}

}  // namespace
}  // namespace caas::kafka::topics
