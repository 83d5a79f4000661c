#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "consume/dispatcher_bench.hpp"
#include "core/errors.hpp"

// What is committed, and which changes a commit has covered.

namespace caas::kafka::consume {
namespace {

using bench::DispatcherBench;
using testing::ElementsAre;
using testing::IsEmpty;

TEST(DispatcherCommit, TheLowestIncompleteOffsetAndAMapOfWhatIsDoneAbove) {
  DispatcherBench bench;
  auto& partition = bench.open("t", 0, {}, 10);
  bench.give(partition, {{10}, {11}, {12}, {13}});
  EXPECT_TRUE(bench.plan(partition).empty()) << "nothing has changed";
  const auto tasks = bench.takeAll();
  bench.answer(tasks[1]);
  bench.answer(tasks[3]);
  auto plan = bench.plan(partition);
  ASSERT_EQ(plan.offsets.size(), 1);
  EXPECT_EQ(plan.offsets[0].offset, 10);
  EXPECT_THAT(bench.mapOf(plan.offsets[0]), ElementsAre(OffsetRange{11, 12}, OffsetRange{13, 14}));
  bench.answer(tasks[0]);
  plan = bench.plan(partition);
  EXPECT_EQ(plan.offsets[0].offset, 12);
  EXPECT_THAT(bench.mapOf(plan.offsets[0]), ElementsAre(OffsetRange{13, 14}));
  bench.answer(tasks[2]);
  plan = bench.plan(partition);
  EXPECT_EQ(plan.offsets[0].offset, 14);
  EXPECT_EQ(plan.offsets[0].metadata, "");
}

TEST(DispatcherCommit, SkippedRecordsAreDoneAndTheRestoredMapIsWrittenAgain) {
  DispatcherBench bench;
  auto& partition = bench.open("t", 0, {}, 5, {{7, 9}, {20, 30}});
  bench.give(partition, {{5}});
  bench.answer(bench.take());
  auto plan = bench.plan(partition);
  EXPECT_EQ(plan.offsets[0].offset, 6);
  EXPECT_THAT(bench.mapOf(plan.offsets[0]), ElementsAre(OffsetRange{7, 9}, OffsetRange{20, 30}))
      << "this commit replaces the metadata that the map came from";
  bench.give(partition, {{6}, {7, {}, {}, false}, {8, {}, {}, false}});
  EXPECT_EQ(bench.stats().skipped, 2);
  EXPECT_EQ(bench.stats().consumed, 4);
  EXPECT_EQ(bench.plan(partition).offsets[0].offset, 6);
  EXPECT_THAT(bench.runAll(), ElementsAre("t-0@6"));
  plan = bench.plan(partition);
  EXPECT_EQ(plan.offsets[0].offset, 9);
  EXPECT_THAT(bench.mapOf(plan.offsets[0]), ElementsAre(OffsetRange{20, 30}));
}

TEST(DispatcherCommit, WithoutACommittedOffsetItBeginsAtTheFirstRecord) {
  DispatcherBench bench;
  auto& partition = bench.open("t", 0, {}, -1);
  EXPECT_TRUE(bench.plan(partition).empty());
  bench.give(partition, {{1'000}});
  bench.runAll();
  EXPECT_EQ(bench.plan(partition).offsets[0].offset, 1'001);
}

TEST(DispatcherCommit, TheEndOfAPartitionIsPastWhatNeverArrives) {
  DispatcherBench bench;
  auto& partition = bench.open("t", 0);
  bench.give(partition, {{0}});
  auto* const task = bench.take();
  bench.dispatcher->reachedEnd(partition, 4);  // transaction markers
  EXPECT_EQ(bench.plan(partition).offsets[0].offset, 0);
  bench.answer(task);
  EXPECT_EQ(bench.plan(partition).offsets[0].offset, 4);
  bench.dispatcher->committed(bench.plan(partition), {});
  bench.dispatcher->reachedEnd(partition, 4);
  EXPECT_TRUE(bench.plan(partition).empty()) << "nothing new";
}

TEST(DispatcherCommit, ACommitCoversWhatItSaidAndNoMore) {
  DispatcherBench bench;
  auto& partition = bench.open("t", 0);
  bench.give(partition, {{0}, {1}});
  const auto tasks = bench.takeAll();
  bench.answer(tasks[0]);
  const auto sent = bench.plan(partition);
  bench.answer(tasks[1]);
  bench.dispatcher->committed(sent, {});
  const auto next = bench.plan(partition);
  ASSERT_FALSE(next.empty());
  EXPECT_EQ(next.offsets[0].offset, 2);
  bench.dispatcher->committed(next, {});
  EXPECT_TRUE(bench.plan(partition).empty());
  EXPECT_EQ(bench.stats().commits, 2);
}

TEST(DispatcherCommit, APartitionThatWasRefusedIsCommittedAgain) {
  DispatcherBench bench;
  auto& fine = bench.open("t", 0);
  auto& refused = bench.open("t", 1);
  bench.give(fine, {{0}});
  bench.give(refused, {{0}});
  bench.runAll();
  const auto sent = bench.dispatcher->planCommit({&fine, &refused});
  ASSERT_EQ(sent.offsets.size(), 2);
  bench.dispatcher->committed(
      sent, {{.partition = refused.id, .offset = 1, .error = errors::internal("no")}});
  EXPECT_TRUE(bench.plan(fine).empty());
  EXPECT_FALSE(bench.plan(refused).empty());
  EXPECT_EQ(bench.stats().commitFailures, 1);
  bench.dispatcher->commitFailed();
  EXPECT_EQ(bench.stats().commitFailures, 2);
}

TEST(DispatcherCommit, AnAnswerOfAnEarlierAssignmentCoversNothingOfThisOne) {
  DispatcherBench bench;
  auto& old = bench.open("t", 0);
  bench.give(old, {{0}});
  bench.runAll();
  const auto sent = bench.plan(old);
  bench.retire(old);
  auto& fresh = bench.open("t", 0);
  EXPECT_NE(fresh.epoch, sent.covers[0].epoch);
  bench.give(fresh, {{0}});
  bench.runAll();
  bench.dispatcher->committed(sent, {});
  EXPECT_FALSE(bench.plan(fresh).empty());
  // Neither when the old one has been forgotten meanwhile.
  static_cast<void>(bench.dispatcher->tick());
  bench.dispatcher->committed(sent, {});
  EXPECT_FALSE(bench.plan(fresh).empty());
}

TEST(DispatcherCommit, PartitionsOfWhichThereIsNothingToSayAreLeftOut) {
  DispatcherBench bench;
  auto& silent = bench.open("t", 0);
  auto& busy = bench.open("t", 1);
  bench.give(silent, {{0}});
  bench.give(busy, {{0}});
  auto* const first = bench.take();
  auto* const second = bench.take();
  ASSERT_EQ(first->partition, &silent);
  bench.answer(second);
  const auto plan = bench.dispatcher->planCommit({&silent, &busy});
  ASSERT_EQ(plan.offsets.size(), 1);
  EXPECT_EQ(plan.offsets[0].partition, busy.id);
  EXPECT_THAT(bench.mapOf(plan.offsets[0]), IsEmpty());
}

}  // namespace
}  // namespace caas::kafka::consume
