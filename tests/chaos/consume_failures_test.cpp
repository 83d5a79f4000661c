// Handlers that fail by chance: every record ends acked or in the DLQ, no retry is early.
#include <gtest/gtest.h>

#include "support/consume_scenario.hpp"

namespace caas::kafka::test {
namespace {

using std::chrono::seconds;

TEST(FailingHandlers, OneInTwentyFails) {
  ConsumeLoad load;
  load.failOneIn = 20;
  load.doomOneIn = 500;
  load.tiers = {Milliseconds{200}, Milliseconds{500}, Milliseconds{1'000}};
  // The last is a real minute in the long form.
  load.tiers.push_back(fullRun() ? Milliseconds{60'000} : Milliseconds{2'000});
  ConsumeScenario run("one run in twenty fails", load);
  run.goOn(seconds{fullRun() ? 300 : 20});
  run.finishAndExpectAllWell();
  for (const auto& verdict : run.verdicts()) {
    EXPECT_EQ(verdict.reruns(), 0) << verdict.describe();
    EXPECT_GT(verdict.deadLettered, 0);
  }
}

// How late retries are is a figure for docs/decisions, not a promise that a busy machine keeps.
TEST(FailingHandlers, RetriesBehindAnotherGroupsRecordsWhenNearlyIdle) {
  ConsumeLoad load;
  load.recordsPerSecond = 100;
  load.modes = {"divert", "divert"};
  load.workersPerGroup = 1;
  load.failOneIn = 5;
  load.doomOneIn = 100;
  load.tiers = {Milliseconds{200}, Milliseconds{400}, Milliseconds{800}};
  ConsumeScenario run("retries behind another group's records", load);
  run.goOn(seconds{fullRun() ? 60 : 10});
  run.finishAndExpectAllWell();
  for (const auto& verdict : run.verdicts()) {
    EXPECT_GT(verdict.timedRetries, 0);
  }
}

}  // namespace
}  // namespace caas::kafka::test
