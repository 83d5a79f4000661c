#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "consume/dispatcher_bench.hpp"
#include "core/errors.hpp"

// What becomes of a record when its handler has answered.

namespace caas::kafka::consume {
namespace {

using bench::DispatcherBench;
using testing::ElementsAre;
using testing::IsEmpty;

DispatcherOptions blocking(std::optional<int> attempts = std::nullopt) {
  return {.retry = {.mode = RetryMode::kBlock,
                    .maxAttempts = attempts,
                    .backoff = Milliseconds{100},
                    .maxBackoff = Milliseconds{400},
                    .jitter = 0,
                    .rejectCodes = {"no_such_user"}}};
}

TEST(DispatcherOutcomes, ADivertedRecordLetsItsKeyGoOnAndIsCommittedWithItsCopy) {
  DispatcherBench bench;
  auto& partition = bench.open("t", 0);
  bench.give(partition, {{0, "a"}, {1, "a"}});
  bench.answer(bench.take(), HandlerResult::retry("no answer", "db_timeout"));
  ASSERT_EQ(bench.route->copies.size(), 1);
  EXPECT_EQ(bench.route->copies[0].offset, 0);
  EXPECT_EQ(bench.route->copies[0].attempt, 1);
  EXPECT_EQ(bench.route->copies[0].code, "db_timeout");
  EXPECT_EQ(bench.route->copies[0].message, "no answer");
  EXPECT_THAT(bench.runAll(), ElementsAre("t-0@1"));

  // Offset 0 is nowhere else yet.
  const auto before = bench.plan(partition);
  ASSERT_EQ(before.offsets.size(), 1);
  EXPECT_EQ(before.offsets[0].offset, 0);
  EXPECT_EQ(bench.stats().retried, 0);

  bench.route->answer(FailureOutcome::kRetryLater);
  EXPECT_EQ(bench.plan(partition).offsets[0].offset, 2);
  EXPECT_EQ(bench.stats().retried, 1);
  EXPECT_EQ(bench.stats().acked, 1);
  EXPECT_EQ(bench.stats().recordsInFlight, 0);
}

TEST(DispatcherOutcomes, ACopyThatFailsIsTriedAgainUntilItIsThere) {
  DispatcherBench bench;
  auto& partition = bench.open("t", 0);
  bench.give(partition, {{0, "a"}});
  bench.answer(bench.take(), HandlerResult::reject("not JSON", "bad_json"));
  for (int i = 0; i < 3; ++i) {
    ASSERT_EQ(bench.route->copies.size(), 1) << i;
    bench.route->answer(fail(errors::queueFull(1, 1, Milliseconds{0})));
    EXPECT_EQ(bench.stats().waitingForRetry, 1);
    bench.advance(Milliseconds{999});
    EXPECT_THAT(bench.route->copies, IsEmpty()) << "not at once again";
    bench.advance(Milliseconds{1});
  }
  EXPECT_TRUE(bench.plan(partition).empty());
  const auto copy = bench.route->answer(FailureOutcome::kDeadLettered);
  EXPECT_EQ(copy.kind, HandlerResult::Kind::kReject);
  EXPECT_EQ(copy.code, "bad_json");
  EXPECT_EQ(bench.stats().deadLettered, 1);
  EXPECT_EQ(bench.stats().waitingForRetry, 0);
  EXPECT_EQ(bench.plan(partition).offsets[0].offset, 1);
}

TEST(DispatcherOutcomes, WithoutRetriesTheFirstFailureLeavesTheEngine) {
  DispatcherBench bench({.retry = {.mode = RetryMode::kNone}});
  bench.give(bench.open("t", 0), {{0, "a"}});
  bench.answer(bench.take(), HandlerResult::retry("no"));
  ASSERT_EQ(bench.route->copies.size(), 1);
  EXPECT_EQ(bench.route->copies[0].attempt, 1);
}

TEST(DispatcherOutcomes, BlockHoldsItsKeyUntilTheAttemptsAreUsedUpAndNobodyElse) {
  DispatcherBench bench(blocking(3));
  bench.give(bench.open("t", 0), {{0, "a"}, {1, "a"}, {2, "b"}});
  for (int attempt = 1; attempt <= 3; ++attempt) {
    auto* const task = bench.take();
    ASSERT_NE(task, nullptr) << attempt;
    EXPECT_EQ(task->record.offset, 0);
    EXPECT_EQ(task->record.attempt, attempt);
    EXPECT_EQ(bench.runAll(),
              attempt == 1 ? std::vector<std::string>{"t-0@2"} : std::vector<std::string>{});
    bench.answer(task, HandlerResult::retry("no"));
    if (attempt < 3) {
      EXPECT_EQ(bench.take(), nullptr) << "its pause has begun";
      EXPECT_EQ(bench.stats().waitingForRetry, 1);
      EXPECT_THAT(bench.route->copies, IsEmpty());
      bench.advance(Milliseconds{400});
    }
  }
  ASSERT_EQ(bench.route->copies.size(), 1);
  EXPECT_EQ(bench.route->copies[0].attempt, 3);
  EXPECT_EQ(bench.stats().retried, 2);
  EXPECT_THAT(bench.runAll(), ElementsAre("t-0@1"));
}

TEST(DispatcherOutcomes, ThePauseDoublesUpToItsLimitAndIsNeverShort) {
  DispatcherBench bench(blocking());
  bench.give(bench.open("t", 0), {{0, "a"}});
  auto* task = bench.take();
  for (const int millis : {100, 200, 400, 400, 400}) {
    bench.answer(task, HandlerResult::retry("no"));
    bench.advance(Milliseconds{millis - 1});
    ASSERT_EQ(bench.take(), nullptr) << millis;
    bench.advance(Milliseconds{1});
    task = bench.take();
    ASSERT_NE(task, nullptr) << millis;
  }
}

TEST(DispatcherOutcomes, JitterOnlyLengthensAPause) {
  auto options = blocking();
  options.retry.jitter = 0.5;
  DispatcherBench bench(options);
  auto& partition = bench.open("t", 0);
  bool lengthened = false;
  for (std::int64_t offset = 0; offset < 50; ++offset) {
    bench.give(partition, {{offset, "a"}});
    bench.answer(bench.take(), HandlerResult::retry("no"));
    bench.advance(Milliseconds{99});
    ASSERT_EQ(bench.take(), nullptr);
    bench.advance(Milliseconds{1});
    auto* task = bench.take();
    lengthened = lengthened || task == nullptr;
    bench.advance(Milliseconds{50});
    task = task == nullptr ? bench.take() : task;
    ASSERT_NE(task, nullptr);
    bench.answer(task);
  }
  EXPECT_TRUE(lengthened);
}

TEST(DispatcherOutcomes, ThePollerIsToldHowLongItMaySleep) {
  DispatcherBench bench(blocking());
  bench.give(bench.open("t", 0), {{0, "a"}});
  auto* const task = bench.take();
  bench.pollerWoken = 0;
  bench.answer(task, HandlerResult::retry("no"));
  EXPECT_EQ(bench.pollerWoken, 1) << "it sleeps until something later";
  EXPECT_EQ(bench.dispatcher->tick(), std::chrono::milliseconds{100});
}

TEST(DispatcherOutcomes, BlockDoesNotTryAgainWhatCanNeverWork) {
  DispatcherBench bench(blocking());
  bench.give(bench.open("t", 0), {{0, "a"}, {1, "a"}, {2, "a"}});
  bench.answer(bench.take(), HandlerResult::reject("never"));
  bench.answer(bench.take(), HandlerResult::retry("gone", "no_such_user"));
  ASSERT_EQ(bench.route->copies.size(), 2);
  EXPECT_EQ(bench.route->copies[0].attempt, 1);
  EXPECT_EQ(bench.route->copies[1].attempt, 1);
  EXPECT_EQ(bench.stats().waitingForRetry, 0);
}

TEST(DispatcherOutcomes, ABlockedRecordWithoutAKeyHoldsNobodyUp) {
  DispatcherBench bench(blocking());
  bench.give(bench.open("t", 0), {{0}, {1}});
  bench.answer(bench.take(), HandlerResult::retry("no"));
  EXPECT_THAT(bench.runAll(), ElementsAre("t-0@1"));
  bench.advance(Milliseconds{100});
  EXPECT_THAT(bench.runAll(), ElementsAre("t-0@0"));
}

TEST(DispatcherOutcomes, ARecordThatIsNotDueYetWaitsForItsTime) {
  DispatcherBench bench;
  auto& partition = bench.open("internal.retry", 0);
  std::vector<Arrival> arrivals;
  for (const int seconds : {30, 10, 0}) {
    auto* const task = makeTask({.offset = static_cast<std::int64_t>(arrivals.size()), .key = "a"});
    Intake().prepare(*task, partition);
    task->notBefore = bench.clock.now() + std::chrono::seconds{seconds};
    arrivals.push_back({task->record.offset, task});
  }
  bench.dispatcher->admit(partition, arrivals);
  EXPECT_EQ(bench.stats().waitingForRetry, 2);
  EXPECT_THAT(bench.runAll(), ElementsAre("internal.retry-0@2"));
  bench.advance(std::chrono::milliseconds{9'999});
  EXPECT_THAT(bench.runAll(), IsEmpty());
  bench.advance(std::chrono::milliseconds{1});
  EXPECT_THAT(bench.runAll(), ElementsAre("internal.retry-0@1"));
  bench.advance(std::chrono::seconds{20});
  EXPECT_THAT(bench.runAll(), ElementsAre("internal.retry-0@0"));
}

// ---- partitions that go

TEST(DispatcherDrain, WhatIsAtWorkFinishesAndTheRestIsDropped) {
  DispatcherBench bench;
  auto& partition = bench.open("t", 0);
  bench.give(partition, {{0, "a"}, {1, "a"}, {2, "b"}, {3, "c"}});
  auto* const working = bench.take();
  bench.drain(partition);
  EXPECT_FALSE(bench.dispatcher->drained(partition));
  EXPECT_THAT(bench.runAll(), IsEmpty());
  EXPECT_EQ(bench.stats().recordsInFlight, 1);
  bench.pollerWoken = 0;
  bench.answer(working);
  EXPECT_EQ(bench.pollerWoken, 1);
  EXPECT_TRUE(bench.dispatcher->drained(partition));
  const auto plan = bench.plan(partition);
  ASSERT_EQ(plan.offsets.size(), 1);
  EXPECT_EQ(plan.offsets[0].offset, 1);
  EXPECT_EQ(bench.stats().recordsInFlight, 0);
  EXPECT_EQ(bench.stats().keysInFlight, 0);
}

TEST(DispatcherDrain, ACopyOnItsWayIsWaitedForAndCounts) {
  DispatcherBench bench;
  auto& partition = bench.open("t", 0);
  bench.give(partition, {{0, "a"}});
  bench.answer(bench.take(), HandlerResult::retry("no"));
  bench.drain(partition);
  EXPECT_FALSE(bench.dispatcher->drained(partition));
  bench.route->answer(FailureOutcome::kRetryLater);
  EXPECT_TRUE(bench.dispatcher->drained(partition));
  EXPECT_EQ(bench.plan(partition).offsets[0].offset, 1);
}

TEST(DispatcherDrain, ACopyThatFailsWhileDrainingIsTriedAgain) {
  DispatcherBench bench;
  auto& partition = bench.open("t", 0);
  bench.give(partition, {{0, "a"}});
  bench.answer(bench.take(), HandlerResult::retry("no"));
  bench.drain(partition);
  bench.route->answer(fail(errors::shutdown("x")));
  EXPECT_FALSE(bench.dispatcher->drained(partition));
  bench.advance(Milliseconds{1'000});
  ASSERT_EQ(bench.route->copies.size(), 1);
  bench.route->answer(FailureOutcome::kRetryLater);
  EXPECT_TRUE(bench.dispatcher->drained(partition));
}

TEST(DispatcherDrain, ABlockedRecordIsNotTriedAgainAndRunsElsewhere) {
  DispatcherBench bench(blocking());
  auto& partition = bench.open("t", 0);
  bench.give(partition, {{0, "a"}, {1, "b"}});
  bench.answer(bench.take(), HandlerResult::retry("no"));  // waits
  auto* const working = bench.take();
  bench.drain(partition);
  EXPECT_EQ(bench.stats().waitingForRetry, 0);
  bench.answer(working, HandlerResult::retry("no"));
  EXPECT_TRUE(bench.dispatcher->drained(partition));
  bench.advance(std::chrono::minutes{1});
  EXPECT_THAT(bench.runAll(), IsEmpty());
  EXPECT_TRUE(bench.plan(partition).empty());
  EXPECT_EQ(bench.stats().recordsInFlight, 0);
  EXPECT_EQ(bench.stats().keysInFlight, 0);
}

TEST(DispatcherDrain, ResultsOfAGonePartitionAreDropped) {
  DispatcherBench bench;
  auto& old = bench.open("t", 0);
  bench.give(old, {{0, "a"}, {1, "b"}, {2, "c"}});
  auto* const acked = bench.take();
  auto* const failed = bench.take();
  auto* const copied = bench.take();
  bench.answer(copied, HandlerResult::retry("no"));
  bench.retire(old);
  // The same partition again: the old results are not this one's.
  auto& fresh = bench.open("t", 0);
  bench.give(fresh, {{0, "a"}});
  auto* const again = bench.take();
  ASSERT_NE(again, nullptr) << "the old one's key does not hold the new one's up";
  bench.answer(acked);
  bench.answer(failed, HandlerResult::retry("no"));
  bench.route->answer(FailureOutcome::kRetryLater);
  EXPECT_THAT(bench.route->copies, IsEmpty()) << "a dropped failure makes no copy";
  EXPECT_EQ(bench.stats().dropped, 3);
  EXPECT_EQ(bench.stats().acked, 0);
  EXPECT_EQ(bench.stats().retried, 0);
  EXPECT_TRUE(bench.plan(fresh).empty());
  bench.answer(again);
  EXPECT_EQ(bench.plan(fresh).offsets[0].offset, 1);
  EXPECT_THAT(bench.runAll(), IsEmpty());
  EXPECT_EQ(bench.stats().recordsInFlight, 0);
}

}  // namespace
}  // namespace caas::kafka::consume
