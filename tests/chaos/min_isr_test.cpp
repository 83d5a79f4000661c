// The in-sync replicas fall below min.insync.replicas for five seconds: brokers refuse every
// record.
#include <algorithm>
#include <functional>

#include <gtest/gtest.h>

#include "support/scenario.hpp"

namespace caas::kafka::test {
namespace {

using std::chrono::seconds;

bool everyPartitionHasTwoInSync(const std::string& topic) {
  const auto described = admin().describeTopics({topic});
  return described && std::ranges::all_of(described->at(0).partitions, [](const auto& partition) {
           return partition.leader && partition.isr.size() == 2;
         });
}

/// For five seconds, and then until `shown` (a busy machine gets through the retries more slowly).
void holdIsrBelowMinimum(Scenario& run, const std::function<bool()>& shown = [] { return true; }) {
  run.goOn(seconds{2});
  const BrokerFault dead(BrokerFault::Kind::kKill, 2);
  ASSERT_TRUE(eventually(seconds{60}, [&] { return everyPartitionHasTwoInSync(run.topic()); }));
  setTopicConfig(run.topic(), "min.insync.replicas", "3");
  run.goOn(seconds{5});
  for (int i = 0; i < 55 && !shown(); ++i) {
    run.goOn(seconds{1});
  }
  setTopicConfig(run.topic(), "min.insync.replicas", "2");
  run.goOn(seconds{3});
}

TEST(MinIsr, WithDefaultsNoRecordFails) {
  Scenario run("in-sync replicas below the minimum for 5 s");
  holdIsrBelowMinimum(run);
  const auto verdict = run.finish();
  EXPECT_TRUE(verdict.holds()) << verdict.describe();
  EXPECT_EQ(verdict.failed(), 0) << verdict.describe();
  EXPECT_EQ(verdict.refused, 0) << verdict.describe();
  EXPECT_GE(run.history().latencies().max, seconds{3})
      << "nothing was held up: was it a fault at all?";
}

TEST(MinIsr, WithThreeRetriesWhatFailsSaysWhetherItMayBeInTheLog) {
  auto settings = testSettings();
  settings.producer.retries = 3;
  Scenario run("the same with retries=3", settings);
  holdIsrBelowMinimum(run, [&] { return run.producer().stats().failed > 0; });
  const auto verdict = run.finish();
  EXPECT_TRUE(verdict.holds()) << verdict.describe();
  EXPECT_GT(verdict.failed(), 0) << "three retries outlasted it: " << verdict.describe();
  EXPECT_GT(verdict.failuresByCode.contains("not_enough_replicas")
                ? verdict.failuresByCode.at("not_enough_replicas")
                : 0,
            0)
      << verdict.describe();
  EXPECT_EQ(verdict.delivered + verdict.failed(), verdict.accepted) << verdict.describe();
}

}  // namespace
}  // namespace caas::kafka::test
