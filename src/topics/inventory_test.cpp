#include "topics/inventory.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "topics/test_cluster.hpp"

namespace caas::kafka::topics {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

std::vector<std::string> namesIn(const std::vector<TopicInfo>& topics) {
  std::vector<std::string> names;
  names.reserve(topics.size());
  for (const TopicInfo& topic : topics) {
    names.push_back(topic.name);
  }
  return names;
}

TEST(Inventory, ListsTheCatalogsTopicsByName) {
  TestCluster cluster;
  cluster.addTopic("orders", 1, {1});
  const auto topics = topicsOf(cluster.metadata, cluster.catalog(), {});
  EXPECT_THAT(namesIn(topics), ElementsAre("chat.messages.acme", "internal.probe",
                                           "platform.events", "presence.acme"));
  EXPECT_EQ(topics[0].entry, "chat.messages");
  EXPECT_EQ(topics[0].tenantId, "acme");
  EXPECT_EQ(topics[0].category, TopicCategory::kTenant);
  EXPECT_EQ(topics[0].partitions, 4);
  EXPECT_EQ(topics[0].replicationFactor, 3);
}

TEST(Inventory, ForeignTopicsOnlyWhenAskedFor) {
  TestCluster cluster;
  cluster.addTopic("orders", 1, {1});
  const auto topics = topicsOf(cluster.metadata, cluster.catalog(), {.includeForeign = true});
  ASSERT_EQ(topics.size(), 5U);
  EXPECT_EQ(topics[2].name, "orders");
  EXPECT_EQ(topics[2].category, std::nullopt);
}

TEST(Inventory, FiltersByCategoryAndTenant) {
  TestCluster cluster;
  cluster.addTopic("chat.messages.other", 4, {1, 2, 3});
  cluster.addTopic("orders", 1, {1});
  EXPECT_THAT(namesIn(topicsOf(cluster.metadata, cluster.catalog(),
                               {.category = TopicCategory::kInternal, .includeForeign = true})),
              ElementsAre("internal.probe"));
  EXPECT_THAT(namesIn(topicsOf(cluster.metadata, cluster.catalog(),
                               {.tenantId = "other", .includeForeign = true})),
              ElementsAre("chat.messages.other"));
}

TEST(Inventory, CountsPartitionsWithoutLeaderOrReplica) {
  TestCluster cluster;
  auto& topic = cluster.topic("presence.acme");
  topic.partitions[0].leader.reset();
  topic.partitions[0].isr = {};
  topic.partitions[2].isr = {1, 2};
  const auto topics = topicsOf(cluster.metadata, cluster.catalog(), {.tenantId = "acme"});
  ASSERT_EQ(topics.size(), 2U);
  EXPECT_EQ(topics[1].offlinePartitions, 1);
  EXPECT_EQ(topics[1].underReplicatedPartitions, 2);
}

TEST(Inventory, TenantsWithWhatTheyLack) {
  TestCluster cluster;
  cluster.addTopic("presence.beta", 4, {1, 2, 3});
  const auto tenants = tenantsOf(cluster.metadata, cluster.catalog());
  ASSERT_EQ(tenants.size(), 2U);
  EXPECT_EQ(tenants[0].tenantId, "acme");
  EXPECT_EQ(tenants[0].topics, 2);
  EXPECT_EQ(tenants[0].partitions, 8);
  EXPECT_THAT(tenants[0].missingTopics, IsEmpty());
  EXPECT_EQ(tenants[1].tenantId, "beta");
  EXPECT_THAT(tenants[1].missingTopics, ElementsAre("chat.messages"));
}

TEST(Inventory, TopicThatIsGoneIsNotThere) {
  TestCluster cluster;
  cluster.topic("presence.acme").error = Error{.code = ErrorCode::kTopicNotFound, .message = ""};
  EXPECT_EQ(topicsOf(cluster.metadata, cluster.catalog(), {}).size(), 3U);
  EXPECT_EQ(missingFrom(cluster.metadata, cluster.wanted()).size(), 1U);
}

}  // namespace
}  // namespace caas::kafka::topics
