// Consumers under load while the brokers die, or are restarted one after the other.
#include <gtest/gtest.h>

#include "support/consume_scenario.hpp"

namespace caas::kafka::test {
namespace {

using std::chrono::seconds;

TEST(ConsumersAndBrokers, EachBrokerInTurnKilled) {
  ConsumeScenario run("each broker in turn killed");
  run.goOn(seconds{2});
  // Each costs nearly a minute until all are well again.
  const std::vector<int> victims = fullRun() ? std::vector{1, 2, 3} : std::vector{2};
  for (const int node : victims) {
    run.whileBrokerAway([&] {
      const BrokerFault fault(BrokerFault::Kind::kKill, node);
      run.goOn(seconds{fullRun() ? 12 : 1});
    });
    run.waitUntilCaughtUp();
  }
  run.finishAndExpectAllWell();
}

TEST(ConsumersAndBrokers, ARollingRestart) {
  if (!fullRun()) {
    GTEST_SKIP() << "in the long form (CAAS_FULL=1)";
  }
  ConsumeScenario run("a rolling restart");
  run.goOn(seconds{2});
  for (const int node : {1, 2, 3}) {
    run.whileBrokerAway([&] { restartBroker(node); });
    run.goOn(seconds{10});
  }
  run.finishAndExpectAllWell();
}

}  // namespace
}  // namespace caas::kafka::test
