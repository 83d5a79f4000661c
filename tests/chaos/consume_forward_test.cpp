// Exactly-once forwarding while those who forward are killed in the middle of a transaction.
#include <gtest/gtest.h>

#include "support/consume_scenario.hpp"

namespace caas::kafka::test {
namespace {

using std::chrono::seconds;

TEST(ForwardingCrash, KilledInTransactionsEachResultIsThereOnce) {
  ConsumeLoad load;
  load.recordsPerSecond = fullRun() ? 1'000 : 500;
  load.modes = {"forward"};
  ConsumeScenario run("forwarding, killed in a transaction", load);
  run.goOn(seconds{2});
  std::vector<std::size_t> killed;
  std::size_t victim = 1;
  for (int i = 0; i < (fullRun() ? 6 : 3); ++i) {
    run.killInTransaction(victim);
    killed.push_back(victim);
    run.goOn(seconds{1});
    // The group still waits for the dead one's session to end. Every second time the new one has
    // its transactional id, and ends what it left open; else the brokers do that in time.
    victim = i % 2 == 0 ? run.join() : run.join({}, victim);
    run.waitUntilAssigned(victim);
    run.goOn(seconds{fullRun() ? 15 : 3});
  }
  run.finishAndExpectAllWell();
  for (const auto worker : killed) {
    EXPECT_GT(run.abandonedOutputs(worker), 0) << "worker " << worker;
  }
  EXPECT_GT(run.verdicts().at(0).outputs, 0);
}

}  // namespace
}  // namespace caas::kafka::test
