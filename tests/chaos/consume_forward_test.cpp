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
  // Which of them died with a transaction open, and which between two, is up to the machine.
  std::int64_t abandoned = 0;
  for (const auto worker : killed) {
    abandoned += run.abandonedOutputs(worker);
  }
  EXPECT_GT(abandoned, 0) << "each was killed between two transactions: nothing was shown";
  EXPECT_GT(run.verdicts().at(0).outputs, 0);
}

}  // namespace
}  // namespace caas::kafka::test
