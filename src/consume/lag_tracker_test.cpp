#include <gtest/gtest.h>

#include "caas/kafka/groups.hpp"

namespace caas::kafka {
namespace {

Timestamp at(int second) { return Timestamp{std::chrono::seconds{1'700'000'000 + second}}; }

struct Given {
  std::int64_t committed = 0;
  std::int64_t end = 0;
  std::optional<Milliseconds> age{};
};

LagSnapshot snapshot(int second, const std::vector<Given>& partitions, std::optional<int> members,
                     const std::string& groupName = "g") {
  GroupLag group;
  group.group = groupName;
  group.members = members;
  group.topics.push_back({});
  auto& topic = group.topics.back();
  topic.topic = "t";
  for (const Given& given : partitions) {
    PartitionLag partition;
    partition.topic = "t";
    partition.partition = static_cast<int>(topic.partitions.size());
    partition.committed = given.committed;
    partition.endOffset = given.end;
    partition.records = given.end - given.committed;
    partition.age = given.age;
    partition.ageSource = given.age ? AgeSource::kRecord : AgeSource::kNone;
    topic.partitions.push_back(std::move(partition));
  }
  LagSnapshot made;
  made.takenAt = at(second);
  made.groups.push_back(std::move(group));
  return made;
}

const PartitionLag& partitionOf(const LagSnapshot& look, std::size_t partition = 0) {
  return look.groups.at(0).topics.at(0).partitions.at(partition);
}

TEST(LagTracker, JudgesASeries) {
  LagTracker tracker;
  EXPECT_EQ(tracker.add(snapshot(0, {{10, 20}}, 1)).groups[0].state, LagState::kUnknown);
  EXPECT_EQ(tracker.add(snapshot(10, {{10, 20}}, 1)).groups[0].state, LagState::kUnknown);
  const auto judged = tracker.add(snapshot(20, {{10, 20}}, 1));
  EXPECT_EQ(judged.groups[0].state, LagState::kStalled);
  EXPECT_EQ(judged.groups[0].topics[0].state, LagState::kStalled);
  EXPECT_FALSE(partitionOf(judged).reason.empty());
}

TEST(LagTracker, TheWorstPartitionIsTheGroups) {
  LagTracker tracker;
  (void)tracker.add(snapshot(0, {{10, 20}, {10, 10}}, 1));
  (void)tracker.add(snapshot(10, {{20, 35}, {12, 12}}, 1));
  const auto judged = tracker.add(snapshot(20, {{30, 50}, {14, 14}}, 1));
  EXPECT_EQ(partitionOf(judged, 0).state, LagState::kWarning);
  EXPECT_EQ(partitionOf(judged, 1).state, LagState::kOk);
  EXPECT_EQ(judged.groups[0].state, LagState::kWarning);
}

TEST(LagTracker, InterpolatesAnAgeThatWasNotRead) {
  LagTracker tracker;
  (void)tracker.add(snapshot(0, {{0, 100}}, 1));
  (void)tracker.add(snapshot(10, {{100, 200}}, 1));
  const auto judged = tracker.add(snapshot(20, {{150, 300}}, 1));
  EXPECT_EQ(partitionOf(judged).age, Milliseconds{15'000});
  EXPECT_EQ(partitionOf(judged).ageSource, AgeSource::kInterpolated);
  EXPECT_EQ(judged.groups[0].ageSource, AgeSource::kInterpolated);
}

TEST(LagTracker, AnAgeThatWasReadHoldsAsLongAsTheCommitStays) {
  LagTracker tracker;
  (void)tracker.add(snapshot(0, {{10, 20, Milliseconds{3'000}}}, 1));
  const auto judged = tracker.add(snapshot(60, {{10, 20}}, 1));
  EXPECT_EQ(partitionOf(judged).age, Milliseconds{63'000});
  EXPECT_EQ(partitionOf(judged).ageSource, AgeSource::kRecord);
  EXPECT_NE(partitionOf(tracker.add(snapshot(70, {{11, 20}}, 1))).ageSource, AgeSource::kRecord)
      << "another record";
}

TEST(LagTracker, KeepsNoMoreLooksThanItsWindow) {
  LagTracker tracker({.samples = 3, .window = Milliseconds{3'600'000}});
  (void)tracker.add(snapshot(0, {{10, 10}}, 1));  // caught up: ok as long as this is remembered
  (void)tracker.add(snapshot(10, {{10, 20}}, 1));
  EXPECT_EQ(tracker.add(snapshot(20, {{10, 20}}, 1)).groups[0].state, LagState::kOk);
  EXPECT_EQ(tracker.add(snapshot(30, {{10, 20}}, 1)).groups[0].state, LagState::kStalled);
}

TEST(LagTracker, LooksOlderThanTheWindowAreForgotten) {
  LagTracker tracker({.window = Milliseconds{60'000}});
  (void)tracker.add(snapshot(0, {{10, 20}}, 1));
  (void)tracker.add(snapshot(10, {{10, 20}}, 1));
  EXPECT_EQ(tracker.add(snapshot(100, {{10, 20}}, 1)).groups[0].state, LagState::kUnknown);
}

TEST(LagTracker, GroupsThatAreGoneAreForgotten) {
  LagTracker tracker({.window = Milliseconds{60'000}});
  (void)tracker.add(snapshot(0, {{10, 20}, {1, 2}}, 1, "old"));
  EXPECT_EQ(tracker.partitions(), 2U);
  (void)tracker.add(snapshot(61, {{10, 20}}, 1, "new"));
  EXPECT_EQ(tracker.partitions(), 1U);
}

TEST(LagTracker, PartitionsBeyondTheBoundAreJudgedByOneLook) {
  LagTracker tracker({.maxPartitions = 1});
  for (int i = 0; i < 3; ++i) {
    (void)tracker.add(snapshot(10 * i, {{10, 20}, {10, 20}}, 1));
  }
  const auto judged = tracker.add(snapshot(30, {{10, 20}, {10, 20}}, 1));
  EXPECT_EQ(tracker.partitions(), 1U);
  EXPECT_EQ(partitionOf(judged, 0).state, LagState::kStalled);
  EXPECT_EQ(partitionOf(judged, 1).state, LagState::kUnknown);
}

TEST(LagTracker, WithoutACommitNothingIsTracked) {
  LagTracker tracker;
  auto look = snapshot(0, {{0, 5}}, 1);
  look.groups[0].topics[0].partitions[0].committed.reset();
  look.groups[0].topics[0].partitions[0].withoutCommit = 5;
  EXPECT_EQ(tracker.add(look).groups[0].withoutCommit, 5);
  EXPECT_EQ(tracker.partitions(), 0U);
}

}  // namespace
}  // namespace caas::kafka
