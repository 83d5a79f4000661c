#include <fmt/core.h>
#include <gtest/gtest.h>

#include "support/scenario.hpp"

namespace caas::kafka::test {
namespace {

using std::chrono::seconds;

void killEachInTurn(Scenario& run) {
  // The others notice a dead broker after 9 s; one that is back sooner is found out by its new
  // registration. The long form has the first, the short form the second.
  const auto dead = fullRun() ? seconds{12} : seconds{3};
  run.goOn(seconds{2});
  for (const int node : {1, 2, 3}) {
    BrokerFault fault(BrokerFault::Kind::kKill, node);
    run.goOn(dead);
  }
  run.goOn(seconds{2});
  if (fullRun() && run.running() < seconds{60}) {
    run.goOn(seconds{60} - run.running());
  }
}

TEST(BrokerKill, NoRecordIsLostDoubledOrFailedWhileEachBrokerInTurnDies) {
  Scenario run("each broker in turn killed and restarted");
  killEachInTurn(run);
  const auto verdict = run.finish();
  EXPECT_TRUE(verdict.holds()) << verdict.describe();
  EXPECT_EQ(verdict.failed(), 0) << verdict.describe();
  EXPECT_EQ(verdict.refused, 0) << verdict.describe();
  EXPECT_EQ(verdict.delivered, verdict.accepted) << verdict.describe();
}

TEST(BrokerKill, WithThreeRetriesWhatFailsSaysWhetherItMayBeInTheLog) {
  auto settings = testSettings();
  settings.producer.retries = 3;
  Scenario run("the same with retries=3", settings);
  killEachInTurn(run);
  const auto verdict = run.finish();
  EXPECT_TRUE(verdict.holds()) << verdict.describe();
  EXPECT_EQ(verdict.refused, 0) << verdict.describe();
  EXPECT_EQ(verdict.delivered + verdict.failed(), verdict.accepted) << verdict.describe();
}

}  // namespace
}  // namespace caas::kafka::test
