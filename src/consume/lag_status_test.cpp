#include "consume/lag_status.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace caas::kafka::consume {
namespace {

using ::testing::HasSubstr;

Timestamp at(int second) { return Timestamp{std::chrono::seconds{1'700'000'000 + second}}; }

/// A look every ten seconds: (committed, end) each.
std::vector<LagLook> looks(const std::vector<std::pair<std::int64_t, std::int64_t>>& offsets) {
  std::vector<LagLook> made;
  int second = 0;
  for (const auto& [committed, end] : offsets) {
    made.push_back({at(second), committed, end, std::max<std::int64_t>(end - committed, 0)});
    second += 10;
  }
  return made;
}

PartitionLag nowOf(const std::vector<LagLook>& series) {
  PartitionLag partition;
  partition.committed = series.back().committed;
  partition.endOffset = series.back().end;
  partition.records = series.back().records;
  return partition;
}

LagState judged(const std::vector<std::pair<std::int64_t, std::int64_t>>& offsets,
                std::optional<int> members = 2) {
  const auto series = looks(offsets);
  return judgeSeries(series, nowOf(series), members, {}).state;
}

TEST(LagStatus, NothingLeftIsOkWhateverTheSeriesSays) {
  EXPECT_EQ(judged({{5, 10}, {5, 10}, {5, 5}}), LagState::kOk);
  EXPECT_EQ(judged({{10, 10}}, 0), LagState::kOk);
}

TEST(LagStatus, TooFewLooksAreUnknown) {
  EXPECT_EQ(judged({{5, 10}, {5, 20}}), LagState::kUnknown);
  EXPECT_EQ(judged({{5, 10}, {5, 20}}, 0), LagState::kStopped) << "nobody can commit";
}

TEST(LagStatus, LooksThatAreTooCloseAreUnknown) {
  auto series = looks({{5, 10}, {5, 20}, {5, 30}});
  for (std::size_t i = 0; i < series.size(); ++i) {
    series[i].time = at(0) + Milliseconds{100} * static_cast<int>(i);
  }
  EXPECT_EQ(judgeSeries(series, nowOf(series), 1, {}).state, LagState::kUnknown);
}

TEST(LagStatus, Rule1CaughtUpWithinTheWindowIsOk) {
  EXPECT_EQ(judged({{10, 10}, {10, 20}, {10, 30}, {10, 40}}), LagState::kOk);
}

TEST(LagStatus, Rule2WentBackIsRewoundUntilItIsMadeUpFor) {
  EXPECT_EQ(judged({{50, 100}, {60, 100}, {10, 100}, {20, 100}}), LagState::kRewound);
  EXPECT_EQ(judged({{50, 100}, {60, 100}, {55, 100}, {70, 100}}), LagState::kOk);
}

TEST(LagStatus, Rule3NoCommitsAndNobodyThereIsStopped) {
  EXPECT_EQ(judged({{10, 20}, {10, 30}, {10, 40}}, 0), LagState::kStopped);
  EXPECT_EQ(judged({{10, 20}, {10, 20}, {10, 20}}, 0), LagState::kStopped);
}

TEST(LagStatus, Rule3CommitsThatEndedLongerAgoThanTheyLastedAreStopped) {
  // Commits for 10 s, then none for 40 s.
  EXPECT_EQ(judged({{10, 50}, {20, 60}, {20, 70}, {20, 80}, {20, 90}, {20, 100}}, 0),
            LagState::kStopped);
  EXPECT_EQ(judged({{10, 50}, {20, 60}, {20, 70}, {20, 80}, {20, 90}, {20, 100}}, 1),
            LagState::kStalled);
  // Commits for 40 s, and none for 10 s.
  EXPECT_EQ(judged({{10, 50}, {20, 50}, {30, 50}, {40, 55}, {45, 56}, {45, 57}}, 1), LagState::kOk);
}

TEST(LagStatus, Rule3WithoutKnowledgeOfMembersTheEndDecides) {
  EXPECT_EQ(judged({{10, 20}, {10, 30}, {10, 40}}, std::nullopt), LagState::kStopped);
  EXPECT_EQ(judged({{10, 20}, {10, 20}, {10, 20}}, std::nullopt), LagState::kStalled);
}

TEST(LagStatus, Rule4CommitsThatDoNotAdvanceAreStalled) {
  EXPECT_EQ(judged({{10, 20}, {10, 20}, {10, 20}}), LagState::kStalled);
}

TEST(LagStatus, Rule5ALagThatGrowsUnderCommitsIsAWarning) {
  EXPECT_EQ(judged({{10, 20}, {20, 35}, {30, 50}}), LagState::kWarning);
  EXPECT_EQ(judged({{10, 20}, {20, 35}, {30, 44}}), LagState::kOk) << "it shrank once";
  EXPECT_EQ(judged({{10, 20}, {20, 30}, {30, 40}}), LagState::kOk) << "it keeps up";
}

TEST(LagStatus, ARetryTopicThatWaitsIsOk) {
  const auto series = looks({{10, 20}, {10, 25}, {10, 30}});
  auto partition = nowOf(series);
  partition.retry = true;
  partition.age = Milliseconds{0};
  EXPECT_EQ(judgeSeries(series, partition, 2, {}).state, LagState::kOk);
  EXPECT_EQ(judgeOnce(partition, 0, Milliseconds{10'000}).state, LagState::kOk);
  partition.age = Milliseconds{9'000};
  EXPECT_EQ(judgeSeries(series, partition, 2, {}).state, LagState::kOk) << "within the grace";
}

TEST(LagStatus, ARetryTopicWithOverdueRecordsIsJudged) {
  auto series = looks({{10, 20}, {10, 25}, {10, 30}});
  auto partition = nowOf(series);
  partition.retry = true;
  partition.age = Milliseconds{30'000};
  EXPECT_EQ(judgeSeries(series, partition, 2, {}).state, LagState::kStalled);
  EXPECT_EQ(judgeSeries(series, partition, 0, {}).state, LagState::kStopped);
  EXPECT_EQ(judgeOnce(partition, 0, Milliseconds{10'000}).state, LagState::kStopped);
  series = looks({{10, 20}, {15, 25}, {19, 30}});
  EXPECT_EQ(judgeSeries(series, partition, 2, {}).state, LagState::kWarning);
}

TEST(LagStatus, OneLookSaysWhatItCan) {
  PartitionLag partition;
  partition.committed = 5;
  partition.records = 3;
  EXPECT_EQ(judgeOnce(partition, 1, {}).state, LagState::kUnknown);
  EXPECT_EQ(judgeOnce(partition, std::nullopt, {}).state, LagState::kUnknown);
  EXPECT_EQ(judgeOnce(partition, 0, {}).state, LagState::kStopped);
  partition.error = Error{.code = ErrorCode::kUnavailable, .message = "no leader"};
  EXPECT_EQ(judgeOnce(partition, 1, {}).state, LagState::kUnknown);
  EXPECT_THAT(judgeOnce(partition, 1, {}).reason, HasSubstr("no leader"));
}

TEST(LagStatus, APartitionWithoutACommitIsNoFault) {
  PartitionLag partition;
  EXPECT_EQ(judgeOnce(partition, 0, {}).state, LagState::kOk) << "it is empty";
  partition.withoutCommit = 7;
  EXPECT_EQ(judgeOnce(partition, 0, {}).state, LagState::kUnknown);
}

TEST(LagInterpolation, BetweenTwoLooks) {
  // Offsets 100 to 199 were written between 10 s and 20 s; now is 30 s.
  const auto series = looks({{0, 50}, {0, 100}, {0, 200}, {0, 300}});
  const auto age = interpolateAge(series, 150);
  ASSERT_TRUE(age.has_value());
  EXPECT_EQ(age->age, Milliseconds{15'000});
  EXPECT_EQ(age->source, AgeSource::kInterpolated);
}

TEST(LagInterpolation, TheErrorIsAtMostTheTimeBetweenTwoLooks) {
  const auto series = looks({{0, 0}, {0, 10}, {0, 20}, {0, 30}, {0, 40}});
  for (std::int64_t committed = 0; committed < 40; ++committed) {
    // Written at one a second.
    const auto truth = Milliseconds{1'000 * (40 - committed)};
    const auto age = interpolateAge(series, committed);
    ASSERT_TRUE(age.has_value()) << committed;
    EXPECT_LE(std::chrono::abs(age->age - truth), Milliseconds{10'000}) << committed;
  }
}

TEST(LagInterpolation, OlderThanTheWindowIsAtLeast) {
  const auto series = looks({{0, 50}, {0, 100}, {0, 200}});
  const auto age = interpolateAge(series, 20);
  ASSERT_TRUE(age.has_value());
  EXPECT_EQ(age->age, Milliseconds{20'000});
  EXPECT_EQ(age->source, AgeSource::kAtLeast);
}

TEST(LagInterpolation, AStandingEndSaysWhenItMoved) {
  // Nothing was written between 10 s and 30 s; then one burst.
  const auto series = looks({{0, 100}, {0, 110}, {0, 110}, {0, 110}, {0, 120}});
  const auto age = interpolateAge(series, 110);
  ASSERT_TRUE(age.has_value());
  EXPECT_EQ(age->age, Milliseconds{10'000});
}

TEST(LagInterpolation, NothingIsOldWhereNothingIsLeft) {
  EXPECT_FALSE(interpolateAge(looks({{0, 50}, {0, 100}}), 100).has_value());
  EXPECT_FALSE(interpolateAge({}, 0).has_value());
}

}  // namespace
}  // namespace caas::kafka::consume
