// The chaos tests of consuming are worth what their checker is worth: each fault is planted here
// once.
#include "integration/consume_history_fixture.hpp"

namespace caas::kafka::test {
namespace {

using std::chrono::milliseconds;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Pair;
using ::testing::SizeIs;

TEST_F(ConsumeHistoryChecker, HoldsWhenAllIsWell) {
  handle(5);
  for (const bool block : {true, false}) {
    const auto verdict = check(block);
    EXPECT_TRUE(verdict.holds()) << verdict.describe();
    EXPECT_EQ(verdict.delivered, 5);
    EXPECT_EQ(verdict.acked, 5);
    EXPECT_EQ(verdict.reruns(), 0);
    EXPECT_EQ(verdict.longestStall, milliseconds{10});
  }
}

TEST_F(ConsumeHistoryChecker, NamesALostRecord) {
  handle(2);
  send(200, "b");
  const auto verdict = check();
  EXPECT_THAT(verdict.lost, ElementsAre(HasSubstr("#2 key 'b'")));
  EXPECT_FALSE(verdict.holds());
}

TEST_F(ConsumeHistoryChecker, ARecordWhoseRunWasCutOffAndNeverRepeatedIsLost) {
  run(send(0), 10, Outcome::kNone);
  EXPECT_THAT(check().lost, SizeIs(1));
}

TEST_F(ConsumeHistoryChecker, ARecordThatOnlyFailedIsLostUnlessItIsInTheDlq) {
  const auto id = send(0);
  run(id, 10, Outcome::kReject);
  EXPECT_THAT(check().lost, SizeIs(1));
  history_.copy({.record = id, .at = timeAt(30), .dead = true});
  const auto verdict = check();
  EXPECT_TRUE(verdict.holds()) << verdict.describe();
  EXPECT_EQ(verdict.deadLettered, 1);
}

TEST_F(ConsumeHistoryChecker, WhatTheProducerDidNotDeliverIsNotExpected) {
  handle(1);
  static_cast<void>(history_.produced("a", 7));
  EXPECT_TRUE(check().holds());
}

TEST_F(ConsumeHistoryChecker, NamesADoubledRecordThatNothingExplains) {
  handle(3);
  run(2, 250);
  const auto verdict = check();
  EXPECT_THAT(verdict.doubled, ElementsAre(HasSubstr("#2")));
  EXPECT_FALSE(verdict.holds());
}

TEST_F(ConsumeHistoryChecker, ACrashExplainsWhatWasNotYetCommitted) {
  run(send(0), 10);
  disturb(Disturbance::Kind::kCrash, 40, 40, "one");
  takeOver("two", 11'000);
  run(0, 12'000, Outcome::kAck, "two");
  commit(1, 12'100);
  const auto verdict = check();
  EXPECT_TRUE(verdict.holds()) << verdict.describe();
  EXPECT_THAT(verdict.explainedReruns, ElementsAre(Pair("crash", 1)));
  EXPECT_EQ(verdict.rerunsOfAcked, 1);
}

TEST_F(ConsumeHistoryChecker, ACrashDoesNotExplainWhatHadBeenCommitted) {
  handle(1);  // seen as committed at 50
  disturb(Disturbance::Kind::kCrash, 500, 500, "one");
  takeOver("two", 11'000);
  run(0, 12'000, Outcome::kAck, "two");
  EXPECT_THAT(check().doubled, SizeIs(1));
}

TEST_F(ConsumeHistoryChecker, ACrashDoesNotExplainWhatTheMapHadNamed) {
  run(send(0), 10);
  run(send(0, "b"), 10);
  commit(0, 100, CompletedOffsets({{1, 2}}));
  disturb(Disturbance::Kind::kCrash, 500, 500, "one");
  takeOver("two", 11'000);
  run(0, 12'000, Outcome::kAck, "two");
  run(1, 12'000, Outcome::kAck, "two");
  const auto verdict = check();
  EXPECT_THAT(verdict.doubled, ElementsAre(HasSubstr("key 'b'")));
  EXPECT_THAT(verdict.explainedReruns, ElementsAre(Pair("crash", 1)));
}

TEST_F(ConsumeHistoryChecker, ACrashOfAnotherProcessExplainsNothing) {
  run(send(0), 10);
  disturb(Disturbance::Kind::kCrash, 40, 40, "three");
  takeOver("two", 11'000);
  run(0, 12'000, Outcome::kAck, "two");
  EXPECT_THAT(check().doubled, SizeIs(1));
}

TEST_F(ConsumeHistoryChecker, ACrashLongBeforeOrAfterExplainsNothing) {
  disturb(Disturbance::Kind::kCrash, 0, 0, "one");
  handle(1);
  takeOver("two", 89'000);
  run(0, 90'000, Outcome::kAck, "two");
  disturb(Disturbance::Kind::kCrash, 100'000, 100'000, "one");
  EXPECT_THAT(check().doubled, SizeIs(1));
}

TEST_F(ConsumeHistoryChecker, WhoTookNothingOverHasNoReasonToRunARecordAgain) {
  run(send(0), 10);
  disturb(Disturbance::Kind::kRebalance, 40, 40);
  takeOver("two", 35);
  run(0, 500, Outcome::kAck, "two");
  EXPECT_THAT(check().doubled, SizeIs(1));
  takeOver("two", 450);
  EXPECT_THAT(check().explainedReruns, ElementsAre(Pair("rebalance", 1)));
}

TEST_F(ConsumeHistoryChecker, WhatARepetitionRepeatsIsTheSameAttempt) {
  const auto id = send(0);
  run(id, 10, Outcome::kRetry);
  history_.copy({.record = id, .at = timeAt(31)});
  disturb(Disturbance::Kind::kCrash, 40, 40, "one");
  takeOver("two", 11'000);
  run(id, 20'000, Outcome::kAck, "three", 2);
  run(id, 20'100, Outcome::kAck, "two");
  EXPECT_THAT(check().explainedReruns, ElementsAre(Pair("crash", 1)));
  EXPECT_TRUE(check().holds()) << check().describe();
}

TEST_F(ConsumeHistoryChecker, ALostSessionExplainsLateRunsOfWhoHadIt) {
  run(send(0), 10, Outcome::kAck, "two");
  commit(1, 100);
  disturb(Disturbance::Kind::kLostSession, 5, 15'000, "one");
  run(0, 15'010);
  const auto verdict = check();
  EXPECT_TRUE(verdict.holds()) << verdict.describe();
  EXPECT_THAT(verdict.explainedReruns, ElementsAre(Pair("lost session", 1)));
}

TEST_F(ConsumeHistoryChecker, NamesARecordThatRanBeforeTheOneBeforeIt) {
  const auto first = send(0);
  const auto second = send(0);
  run(second, 10);
  run(first, 40);
  const auto verdict = check();
  EXPECT_THAT(verdict.reordered, testing::Contains(HasSubstr("sequence 0 was not done with")));
  EXPECT_FALSE(verdict.holds());
}

TEST_F(ConsumeHistoryChecker, NamesTwoRecordsOfAKeyThatRanAtOnce) {
  run(send(0), 10);
  run(send(0), 20);
  const auto verdict = check();
  EXPECT_THAT(verdict.overlapping, SizeIs(1));
  EXPECT_THAT(verdict.reordered, SizeIs(1));
}

TEST_F(ConsumeHistoryChecker, OtherKeysRunAtOnce) {
  run(send(0), 10);
  run(send(0, "b"), 20);
  EXPECT_TRUE(check(true).holds()) << check(true).describe();
}

TEST_F(ConsumeHistoryChecker, InBlockAFailedRecordHoldsItsKeyUp) {
  const auto first = send(0);
  const auto second = send(0);
  run(first, 10, Outcome::kRetry);
  run(second, 40);
  run(first, 70, Outcome::kAck, "one", 2);
  EXPECT_THAT(check(true).reordered, testing::Not(IsEmpty()));

  history_.copy({.record = first, .at = timeAt(35)});
  const auto verdict = check(false);
  EXPECT_TRUE(verdict.holds()) << "diverted records are overtaken: " << verdict.describe();
}

TEST_F(ConsumeHistoryChecker, AttemptsAreNoRepetitions) {
  const auto id = send(0);
  run(id, 10, Outcome::kRetry);
  run(id, 100, Outcome::kRetry, "one", 2);
  run(id, 200, Outcome::kAck, "one", 3);
  for (const bool block : {true, false}) {
    EXPECT_TRUE(check(block).holds()) << check(block).describe();
    EXPECT_EQ(check(block).reruns(), 0);
  }
}

TEST_F(ConsumeHistoryChecker, AnAttemptThatNoFailureAskedForIsADouble) {
  const auto id = send(0);
  run(id, 10, Outcome::kRetry);
  run(id, 100, Outcome::kAck, "one", 2);
  run(id, 200, Outcome::kAck, "one", 2);
  EXPECT_THAT(check().doubled, SizeIs(1));
}

TEST_F(ConsumeHistoryChecker, ARecordRunAgainBehindALaterOneIsADouble) {
  handle(3);
  run(1, 300);
  const auto verdict = check(true);
  EXPECT_THAT(verdict.doubled, SizeIs(1));
}

TEST_F(ConsumeHistoryChecker, NamesAnEarlyRetry) {
  const auto id = send(0);
  run(id, 10, Outcome::kRetry);
  history_.copy({.record = id, .at = timeAt(30)});
  history_.run({.process = "one",
                .record = id,
                .attempt = 2,
                .start = at(99),
                .end = at(120),
                .outcome = Outcome::kAck,
                .notBefore = timeAt(100)});
  const auto verdict = check();
  EXPECT_THAT(verdict.early, ElementsAre(HasSubstr("by 1000 us")));
  EXPECT_FALSE(verdict.holds());
}

TEST_F(ConsumeHistoryChecker, MeasuresHowLateRetriesAre) {
  const auto id = send(0);
  run(id, 10, Outcome::kRetry);
  history_.run({.process = "one",
                .record = id,
                .attempt = 2,
                .start = at(107),
                .end = at(120),
                .outcome = Outcome::kAck,
                .notBefore = timeAt(100)});
  const auto verdict = check();
  EXPECT_TRUE(verdict.holds()) << verdict.describe();
  EXPECT_EQ(verdict.timedRetries, 1);
  EXPECT_EQ(verdict.latenessMax, milliseconds{7});
}

TEST_F(ConsumeHistoryChecker, NamesACommitOfARecordThatWasNotDone) {
  run(send(0), 10);
  commit(1, 20);  // it ends at 30
  EXPECT_THAT(check().committedTooSoon, ElementsAre(HasSubstr("#0")));
}

TEST_F(ConsumeHistoryChecker, NamesAMapThatNamesARecordThatWasNotDone) {
  run(send(0), 10);
  run(send(0, "b"), 10);
  commit(0, 20, CompletedOffsets({{1, 2}}));
  EXPECT_THAT(check().committedTooSoon, ElementsAre(HasSubstr("key 'b'")));
}

TEST_F(ConsumeHistoryChecker, ACopyCompletesARecord) {
  const auto id = send(0);
  run(id, 10, Outcome::kRetry);
  history_.copy({.record = id, .at = timeAt(35)});
  commit(1, 40);
  run(id, 200, Outcome::kAck, "one", 2);
  EXPECT_TRUE(check().holds()) << check().describe();
}

TEST_F(ConsumeHistoryChecker, NamesACommitThatWentBack) {
  handle(3);
  commit(1, 400);
  EXPECT_THAT(check().commitsWentBack, SizeIs(1));
}

TEST_F(ConsumeHistoryChecker, NamesCopiesThatAreWrongOrOfNoFailure) {
  handle(2);
  history_.copy({.record = 0, .at = timeAt(900), .dead = true});
  run(send(300), 310, Outcome::kRetry);
  history_.copy({.record = 2, .at = timeAt(335), .dead = true, .problem = "no reason"});
  EXPECT_THAT(check().wrongCopies,
              ElementsAre(HasSubstr("no run of it has failed"), HasSubstr("no reason")));
}

TEST_F(ConsumeHistoryChecker, NamesWhatNobodySent) {
  handle(1);
  run(77, 200);
  history_.copy({.record = 78, .at = timeAt(200)});
  EXPECT_THAT(check().unknown, SizeIs(2));
}

TEST_F(ConsumeHistoryChecker, MeasuresTheLongestStall) {
  handle(1);
  next_ = 50;  // idle until 5,000: nothing waits, so that is no stall
  const auto waiting = send(5'000);
  const auto last = send(5'100);
  run(waiting, 9'000);
  run(last, 9'030);
  const auto verdict = check();
  EXPECT_EQ(verdict.longestStall, milliseconds{4'000});
  EXPECT_EQ(verdict.longestPartitionStall, milliseconds{4'000});
}

TEST_F(ConsumeHistoryChecker, AStallOfOnePartitionShowsBesideOthersThatGoOn) {
  const auto stuck = history_.produced("stuck", 0);
  history_.delivered(stuck, 1, 0, at(0));
  handle(20);
  run(stuck, 1'900);
  const auto verdict = check();
  EXPECT_LT(verdict.longestStall, milliseconds{200});
  EXPECT_EQ(verdict.longestPartitionStall, milliseconds{1'900});
}

}  // namespace
}  // namespace caas::kafka::test
