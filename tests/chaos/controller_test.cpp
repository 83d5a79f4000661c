// The active controller is killed: health names the next one, as Kafka's own tool does, and says
// "unknown" rather than a wrong one in between.
#include <optional>
#include <string>

#include <gtest/gtest.h>

#include "caas/kafka/health.hpp"
#include "support/cluster.hpp"
#include "support/kafka_tool.hpp"
#include "wire/quorum.hpp"

namespace caas::kafka::test {
namespace {

/// "LeaderId:   3" of `kafka-metadata-quorum describe --status`.
int leaderByKafkasTool() {
  const auto status = kafkaTool({"metadata-quorum", "describe", "--status"});
  const std::string_view name = "LeaderId:";
  return std::stoi(status.substr(status.find(name) + name.size()));
}

TEST(Controller, AfterItIsKilledTheNextOneIsNamed) {
  const auto settings = testSettings();
  const auto catalog = must(Catalog::load(settings));
  const auto health = HealthCheck::create(settings, catalog);
  const int first = leaderByKafkasTool();
  ASSERT_TRUE(eventually(Milliseconds{30'000}, [&] {
    const auto result = health->check();
    return result.details.cluster && result.details.cluster->controllerId == first;
  }));

  BrokerFault fault(BrokerFault::Kind::kKill, first);
  std::optional<int> named;
  ASSERT_TRUE(eventually(Milliseconds{90'000}, [&] {
    const auto result = health->check();
    named = result.details.cluster ? result.details.cluster->controllerId : std::nullopt;
    return named && *named != first;
  })) << "no controller is named after the first one died";
  EXPECT_EQ(*named, leaderByKafkasTool());
  const auto client = must(wire::Client::create(must(wire::clientOptions(settings, "test"))));
  const auto quorum = must(wire::describeQuorum(*client, Milliseconds{20'000}));
  EXPECT_EQ(quorum.leaderId, *named);
  ASSERT_EQ(quorum.voters.size(), 3) << "a dead one is a voter still";
}

}  // namespace
}  // namespace caas::kafka::test
