// A broker that has just lost a group answers a request for its offsets with NOT_COORDINATOR. Of a
// client that has no group of its own, as an admin client is, librdkafka then asked its own group's
// coordinator anew, and the process ended (confluentinc/librdkafka issue 5040).
#include <chrono>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "support/cluster.hpp"

namespace caas::kafka::test {
namespace {

TEST(MovedCoordinator, AskingForOffsetsMeanwhileEndsNothing) {
  ASSERT_TRUE(waitForFullIsr());
  const auto admin = must(client::AdminClient::create(testSettings(), "moved-coordinator"));
  const auto run = uniqueTopic("moved");
  int asked = 0;
  int failed = 0;
  const auto askFor = [&](std::chrono::seconds lasts) {
    const auto until = std::chrono::steady_clock::now() + lasts;
    while (std::chrono::steady_clock::now() < until) {
      // Groups by the hash of their name, so over all coordinators.
      const auto offsets = admin->listGroupOffsets(fmt::format("{}-{}", run, asked % 60), {},
                                                   {.timeout = Milliseconds{2'000}});
      ++asked;
      if (!offsets) {
        ++failed;
        EXPECT_TRUE(offsets.error().retriable) << offsets.error().describe();
      }
    }
  };
  askFor(std::chrono::seconds{1});
  {
    const BrokerFault dead(BrokerFault::Kind::kKill, 2);
    askFor(std::chrono::seconds{12});
  }
  // It takes its groups back from those that have them.
  askFor(std::chrono::seconds{6});
  EXPECT_GT(asked, 100);
  EXPECT_TRUE(admin->listGroupOffsets(run, {}, {.timeout = Milliseconds{20'000}}));
  fmt::print("asked {} times, {} failed\n", asked, failed);
}

}  // namespace
}  // namespace caas::kafka::test
