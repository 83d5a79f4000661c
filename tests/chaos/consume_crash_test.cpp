// A consumer process that dies, or is away for longer than its session and comes back.
#include <gtest/gtest.h>

#include "support/consume_scenario.hpp"
#include "support/network_cell.hpp"

namespace caas::kafka::test {
namespace {

using std::chrono::seconds;

TEST(ConsumerCrash, KilledAndRestartedNothingIsLostAndOrderHolds) {
  ConsumeScenario run("a consumer killed and restarted");
  const int rounds = fullRun() ? 2 : 1;
  std::size_t victim = 1;
  for (int i = 0; i < rounds; ++i) {
    run.goOn(seconds{2});
    run.killHard(victim);
    run.goOn(seconds{1});
    // The group still waits for the dead one's session to end.
    victim = run.join();
    run.goOn(seconds{fullRun() ? 15 : 9});
  }
  run.finishAndExpectAllWell();
}

TEST(ConsumerCrash, BothKilledAtOnceGoOnWhereTheyWere) {
  if (!fullRun()) {
    GTEST_SKIP() << "in the long form (CAAS_FULL=1)";
  }
  ConsumeScenario run("both consumers killed and restarted");
  run.goOn(seconds{5});
  run.killHard(0);
  run.killHard(1);
  run.goOn(seconds{1});
  run.join();
  run.join();
  run.goOn(seconds{20});
  run.finishAndExpectAllWell();
}

TEST(ConsumerLostSession, StoppedForLongerThanItsSession) {
  ConsumeScenario run("a consumer stopped (SIGSTOP) past its session");
  run.goOn(seconds{3});
  run.pauseAndResume(1, ConsumeWorker::kSession + seconds{fullRun() ? 15 : 4});
  run.goOn(seconds{fullRun() ? 20 : 5});
  run.finishAndExpectAllWell();
}

TEST(ConsumerLostSession, CutOffFromTheNetwork) {
  if (const auto problem = NetworkCell::whyNot(); !problem.empty()) {
    ASSERT_FALSE(fullRun()) << "no network of its own can be made here: " << problem;
    GTEST_SKIP() << "no network of its own can be made here: " << problem;
  }
  NetworkCell cell(testSettings().brokers);
  ConsumeLoad load;
  load.workersPerGroup = 1;
  ConsumeScenario run("a consumer cut off from the network", load);
  const auto inCell = run.join(cell.prefix());
  run.waitUntilAssigned(inCell);
  run.goOn(seconds{3});
  run.loseSession(
      inCell, ConsumeWorker::kSession + seconds{fullRun() ? 30 : 4}, [&] { cell.cut(); },
      [&] { cell.mend(); });
  run.goOn(seconds{fullRun() ? 20 : 5});
  run.finishAndExpectAllWell();
}

}  // namespace
}  // namespace caas::kafka::test
