// shutdown() with records in flight and a broker that does not answer: bounded, and every record is
// accounted for.
#include <chrono>
#include <deque>

#include <gtest/gtest.h>

#include "support/scenario.hpp"

namespace caas::kafka::test {
namespace {

using std::chrono::seconds;
using std::chrono::steady_clock;

// The deadline is 2 s; the rest is what a machine under load may add to it.
constexpr seconds kDeadline{2};
constexpr seconds kBound{12};

struct Closing {
  ShutdownReport report;
  steady_clock::duration took{};
};

Closing closeNow(Scenario& run) {
  const auto start = steady_clock::now();
  const auto report = run.close(kDeadline);
  return {report, steady_clock::now() - start};
}

void expectAccountedFor(Scenario& run, const Closing& closing) {
  EXPECT_LT(closing.took, kBound);
  EXPECT_EQ(run.history().reported(), run.history().accepted())
      << "everything must be reported when close returns";
  EXPECT_EQ(run.producer().stats().inFlight, 0);
  const auto verdict = run.finish();
  EXPECT_TRUE(verdict.holds()) << verdict.describe();
  EXPECT_EQ(closing.report.notPersisted, verdict.failedNotPersisted) << verdict.describe();
  EXPECT_EQ(closing.report.possiblyPersisted, verdict.failedPossiblyPersisted)
      << verdict.describe();
}

TEST(Shutdown, WithADeadLeader) {
  Scenario run("close while a leader is dead");
  run.goOn(seconds{2});
  Closing closing;
  {
    const BrokerFault dead(BrokerFault::Kind::kKill, leaderOf(run.topic(), 0));
    run.goOn(seconds{1});
    closing = closeNow(run);
  }
  EXPECT_FALSE(closing.report.clean()) << "nothing was in flight: was it a fault at all?";
  expectAccountedFor(run, closing);
}

TEST(Shutdown, WithAPausedLeader) {
  Scenario run("close while a leader is paused");
  run.goOn(seconds{2});
  Closing closing;
  {
    const BrokerFault paused(BrokerFault::Kind::kPause, leaderOf(run.topic(), 0));
    run.goOn(seconds{1});
    closing = closeNow(run);
  }
  EXPECT_FALSE(closing.report.clean()) << "nothing was in flight: was it a fault at all?";
  expectAccountedFor(run, closing);
}

TEST(Shutdown, WithEveryBrokerPaused) {
  Scenario run("close while every broker is paused");
  run.goOn(seconds{2});
  Closing closing;
  {
    std::deque<BrokerFault> paused;
    for (const int node : {1, 2, 3}) {
      paused.emplace_back(BrokerFault::Kind::kPause, node);
    }
    run.goOn(seconds{1});
    closing = closeNow(run);
    // All three must run again before any of them is waited for.
    for (auto& fault : paused) {
      fault.end();
    }
  }
  EXPECT_FALSE(closing.report.clean()) << "nothing was in flight: was it a fault at all?";
  expectAccountedFor(run, closing);
}

TEST(Shutdown, UnderLoadOnAWholeClusterLeavesNothing) {
  Scenario run("close under load");
  run.goOn(seconds{3});
  const auto closing = closeNow(run);
  EXPECT_TRUE(closing.report.clean());
  expectAccountedFor(run, closing);
}

}  // namespace
}  // namespace caas::kafka::test
