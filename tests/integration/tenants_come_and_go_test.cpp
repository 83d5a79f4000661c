// Tenants that come and go under a running consumer of all of them, on the real cluster.
#include <mutex>

#include "caas/kafka/topic_manager.hpp"
#include "integration/consumer_fixture.hpp"

namespace caas::kafka::test {
namespace {

using std::chrono::seconds;
using std::chrono::steady_clock;

constexpr Milliseconds kSoon{30'000};
constexpr int kPartitions = 4;  ///< of notifications.{tenant}

class TenantsComeAndGo : public ConsumerTest {
 protected:
  TenantsComeAndGo() : topics_(TopicManager::create(settings_, *catalog_)) {
    must(topics_->createPlatformTopics());
  }
  ~TenantsComeAndGo() override {
    for (const auto& tenant : tenants_) {
      // Only housekeeping: what a test has deleted by itself is not there any more.
      static_cast<void>(topics_->deleteTenantTopics(tenant));
    }
  }

  std::string createTenant(std::string_view hint) {
    tenants_.push_back(uniqueTenant(hint));
    must(topics_->createTenantTopics(tenants_.back()));
    return tenants_.back();
  }

  /// Of all tenants that there are, other tests' too. The intervals are those of production.
  std::unique_ptr<Consumer> start() {
    ConsumerOptions some = options();
    some.discoveryInterval = ConsumerOptions{}.discoveryInterval;
    auto consumer = must(Consumer::create(settings_, catalog_, some));
    must(consumer->subscribe("notifications", AllTenants{}));
    must(consumer->start([this](const ConsumedRecord& record) {
      const std::lock_guard lock(mutex_);
      EXPECT_EQ(record.entry, "notifications");
      ++handled_[std::string(record.tenant)];
      return HandlerResult::ack();
    }));
    return consumer;
  }
  int handled(const std::string& tenant) {
    const std::lock_guard lock(mutex_);
    return handled_[tenant];
  }
  bool publishAndWait(const std::string& tenant, int count, Milliseconds deadline) {
    const int before = handled(tenant);
    produce("notifications." + tenant, 0, count, 3);
    return eventually(deadline, [&] { return handled(tenant) == before + count; });
  }

  std::unique_ptr<TopicManager> topics_;
  std::vector<std::string> tenants_;
  std::mutex mutex_;
  std::map<std::string, int> handled_;
};

TEST_F(TenantsComeAndGo, ANewOneJoinsWithinTenSecondsOfItsCreation) {
  const auto early = createTenant("early");
  const auto consumer = start();
  ASSERT_TRUE(publishAndWait(early, 10, kSoon));
  const int before = consumer->stats().partitions;
  const auto late = createTenant("late");
  const auto created = steady_clock::now();
  EXPECT_TRUE(publishAndWait(late, 10, Milliseconds{10'000})) << handled(late);
  EXPECT_LT(steady_clock::now() - created, seconds{10});
  EXPECT_EQ(consumer->stats().partitions, before + kPartitions);
  EXPECT_TRUE(publishAndWait(early, 10, kSoon)) << "the others go on";
  EXPECT_EQ(consumer->failure(), std::nullopt);
  must(consumer->close());
}

TEST_F(TenantsComeAndGo, OneThatIsDeletedLeavesAndTheOthersGoOn) {
  const auto stays = createTenant("stays");
  const auto goes = createTenant("goes");
  const auto consumer = start();
  ASSERT_TRUE(publishAndWait(stays, 10, kSoon));
  ASSERT_TRUE(publishAndWait(goes, 10, kSoon));
  const int before = consumer->stats().partitions;
  // Our own tools refuse as long as somebody reads it; Kafka's do not ask.
  ASSERT_FALSE(topics_->deleteTenantTopics(goes));
  deleteTopics({"notifications." + goes});
  EXPECT_TRUE(
      eventually(kSoon, [&] { return consumer->stats().partitions == before - kPartitions; }))
      << before << " and now " << consumer->stats().partitions;
  EXPECT_TRUE(publishAndWait(stays, 10, kSoon)) << "the others go on";
  EXPECT_EQ(consumer->stats().partitions, before - kPartitions);
  const auto failure = consumer->failure();
  EXPECT_FALSE(failure) << failure->describe();
  EXPECT_EQ(consumer->stats().recordsInFlight, 0);
  EXPECT_TRUE(must(consumer->close()).clean());
}

}  // namespace
}  // namespace caas::kafka::test
