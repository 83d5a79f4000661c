// Members come and go under load.
#include <gtest/gtest.h>

#include "support/consume_scenario.hpp"

namespace caas::kafka::test {
namespace {

using std::chrono::seconds;

void comeAndGo(const std::string& name, const std::string& protocol) {
  ConsumeLoad load;
  load.protocol = protocol;
  ConsumeScenario run(name, load);
  // Each coming and each going is one: ten in a minute.
  const int rounds = fullRun() ? 5 : 2;
  run.goOn(seconds{2});
  for (int i = 0; i < rounds; ++i) {
    const auto guest = run.join();
    run.goOn(seconds{6});
    run.leave(guest);
    run.goOn(seconds{6});
  }
  run.finishAndExpectAllWell();
  for (const auto& verdict : run.verdicts()) {
    // Who leaves in good order has committed what it did: no acked record runs twice for it.
    EXPECT_EQ(verdict.rerunsOfAcked, 0) << verdict.describe();
  }
}

TEST(Rebalances, MembersThatComeAndGoCostNothing) { comeAndGo("members come and go", "classic"); }

TEST(Rebalances, WithTheConsumerProtocolToo) {
  if (!fullRun()) {
    GTEST_SKIP() << "in the long form (CAAS_FULL=1)";
  }
  comeAndGo("members come and go, KIP-848", "consumer");
}

}  // namespace
}  // namespace caas::kafka::test
