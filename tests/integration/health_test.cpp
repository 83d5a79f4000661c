// Health on the real cluster: all up, a broker paused, a broker killed, nobody there.
#include "caas/kafka/health.hpp"

#include <algorithm>
#include <atomic>
#include <thread>

#include <fmt/core.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/cluster.hpp"

namespace caas::kafka::test {
namespace {

using std::chrono::steady_clock;
using ::testing::AllOf;
using ::testing::AnyOf;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::SizeIs;

// Beyond the deadline: thread scheduling on a busy machine, and the client's own slack.
constexpr Milliseconds kSlack{3'000};

Milliseconds since(steady_clock::time_point start) {
  return std::chrono::duration_cast<Milliseconds>(steady_clock::now() - start);
}

/// A catalog of one topic that no other test touches, so that what they leave behind (tenants half
/// deleted, settings changed) is no concern here.
class Health : public ::testing::Test {
 protected:
  Health() : settings_(testSettings()), topic_(uniqueTopic("health")) {
    catalog_.emplace(must(Catalog::parse(fmt::format(R"(
topics:
  - name: {}
    category: platform
    partitions: 6
    cleanup: delete
    strategy: tenant_id
    events: [platform-event]
    description: For the health tests
)",
                                                     topic_),
                                         settings_)));
    health_ = HealthCheck::create(settings_, *catalog_);
  }
  ~Health() override {
    if (created_) {
      deleteTopics({topic_});
    }
  }

  void create() {
    const auto topics = TopicManager::create(settings_, *catalog_);
    must(topics->createPlatformTopics(), "creating the topic");
    created_ = true;
    ASSERT_TRUE(waitForFullIsr());
  }

  const BrokerHealth& broker(const std::vector<BrokerHealth>& brokers, int id) {
    const auto found = std::ranges::find(brokers, id, &BrokerHealth::nodeId);
    if (found == brokers.end()) {
      throw std::runtime_error(fmt::format("broker {} is not in the list", id));
    }
    return *found;
  }

  Settings settings_;
  std::string topic_;
  bool created_ = false;
  std::optional<Catalog> catalog_;
  std::unique_ptr<HealthCheck> health_;
};

TEST_F(Health, AllUp) {
  create();
  const auto result = health_->check();
  EXPECT_EQ(result.status, HealthStatus::kHealthy) << ::testing::PrintToString(result.reasons);
  EXPECT_TRUE(result.healthy);
  EXPECT_THAT(result.reasons, ElementsAre(HasSubstr("3 brokers answered")));
  EXPECT_LE(result.latency, Milliseconds{5'000} + kSlack);
  ASSERT_TRUE(result.details.cluster);
  EXPECT_FALSE(result.details.cluster->clusterId.empty());
  EXPECT_EQ(result.details.cluster->brokers, 3);
  EXPECT_EQ(result.details.cluster->offlineBrokers, 0);
  EXPECT_TRUE(result.details.cluster->controllerId);
  ASSERT_THAT(result.details.brokers, SizeIs(3));
  for (const auto& broker : result.details.brokers) {
    EXPECT_TRUE(broker.healthy) << broker.error;
    EXPECT_FALSE(broker.host.empty());
    EXPECT_GT(broker.port, 0);
  }
  ASSERT_TRUE(result.details.topics);
  EXPECT_GE(result.details.topics->partitions, 6);

  EXPECT_THAT(must(health_->checkBrokers()), SizeIs(3));
  EXPECT_EQ(must(health_->checkTopics()).missingTopics, 0);
  const auto stats = must(health_->getStats());
  EXPECT_EQ(stats.cluster.brokers, 3);
  EXPECT_GE(stats.topics, 1);
  EXPECT_GE(stats.partitions, 6);
  EXPECT_EQ(stats.offlinePartitions, 0);
  EXPECT_TRUE(health_->ping().success);
}

TEST_F(Health, AMissingTopicOfThePlatformIsNamed) {
  const auto result = health_->check();
  EXPECT_EQ(result.status, HealthStatus::kUnhealthy);
  EXPECT_THAT(result.reasons, Contains(AllOf(HasSubstr(topic_), HasSubstr("caas-kafka init"))));
}

TEST_F(Health, ManyAtOnce) {
  create();
  std::vector<std::jthread> threads;
  std::atomic<int> good = 0;
  for (int i = 0; i < 8; ++i) {
    threads.emplace_back([&, i] {
      good += i % 2 == 0 ? (health_->check().details.brokers.size() == 3 ? 1 : 0)
                         : (health_->ping().success ? 1 : 0);
    });
  }
  threads.clear();
  EXPECT_EQ(good, 8);
}

TEST_F(Health, APausedBrokerIsNamedInBoundedTime) {
  create();
  // Connected to all brokers before one hangs: that is the hard case.
  ASSERT_TRUE(health_->check().healthy);
  const BrokerFault fault(BrokerFault::Kind::kPause, 2);
  for (const bool fresh : {false, false, true}) {
    if (fresh) {
      health_ = HealthCheck::create(settings_, *catalog_);
    }
    const auto start = steady_clock::now();
    const auto result = health_->check(Milliseconds{5'000});
    EXPECT_LE(since(start), Milliseconds{5'000} + kSlack);
    EXPECT_NE(result.status, HealthStatus::kHealthy);
    EXPECT_THAT(result.reasons, Contains(HasSubstr("broker 2 ")));
    EXPECT_FALSE(broker(result.details.brokers, 2).healthy);
    EXPECT_TRUE(broker(result.details.brokers, 1).healthy);
    EXPECT_TRUE(broker(result.details.brokers, 3).healthy);
    EXPECT_TRUE(result.details.topics) << ::testing::PrintToString(result.reasons);

    const auto ping = health_->ping();
    EXPECT_TRUE(ping.success) << ping.error;
    const auto brokers = must(health_->checkBrokers());
    EXPECT_FALSE(broker(brokers, 2).healthy);
    // The second, once the brokers have given it up.
    EXPECT_THAT(broker(brokers, 2).error,
                AnyOf(HasSubstr("does not answer"), HasSubstr("hangs, or is cut off")));
  }
}

TEST_F(Health, StatsSayWhichBrokerKeepsThemFromCounting) {
  ASSERT_TRUE(health_->ping().success);
  const BrokerFault fault(BrokerFault::Kind::kPause, 3);
  const auto stats = health_->getStats();
  // Once the brokers have given it up, it is out of the list and the rest can be counted.
  if (!stats) {
    EXPECT_THAT(stats.error().message, HasSubstr("broker 3 ("));
  } else {
    EXPECT_EQ(stats->cluster.brokers, 2);
  }
}

TEST_F(Health, AKilledBrokerIsNamedBeforeAndAfterTheClusterNotices) {
  create();
  ASSERT_TRUE(health_->check().healthy);
  {
    const BrokerFault fault(BrokerFault::Kind::kKill, 1);
    const auto early = health_->check();
    EXPECT_THAT(early.reasons, Contains(HasSubstr("broker 1 (")));

    // The brokers take some 9 s to notice; then it is in no list any more, but replicas name it.
    ASSERT_TRUE(eventually(Milliseconds{60'000}, [&] {
      const auto brokers = health_->checkBrokers();
      return brokers && broker(*brokers, 1).error.find("it is down") != std::string::npos;
    }));
    const auto late = health_->check();
    EXPECT_NE(late.status, HealthStatus::kHealthy);
    EXPECT_EQ(late.details.cluster->brokers, 2);
    EXPECT_EQ(late.details.cluster->offlineBrokers, 1);
    EXPECT_THAT(late.reasons, Contains(AllOf(HasSubstr("broker 1 ("), HasSubstr("start it"))));
    EXPECT_GT(late.details.topics->underReplicatedPartitions, 0);
    EXPECT_THAT(late.details.topics->offlineBrokers, Contains(1));

    // One that comes after the death knows it too, only not where it was.
    const auto newcomer = HealthCheck::create(settings_, *catalog_);
    EXPECT_FALSE(broker(must(newcomer->checkBrokers()), 1).healthy);
  }
  HealthCheckResult back;
  EXPECT_TRUE(eventually(Milliseconds{30'000}, [&] {
    back = health_->check();
    return back.healthy;
  })) << ::testing::PrintToString(back.reasons);
}

TEST_F(Health, NobodyThereSaysWhichAddressesWereTried) {
  Settings settings;
  settings.brokers = {"127.0.0.1:1", "127.0.0.1:2"};
  const auto health = HealthCheck::create(settings, *catalog_);
  const auto start = steady_clock::now();
  const auto ping = health->ping(Milliseconds{1'500});
  EXPECT_LE(since(start), Milliseconds{1'500} + kSlack);
  EXPECT_FALSE(ping.success);
  EXPECT_THAT(ping.error, AllOf(HasSubstr("connection timeout"), HasSubstr("127.0.0.1:1: "),
                                HasSubstr("127.0.0.1:2: "), HasSubstr("KAFKA_BROKERS")));

  const auto brokers = health->checkBrokers(Milliseconds{1'500});
  ASSERT_FALSE(brokers);
  EXPECT_EQ(brokers.error().code, ErrorCode::kConnectionTimeout);
  const auto result = health->check(Milliseconds{1'500});
  EXPECT_EQ(result.status, HealthStatus::kUnhealthy);
  EXPECT_THAT(result.reasons, ElementsAre(HasSubstr("127.0.0.1:1: ")));
}

}  // namespace
}  // namespace caas::kafka::test
