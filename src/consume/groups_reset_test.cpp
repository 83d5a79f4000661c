#include "consume/groups_reset.hpp"

#include <gtest/gtest.h>

namespace caas::kafka::consume {
namespace {

const GroupPartition kId{"t", 0};

ResetStep step(const ResetTarget& target, const ResetFacts& facts) {
  const auto made = resetStep(kId, target, facts);
  EXPECT_TRUE(made.has_value());
  return made.value_or(ResetStep{});
}

TEST(GroupReset, ToTheEnds) {
  const ResetFacts facts{.committed = 30, .start = 10, .end = 50};
  EXPECT_EQ(step(ResetToEarliest{}, facts).to, 10);
  EXPECT_EQ(step(ResetToEarliest{}, facts).reread, 20);
  EXPECT_EQ(step(ResetToLatest{}, facts).to, 50);
  EXPECT_EQ(step(ResetToLatest{}, facts).skipped, 20);
  EXPECT_FALSE(step(ResetToLatest{}, facts).clamped);
}

TEST(GroupReset, ToAnOffset) {
  const ResetFacts facts{.committed = 30, .start = 10, .end = 50};
  EXPECT_EQ(step(ResetToOffset{42}, facts).skipped, 12);
  const auto low = step(ResetToOffset{3}, facts);
  EXPECT_EQ(low.to, 10);
  EXPECT_TRUE(low.clamped);
  EXPECT_EQ(low.note, "3 is before the start of the log");
  const auto high = step(ResetToOffset{51}, facts);
  EXPECT_EQ(high.to, 50);
  EXPECT_TRUE(high.clamped);
  EXPECT_FALSE(step(ResetToOffset{50}, facts).clamped);
}

TEST(GroupReset, ToATime) {
  const ResetFacts facts{.committed = 30, .start = 10, .end = 50, .atTime = 20};
  EXPECT_EQ(step(ResetToTime{}, facts).to, 20);
  EXPECT_EQ(step(ResetToTime{}, facts).reread, 10);
  const auto young = step(ResetToTime{}, {.committed = 30, .start = 10, .end = 50});
  EXPECT_EQ(young.to, 50);
  EXPECT_FALSE(young.note.empty());
}

TEST(GroupReset, ByShifting) {
  const ResetFacts facts{.committed = 30, .start = 10, .end = 50};
  EXPECT_EQ(step(ResetShiftBy{-5}, facts).to, 25);
  EXPECT_EQ(step(ResetShiftBy{5}, facts).to, 35);
  EXPECT_EQ(step(ResetShiftBy{-25}, facts).to, 10);
  EXPECT_EQ(step(ResetShiftBy{std::numeric_limits<std::int64_t>::max()}, facts).to, 50);
  EXPECT_EQ(step(ResetShiftBy{std::numeric_limits<std::int64_t>::min()}, facts).to, 10);
  EXPECT_FALSE(resetStep(kId, ResetShiftBy{1}, {.start = 10, .end = 50}).has_value());
}

TEST(GroupReset, WhatRetentionTookIsNotReadAgain) {
  const auto made = step(ResetToEarliest{}, {.committed = 5, .start = 10, .end = 50});
  EXPECT_EQ(made.reread, 0);
  EXPECT_EQ(made.skipped, 0);
  EXPECT_EQ(step(ResetToLatest{}, {.committed = 5, .start = 10, .end = 50}).skipped, 40);
}

TEST(GroupReset, ACommitBehindTheEndIsAtTheEnd) {
  EXPECT_EQ(step(ResetToEarliest{}, {.committed = 90, .start = 10, .end = 50}).reread, 40);
}

TEST(GroupReset, WithoutACommitNothingIsReadAgainOrSkipped) {
  const auto made = step(ResetToLatest{}, {.start = 10, .end = 50});
  EXPECT_EQ(made.from, std::nullopt);
  EXPECT_EQ(made.reread, 0);
  EXPECT_EQ(made.skipped, 0);
}

TEST(GroupReset, APlanSumsUp) {
  ResetPlan plan;
  plan.steps = {step(ResetToEarliest{}, {.committed = 30, .start = 10, .end = 50}),
                step(ResetToEarliest{}, {.committed = 10, .start = 10, .end = 50}),
                step(ResetToLatest{}, {.committed = 30, .start = 10, .end = 50})};
  EXPECT_EQ(plan.reread(), 20);
  EXPECT_EQ(plan.recordsSkipped(), 20);
  EXPECT_EQ(plan.changes(), 2);
}

}  // namespace
}  // namespace caas::kafka::consume
