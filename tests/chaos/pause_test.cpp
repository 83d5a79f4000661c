// A broker that is stopped (SIGSTOP) keeps its connections and answers nothing: worse than a dead
// one.
#include <gtest/gtest.h>

#include "support/scenario.hpp"

namespace caas::kafka::test {
namespace {

using std::chrono::seconds;

TEST(BrokerPause, ALeaderThatHangsForTwentySecondsCostsNoRecord) {
  Scenario run("the leader of partition 0 paused for 20 s");
  run.goOn(seconds{2});
  {
    const BrokerFault paused(BrokerFault::Kind::kPause, leaderOf(run.topic(), 0));
    run.goOn(seconds{20});
  }
  run.goOn(seconds{3});
  const auto verdict = run.finish();
  EXPECT_TRUE(verdict.holds()) << verdict.describe();
  EXPECT_EQ(verdict.failed(), 0) << verdict.describe();
  EXPECT_EQ(verdict.refused, 0) << verdict.describe();
}

TEST(BrokerPause, AFullQueueRefusesAndThenTakesTheSameRecordAgain) {
  const TestTopic topic("fullqueue", 1);
  auto settings = testSettings();
  settings.producer.queueMaxRecords = 200;
  settings.producer.queueFullWait = Milliseconds{500};
  History history;
  auto producer = must(Producer::create(settings));
  std::int64_t sequence = 0;
  must(sendOne(*producer, history, topic.name(), "key", sequence++), "the first record");
  must(producer->flush());
  {
    const BrokerFault paused(BrokerFault::Kind::kPause, leaderOf(topic.name(), 0));
    Result<void> sent{};
    while (sequence <= 300 && (sent = sendOne(*producer, history, topic.name(), "key", sequence))) {
      ++sequence;
    }
    ASSERT_FALSE(sent) << "the queue never filled";
    EXPECT_EQ(sent.error().code, ErrorCode::kQueueFull);
    EXPECT_TRUE(sent.error().retriable);
    EXPECT_EQ(producer->stats().inFlight, 200);
  }
  // What was refused is the caller's to send again; nothing else is needed.
  ASSERT_TRUE(eventually(seconds{60}, [&] {
    return sendOne(*producer, history, topic.name(), "key", sequence).has_value();
  }));
  const auto report = must(producer->close(seconds{60}));
  EXPECT_TRUE(report.clean());
  const auto verdict = history.check(readAll(topic.name()));
  EXPECT_TRUE(verdict.holds()) << verdict.describe();
  EXPECT_EQ(verdict.delivered, sequence + 1) << verdict.describe();
  EXPECT_GE(verdict.refused, 1) << verdict.describe();
}

}  // namespace
}  // namespace caas::kafka::test
