#include "consume/lag.hpp"

#include <gtest/gtest.h>

namespace caas::kafka::consume {
namespace {

constexpr std::int64_t kNowMs = 1'700'000'000'000;
const Timestamp kNow{Milliseconds{kNowMs}};
const GroupPartition kId{"t", 3};

PartitionLag lag(std::optional<std::int64_t> committed, std::int64_t start, std::int64_t end) {
  return lagOf(kId, committed, {.start = start, .end = end});
}

client::RecordHead retryRecord(std::int64_t offset, std::int64_t dueInMs,
                               const std::string& group = "orders") {
  return {.offset = offset,
          .timestamp = kNow - Milliseconds{60'000},
          .headers = {{kNotBeforeHeader, std::to_string(kNowMs + dueInMs)},
                      {kOriginGroupHeader, group}}};
}

TEST(Lag, IsFromTheCommitToTheEnd) {
  EXPECT_EQ(lag(10, 0, 25).records, 15);
  EXPECT_EQ(lag(10, 0, 25).expired, 0);
  EXPECT_EQ(lag(10, 0, 25).age, std::nullopt) << "nobody has read a record yet";
}

TEST(Lag, IsNeverNegative) {
  EXPECT_EQ(lag(30, 0, 25).records, 0);
  EXPECT_EQ(lag(30, 0, 25).age, Milliseconds{0});
}

TEST(Lag, WhatRetentionTookIsNotLeftToReadAndIsCounted) {
  const auto one = lag(10, 18, 25);
  EXPECT_EQ(one.records, 7);
  EXPECT_EQ(one.expired, 8);
}

TEST(Lag, WithoutACommitItIsNotKnown) {
  const auto one = lag(std::nullopt, 5, 25);
  EXPECT_EQ(one.records, std::nullopt);
  EXPECT_EQ(one.withoutCommit, 20);
}

TEST(Lag, AnErrorIsNoLag) {
  const auto one =
      lagOf(kId, 5, {.error = Error{.code = ErrorCode::kUnavailable, .message = "no leader"}});
  EXPECT_TRUE(one.error.has_value());
  EXPECT_EQ(one.records, std::nullopt);
}

TEST(LagAge, IsThatOfTheFirstRecord) {
  auto one = lag(10, 0, 25);
  applyHeads(one, {.records = {{.offset = 12, .timestamp = kNow - Milliseconds{4'500}}}}, kNow, "",
             {});
  EXPECT_EQ(one.age, Milliseconds{4'500});
  EXPECT_EQ(one.ageSource, AgeSource::kRecord);
}

TEST(LagAge, AClockThatIsAheadMakesNoNegativeAge) {
  auto one = lag(10, 0, 25);
  applyHeads(one, {.records = {{.offset = 10, .timestamp = kNow + Milliseconds{500}}}}, kNow, "",
             {});
  EXPECT_EQ(one.age, Milliseconds{0});
}

TEST(LagAge, OnlyTransactionMarkersLeftIsNoLag) {
  auto one = lag(10, 0, 11);
  applyHeads(one, {.records = {}, .complete = true}, kNow, "", {});
  EXPECT_EQ(one.records, 0);
  EXPECT_EQ(one.age, Milliseconds{0});
}

TEST(LagRetry, TheGroupItReadsFor) {
  EXPECT_EQ(retryOrigin("orders.retry"), "orders");
  EXPECT_EQ(retryOrigin("orders"), "");
  EXPECT_EQ(retryOrigin(".retry"), "");
}

TEST(LagRetry, WhatWaitsIsNotOverdue) {
  auto one = lag(10, 0, 12);
  applyHeads(one, {.records = {retryRecord(10, 5'000), retryRecord(11, 9'000)}, .complete = true},
             kNow, "orders", {});
  EXPECT_TRUE(one.retry);
  EXPECT_EQ(one.age, Milliseconds{0});
  EXPECT_EQ(one.records, 2);
}

TEST(LagRetry, TheOldestOverdueOneCounts) {
  auto one = lag(10, 0, 13);
  applyHeads(one,
             {.records = {retryRecord(10, 5'000), retryRecord(11, -3'000), retryRecord(12, -1'000)},
              .complete = true},
             kNow, "orders", {});
  EXPECT_EQ(one.age, Milliseconds{3'000});
}

TEST(LagRetry, WhatIsCompletedOutOfOrderIsNotOverdue) {
  auto one = lag(10, 0, 12);
  applyHeads(one, {.records = {retryRecord(10, 5'000), retryRecord(11, -3'000)}, .complete = true},
             kNow, "orders", CompletedOffsets({{11, 12}}));
  EXPECT_EQ(one.age, Milliseconds{0});
}

TEST(LagRetry, OtherGroupsRecordsAreNotOurs) {
  auto one = lag(10, 0, 12);
  const std::vector<client::RecordHead> records{retryRecord(10, -9'000, "billing"),
                                                retryRecord(11, -3'000)};
  applyHeads(one, {.records = records, .complete = true}, kNow, "orders", {});
  EXPECT_EQ(one.age, Milliseconds{3'000});
}

TEST(LagRetry, BehindAWindowOfOthersItIsNotKnown) {
  auto one = lag(10, 0, 1'000);
  applyHeads(one, {.records = {retryRecord(10, -9'000, "billing")}, .complete = false}, kNow,
             "orders", {});
  EXPECT_TRUE(one.retry);
  EXPECT_EQ(one.age, std::nullopt);
}

TEST(LagRetry, AnOrdinaryTopicOfAGroupWithThatNameIsOrdinary) {
  auto one = lag(10, 0, 12);
  applyHeads(one, {.records = {{.offset = 10, .timestamp = kNow - Milliseconds{700}}}}, kNow,
             "orders", {});
  EXPECT_FALSE(one.retry);
  EXPECT_EQ(one.age, Milliseconds{700});
}

GroupLag groupOf(std::vector<PartitionLag> partitions) {
  GroupLag group;
  group.topics.push_back({});
  group.topics.back().topic = "t";
  group.topics.back().partitions = std::move(partitions);
  sumUp(group);
  return group;
}

PartitionLag aged(std::int64_t records, std::optional<Milliseconds> age, LagState state) {
  PartitionLag one = lag(0, 0, records);
  one.age = age;
  one.ageSource = age ? AgeSource::kRecord : AgeSource::kNone;
  one.state = state;
  return one;
}

TEST(LagSum, AddsRecordsAndTakesTheOldestAndTheWorst) {
  const auto group = groupOf({aged(5, Milliseconds{50}, LagState::kOk),
                              aged(7, Milliseconds{90}, LagState::kWarning),
                              aged(0, Milliseconds{0}, LagState::kOk)});
  EXPECT_EQ(group.records, 12);
  EXPECT_EQ(group.age, Milliseconds{90});
  EXPECT_EQ(group.ageSource, AgeSource::kRecord);
  EXPECT_EQ(group.state, LagState::kWarning);
}

TEST(LagSum, AnAgeThatIsMissingMakesTheSumABound) {
  const auto group = groupOf(
      {aged(5, Milliseconds{50}, LagState::kOk), aged(7, std::nullopt, LagState::kUnknown)});
  EXPECT_EQ(group.age, Milliseconds{50});
  EXPECT_EQ(group.ageSource, AgeSource::kAtLeast);
  EXPECT_EQ(groupOf({aged(7, std::nullopt, LagState::kUnknown)}).age, std::nullopt);
  EXPECT_EQ(
      groupOf({aged(0, Milliseconds{0}, LagState::kOk), aged(7, std::nullopt, LagState::kUnknown)})
          .age,
      std::nullopt);
}

TEST(LagSum, AGroupThatReadsNothingIsOk) {
  GroupLag group;
  sumUp(group);
  EXPECT_EQ(group.state, LagState::kOk);
}

}  // namespace
}  // namespace caas::kafka::consume
