#include "consume/read_bounds.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/errors.hpp"

namespace caas::kafka::consume {
namespace {

using client::CallOptions;
using client::OffsetSpec;
using client::PartitionOffset;
using client::TopicPartition;
using std::chrono::seconds;
using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::Pair;

constexpr Timestamp kNow{seconds{1'700'000'000}};
constexpr Milliseconds kPatience{10'000};

class HandClock final : public Clock {
 public:
  Timestamp now() const override { return kNow + elapsed; }
  std::chrono::steady_clock::time_point steadyNow() const override {
    return std::chrono::steady_clock::time_point{} + elapsed;
  }
  void sleepFor(std::chrono::nanoseconds duration) override {
    elapsed += std::chrono::ceil<Milliseconds>(duration);
  }
  Milliseconds elapsed{0};
};

/// One topic "t"; partition i holds `logs[i]`: the records' times, at the offsets from 0.
class Log final : public LogQuestions {
 public:
  explicit Log(HandClock& clock) : clock_(clock) {}

  Result<std::vector<client::TopicDescription>> describeTopics(
      const std::vector<std::string>& topics, const CallOptions& options) override {
    answer(options);
    client::TopicDescription topic;
    topic.name = topics.at(0);
    if (topic.name != "t") {
      topic.error = errors::internal("unknown");
      topic.error->code = ErrorCode::kTopicNotFound;
    }
    for (std::size_t i = 0; i < logs.size(); ++i) {
      topic.partitions.push_back(
          {.id = static_cast<int>(i), .leader = 1, .replicas = {}, .isr = {}});
    }
    return std::vector{topic};
  }

  Result<std::vector<PartitionOffset>> listOffsets(
      const std::vector<std::pair<TopicPartition, OffsetSpec>>& partitions,
      const CallOptions& options) override {
    answer(options);
    std::vector<PartitionOffset> offsets;
    for (const auto& [partition, spec] : partitions) {
      offsets.push_back({partition, offset(partition.partition, spec), std::nullopt});
      if (partition.partition == movingPartition && moves-- > 0) {
        offsets.back().error = problem;
      }
    }
    return offsets;
  }

  std::vector<std::vector<Timestamp>> logs{{}};
  Milliseconds answerTime{0};
  int movingPartition = -1;  ///< answers so often with the problem
  int moves = 0;
  Error problem{.code = ErrorCode::kUnavailable, .message = "moving", .retriable = true};
  std::vector<Milliseconds> timeouts;
  std::vector<bool> readCommitted;

 private:
  void answer(const CallOptions& options) {
    timeouts.push_back(options.timeout);
    readCommitted.push_back(options.readCommitted);
    clock_.elapsed += answerTime;
  }
  [[nodiscard]] std::int64_t offset(int partition, const OffsetSpec& spec) const {
    const auto& log = logs.at(static_cast<std::size_t>(partition));
    switch (spec.kind) {
      case OffsetSpec::Kind::kEarliest: return 0;
      case OffsetSpec::Kind::kLatest: return std::ssize(log);
      case OffsetSpec::Kind::kAtTime: break;
    }
    const auto found = std::ranges::find_if(log, [&](Timestamp time) { return time >= spec.time; });
    return found == log.end() ? -1 : found - log.begin();
  }

  HandClock& clock_;
};

class ReadBoundsTest : public ::testing::Test {
 protected:
  Result<ReadBounds> find() { return findBounds(log_, options_, kPatience, clock_); }
  /// The stops of partitions 0, 1, …
  std::vector<std::int64_t> stops() {
    const auto bounds = find();
    EXPECT_TRUE(bounds) << bounds.error().describe();
    std::vector<std::int64_t> stops;
    for (const auto& [partition, stop] : bounds.value_or(ReadBounds{}).stops) {
      stops.push_back(stop);
    }
    return stops;
  }

  HandClock clock_;
  Log log_{clock_};
  ReadOptions options_{.topics = {"t"}};
};

TEST_F(ReadBoundsTest, AllQuestionsShareOneDeadline) {
  options_.from = FromTime{kNow};
  options_.until = kNow;
  log_.answerTime = seconds{1};
  EXPECT_TRUE(find());
  EXPECT_THAT(log_.timeouts,
              ElementsAre(seconds{10}, seconds{9}, seconds{8}, seconds{7}, seconds{6}));
}

TEST_F(ReadBoundsTest, NothingIsAskedAfterTheDeadline) {
  log_.answerTime = seconds{5};
  const auto bounds = find();
  ASSERT_FALSE(bounds);
  EXPECT_EQ(bounds.error().code, ErrorCode::kTimeout);
  EXPECT_EQ(log_.timeouts.size(), 2U);
}

TEST_F(ReadBoundsTest, AReaderOfCommittedRecordsAsksForStableEnds) {
  EXPECT_TRUE(find());
  EXPECT_THAT(log_.readCommitted, Each(true));
  log_.readCommitted.clear();
  options_.readUncommitted = true;
  EXPECT_TRUE(find());
  EXPECT_THAT(log_.readCommitted, Each(false));
}

TEST_F(ReadBoundsTest, WithoutAStopNoneIsSet) {
  log_.logs = {{kNow}, {}};
  EXPECT_THAT(stops(), ElementsAre(kNoStop, kNoStop));
  options_.untilEnd = true;
  EXPECT_THAT(stops(), ElementsAre(1, 0));
}

TEST_F(ReadBoundsTest, ATimeThatHasPassedStopsEveryPartition) {
  const auto until = kNow - seconds{60};
  log_.logs = {{until - seconds{1}, until, kNow}, {until - seconds{1}}, {}};
  options_.until = until;
  EXPECT_THAT(stops(), ElementsAre(1, 1, 0));
}

TEST_F(ReadBoundsTest, ATimeThatHasNotPassedStopsOnlyWhereItIsInTheLog) {
  const auto until = kNow + seconds{60};
  log_.logs = {{kNow, until}, {kNow}};
  options_.until = until;
  EXPECT_THAT(stops(), ElementsAre(1, kNoStop));
  options_.untilEnd = true;
  EXPECT_THAT(stops(), ElementsAre(1, 1));
}

TEST_F(ReadBoundsTest, ATimeHasPassedOnceItsLateRecordsHaveHadTime) {
  options_.until = kNow - kLateRecords + Milliseconds{1};
  EXPECT_THAT(stops(), ElementsAre(kNoStop));
  clock_.elapsed += Milliseconds{1};
  EXPECT_THAT(stops(), ElementsAre(0));
  options_.until = Timestamp::max();
  EXPECT_THAT(stops(), ElementsAre(kNoStop));
}

TEST_F(ReadBoundsTest, StartsAreInsideTheLog) {
  log_.logs = {{kNow, kNow + seconds{9}}, {kNow}};
  options_.from = FromTime{kNow + seconds{5}};
  EXPECT_THAT(find()->starts,
              ElementsAre(Pair(TopicPartition{"t", 0}, 1), Pair(TopicPartition{"t", 1}, 1)));
  options_.from = FromOffset{7};
  EXPECT_THAT(find()->starts,
              ElementsAre(Pair(TopicPartition{"t", 0}, 2), Pair(TopicPartition{"t", 1}, 1)));
  options_.from = FromOffset{-7};
  options_.partitions = {1};
  EXPECT_THAT(find()->starts, ElementsAre(Pair(TopicPartition{"t", 1}, 0)));
}

TEST_F(ReadBoundsTest, ALeaderThatMovesIsAskedAgainUntilTheDeadline) {
  log_.logs = {{kNow}, {kNow, kNow}};
  log_.movingPartition = 1;
  log_.moves = 3;
  options_.untilEnd = true;
  EXPECT_THAT(stops(), ElementsAre(1, 2));
  log_.moves = 1'000;
  const auto late = find();
  ASSERT_FALSE(late);
  EXPECT_EQ(late.error().message, "moving");
  EXPECT_LT(clock_.elapsed, 2 * kPatience);
  log_.problem.retriable = false;
  log_.moves = 1;
  EXPECT_FALSE(find());
}

}  // namespace
}  // namespace caas::kafka::consume
