// Under KRaft metadata names any broker as the controller, and that is where librdkafka sends admin
// requests. When it died, a client waited for that very broker for ever, reconnecting 15,000 times
// a second, while two brokers that would have answered stood by.
#include <memory>
#include <vector>

#include <gtest/gtest.h>

#include "support/cluster.hpp"

namespace caas::kafka::test {
namespace {

TEST(DeadController, AdminClientsFindAnotherBroker) {
  ASSERT_TRUE(waitForFullIsr());
  const TestTopic topic("deadcontroller", 3);
  // Each has been told some broker; that none of 12 was told the second: (2/3)^12, one in 130.
  std::vector<std::unique_ptr<client::AdminClient>> clients;
  for (int i = 0; i < 12; ++i) {
    clients.push_back(must(client::AdminClient::create(testSettings(), "dead-controller")));
    must(clients.back()->describeTopics({topic.name()}), "before");
  }
  const BrokerFault dead(BrokerFault::Kind::kKill, 2);
  for (const auto& client : clients) {
    const auto described = client->describeTopics({topic.name()}, {Milliseconds{30'000}, {}});
    ASSERT_TRUE(described) << described.error().describe();
    ASSERT_FALSE(described->at(0).error) << described->at(0).error->describe();
    EXPECT_EQ(described->at(0).partitions.size(), 3U);
  }
}

}  // namespace
}  // namespace caas::kafka::test
