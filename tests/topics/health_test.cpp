#include <fmt/format.h>

#include "topics/fixture.hpp"

namespace caas::kafka::test {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::Field;
using ::testing::IsEmpty;

class TopicHealthOnCluster : public TopicsTest {
 protected:
  /// What is said of one topic; other tests' topics are on the same cluster.
  std::vector<std::string> problemsOf(const std::string& topic) {
    std::vector<std::string> found;
    for (const auto& problem : must(manager_->getTopicHealth()).problems) {
      if (problem.topic == topic) {
        found.push_back(problem.problem);
      }
    }
    return found;
  }
};

TEST_F(TopicHealthOnCluster, MissingAndDriftedTopicsAreNamed) {
  const auto id = tenant("ill");
  must(manager_->createTenantTopics(id));
  EXPECT_THAT(problemsOf("presence." + id), IsEmpty());
  setTopicConfig("presence." + id, "retention.ms", "12345");
  EXPECT_TRUE(eventually(Milliseconds{20'000}, [&] {
    const auto problems = problemsOf("presence." + id);
    return problems.size() == 1 && problems[0].contains("retention.ms is 12345");
  }));
  deleteEverywhere({"analytics." + id});
  EXPECT_THAT(problemsOf("analytics." + id),
              ElementsAre("does not exist, the catalog declares it"));
  const auto health = must(manager_->getTopicHealth());
  EXPECT_FALSE(health.healthy);
  EXPECT_GE(health.missingTopics, 1);
  EXPECT_GE(health.driftedTopics, 1);

  const auto tenants = must(manager_->listTenants());
  EXPECT_THAT(tenants,
              Contains(::testing::AllOf(Field(&TenantInfo::tenantId, id),
                                        Field(&TenantInfo::missingTopics, ElementsAre("analytics")),
                                        Field(&TenantInfo::topics, 4))));
}

TEST_F(TopicHealthOnCluster, DeadBrokerShowsAsMissingReplicas) {
  const auto id = tenant("dead");
  must(manager_->createTenantTopics(id));
  {
    const BrokerFault dead(BrokerFault::Kind::kKill, 3);
    EXPECT_TRUE(eventually(
        Milliseconds{60'000},
        [&] {
          const auto health = must(manager_->getTopicHealth());
          return health.offlineBrokers == std::vector<int>{3} && !health.healthy &&
                 health.underReplicatedPartitions >= 40 && health.offlinePartitions == 0;
        },
        Milliseconds{500}));
    const auto topics = must(manager_->listTopics({.tenantId = id}));
    ASSERT_FALSE(topics.empty());
    EXPECT_EQ(topics[0].underReplicatedPartitions, topics[0].partitions);

    // One broker down is no reason to refuse a tenant: its replicas there come in later.
    const auto late = tenant("late");
    const auto set = manager_->createTenantTopics(late);
    ASSERT_TRUE(set) << set.error().describe();
  }
  // Every broker tells what it knows, and the one that just came back knows it last.
  EXPECT_TRUE(eventually(Milliseconds{60'000}, [&] {
    const auto health = must(manager_->getTopicHealth());
    return health.offlineBrokers.empty() && health.underReplicatedPartitions == 0;
  }));
}

}  // namespace
}  // namespace caas::kafka::test
