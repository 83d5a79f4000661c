#include <algorithm>
#include <atomic>
#include <fstream>
#include <thread>

#include <fmt/core.h>

#include "integration/groups_fixture.hpp"

namespace caas::kafka::test {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

class GroupsOfBothProtocols : public Groups, public ::testing::WithParamInterface<GroupProtocol> {};

INSTANTIATE_TEST_SUITE_P(Protocols, GroupsOfBothProtocols,
                         ::testing::Values(GroupProtocol::kClassic, GroupProtocol::kConsumer),
                         [](const auto& given) { return std::string(toString(given.param)); });

TEST_P(GroupsOfBothProtocols, OffsetsAndLagAreWhatKafkasOwnToolSays) {
  const TestTopic topic("lag", 3);
  send(topic.name(), 0, 10);
  send(topic.name(), 1, 7);
  send(topic.name(), 2, 1);
  auto reader = join(topic.name(), GetParam());
  take(*reader, 18);
  send(topic.name(), 0, 5);
  send(topic.name(), 2, 3);

  const auto active = lag();
  EXPECT_EQ(ourRows(active), toolRows(group_));
  EXPECT_EQ(active.records, 8);
  EXPECT_EQ(active.members, 1);
  EXPECT_EQ(active.type,
            GetParam() == GroupProtocol::kConsumer ? GroupType::kConsumer : GroupType::kClassic);
  for (const auto& partition : active.topics.at(0).partitions) {
    EXPECT_THAT(partition.clientId, HasSubstr(settings_.clientId));
    EXPECT_FALSE(partition.memberId.empty());
  }

  must(reader->close());
  const auto left = lag();
  EXPECT_EQ(ourRows(left), toolRows(group_));
  EXPECT_EQ(left.members, 0);
  EXPECT_EQ(left.state, LagState::kStopped) << "something is left, and nobody reads";
}

TEST_P(GroupsOfBothProtocols, MembersAreDescribed) {
  const TestTopic topic("members", 2);
  send(topic.name(), 0, 1);
  auto reader = join(topic.name(), GetParam());
  take(*reader, 1);
  const auto described = must(manager_->describeGroup(group_));
  ASSERT_EQ(described.members.size(), 1U);
  EXPECT_EQ(described.state, "Stable");
  EXPECT_EQ(described.type,
            GetParam() == GroupProtocol::kConsumer ? GroupType::kConsumer : GroupType::kClassic);
  EXPECT_FALSE(described.assignor.empty());
  EXPECT_GT(described.coordinatorId, 0);
  EXPECT_FALSE(described.members[0].memberId.empty());
  EXPECT_THAT(described.members[0].assignment,
              ElementsAre(GroupPartition{topic.name(), 0}, GroupPartition{topic.name(), 1}));

  const auto listed = must(manager_->listGroups());
  const auto found = std::ranges::find(listed, group_, &GroupSummary::id);
  ASSERT_NE(found, listed.end());
  EXPECT_EQ(found->members, 1);
  EXPECT_EQ(found->type, described.type);
  must(reader->close());
}

TEST_P(GroupsOfBothProtocols, AResetIsRefusedWhileAMemberIsThere) {
  const TestTopic topic("active", 1);
  send(topic.name(), 0, 5);
  auto reader = join(topic.name(), GetParam());
  take(*reader, 5);
  const auto planned = plan(ResetToEarliest{});
  ASSERT_EQ(planned.members.size(), 1U) << "the dry run says it, too";
  EXPECT_THAT(planned.members[0], HasSubstr(settings_.clientId));
  const auto refused = manager_->reset(planned);
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().code, ErrorCode::kGroupActive);
  EXPECT_THAT(refused.error().message, HasSubstr(settings_.clientId));
  EXPECT_EQ(committedOf(group_), (std::map<int, std::int64_t>{{0, 5}}));

  // Kafka refuses it as well: what protects from a member that joins at the last moment.
  const auto raw = must(admin().alterGroupOffsets(
      group_, {{.partition = {topic.name(), 0}, .offset = 0, .error = {}}}));
  ASSERT_EQ(raw.size(), 1U);
  ASSERT_TRUE(raw[0].error.has_value());
  EXPECT_EQ(raw[0].error->code, ErrorCode::kGroupActive);
  EXPECT_EQ(committedOf(group_), (std::map<int, std::int64_t>{{0, 5}}));

  must(reader->close());
  ASSERT_TRUE(eventually(kPatience, [&] { return manager_->reset(planned).has_value(); }));
  EXPECT_EQ(committedOf(group_), (std::map<int, std::int64_t>{{0, 0}}));
}

TEST_P(GroupsOfBothProtocols, ALagIsNeverNegativeWhileRecordsAreReadAndCommitted) {
  const TestTopic topic("race", 4);
  send(topic.name(), 0, 1);
  auto reader = join(topic.name(), GetParam());
  take(*reader, 1);
  std::atomic<bool> stop{false};
  std::thread writer([&] {
    while (!stop) {
      for (int p = 0; p < 4; ++p) {
        send(topic.name(), p, 5);
      }
    }
  });
  std::thread consumer([&] {
    while (!stop) {
      if (must(reader->poll(Milliseconds{10}))) {
        (void)reader->commit();
      }
    }
  });
  std::int64_t advanced = 0;
  std::map<int, std::int64_t> before;
  int looks = 0;
  const auto until = std::chrono::steady_clock::now() + kPatience;
  for (; (looks < 40 || advanced <= 5) && std::chrono::steady_clock::now() < until; ++looks) {
    const auto look = lag({.maxAgeReads = 0});
    EXPECT_EQ(look.topics.size(), 1U);
    for (const auto& p :
         look.topics.empty() ? std::vector<PartitionLag>{} : look.topics[0].partitions) {
      if (p.committed) {
        EXPECT_LE(*p.committed, p.endOffset) << "commits are read before ends";
        EXPECT_GE(*p.records, 0);
        advanced += *p.committed > before[p.partition] ? 1 : 0;
        before[p.partition] = *p.committed;
      }
    }
  }
  stop = true;
  writer.join();
  consumer.join();
  EXPECT_GT(advanced, 5) << "in " << looks << " looks nothing was committed: it shows nothing";
  must(reader->close());
}

TEST_F(Groups, ADryRunChangesNothingAndAResetDoesWhatItSaid) {
  const TestTopic topic("reset", 2);
  send(topic.name(), 0, 10);
  send(topic.name(), 1, 4);
  start(topic.name());
  using Committed = std::map<int, std::int64_t>;
  EXPECT_EQ(committedOf(group_), (Committed{{0, 0}, {1, 0}}));

  const auto latest = plan(ResetToLatest{});
  EXPECT_EQ(latest.recordsSkipped(), 14);
  EXPECT_EQ(latest.changes(), 2);
  EXPECT_EQ(committedOf(group_), (Committed{{0, 0}, {1, 0}})) << "a dry run";
  must(manager_->reset(latest));
  EXPECT_EQ(committedOf(group_), (Committed{{0, 10}, {1, 4}}));

  const auto shifted = plan(ResetShiftBy{-6});
  EXPECT_EQ(shifted.reread(), 10);
  EXPECT_TRUE(shifted.steps.at(1).clamped);
  must(manager_->reset(shifted));
  EXPECT_EQ(committedOf(group_), (Committed{{0, 4}, {1, 0}}));

  auto one = must(manager_->planReset(
      {.group = group_, .target = ResetToOffset{7}, .partitions = {{topic.name(), 0}}}));
  must(manager_->reset(one));
  EXPECT_EQ(committedOf(group_), (Committed{{0, 7}, {1, 0}}));
  EXPECT_EQ(toolRows(group_), ourRows(lag()));

  const auto stale = manager_->reset(shifted);
  ASSERT_FALSE(stale.has_value());
  EXPECT_EQ(stale.error().code, ErrorCode::kConflict) << "the plan began elsewhere";
  EXPECT_EQ(committedOf(group_), (Committed{{0, 7}, {1, 0}}));
}

TEST_F(Groups, AResetToATimeFindsTheFirstRecordOfThatTime) {
  const TestTopic topic("time", 1);
  const auto now = systemClock().now();
  send(topic.name(), 0, 3, now - std::chrono::minutes{30});
  send(topic.name(), 0, 3, now - std::chrono::minutes{10});
  start(topic.name());
  EXPECT_EQ(plan(ResetToTime{now - std::chrono::minutes{20}}).steps.at(0).to, 3);
  const auto young = plan(ResetToTime{now + std::chrono::minutes{20}}).steps.at(0);
  EXPECT_EQ(young.to, 6);
  EXPECT_THAT(young.note, HasSubstr("no record is that young"));
}

TEST_F(Groups, WhatIsNotThereIsSaid) {
  const TestTopic topic("missing", 1);
  const auto unknown = manager_->describeGroup(group_);
  ASSERT_FALSE(unknown.has_value());
  EXPECT_EQ(unknown.error().code, ErrorCode::kGroupNotFound);
  const auto noLag = manager_->lag({.group = group_});
  ASSERT_FALSE(noLag.has_value());
  EXPECT_EQ(noLag.error().code, ErrorCode::kGroupNotFound);
  const auto typo = manager_->planReset({.group = group_, .topics = {topic.name()}});
  ASSERT_FALSE(typo.has_value()) << "a typing error must not make a group";
  EXPECT_EQ(typo.error().code, ErrorCode::kGroupNotFound);

  start(topic.name());
  const auto noTopic = manager_->planReset({.group = group_, .topics = {"test.no-such-topic"}});
  ASSERT_FALSE(noTopic.has_value());
  EXPECT_EQ(noTopic.error().code, ErrorCode::kTopicNotFound);
  const auto noPartition =
      manager_->planReset({.group = group_, .partitions = {{topic.name(), 9}}});
  ASSERT_FALSE(noPartition.has_value());
  EXPECT_EQ(noPartition.error().code, ErrorCode::kInvalidArgument);
}

TEST_F(Groups, TheAgeIsThatOfTheOldestRecordThatIsNotHandled) {
  const TestTopic topic("age", 2);
  const auto old = systemClock().now() - std::chrono::hours{1};
  send(topic.name(), 0, 3, old);
  send(topic.name(), 1, 3);
  start(topic.name());
  const auto look = lag();
  ASSERT_TRUE(look.age.has_value());
  EXPECT_EQ(look.ageSource, AgeSource::kRecord);
  const auto since = systemClock().now() - old;
  EXPECT_LE(*look.age, since);
  EXPECT_GE(*look.age, std::chrono::hours{1});
  EXPECT_LT(*look.topics.at(0).partitions.at(1).age, std::chrono::minutes{30});
  EXPECT_EQ(lag({.maxAgeReads = 0}).age, std::nullopt);
}

TEST_F(Groups, WhatWasDeletedBeforeItWasHandledIsCounted) {
  const TestTopic topic("expired", 1);
  send(topic.name(), 0, 10);
  start(topic.name());
  const auto file =
      std::filesystem::temp_directory_path() / fmt::format("{}.json", uniqueTenant("delete"));
  std::ofstream{file} << fmt::format(
      R"({{"partitions":[{{"topic":"{}","partition":0,"offset":6}}],"version":1}})", topic.name());
  (void)kafkaTool({"delete-records", "--offset-json-file", file.string()});
  std::filesystem::remove(file);
  const auto look = lag();
  EXPECT_EQ(look.expired, 6);
  EXPECT_EQ(look.records, 4);
  EXPECT_EQ(look.topics.at(0).partitions.at(0).startOffset, 6);
  EXPECT_TRUE(look.age.has_value()) << "of the oldest that is still there";
}

TEST_F(Groups, ATransactionsMarkerIsNoLag) {
  const TestTopic topic("marker", 1);
  (void)kafkaTool({"perf-producer", "--topic", topic.name(), "--num-records", "5", "--record-size",
                   "10", "--throughput", "-1", "--transactional-id", uniqueTenant("tx")});
  start(topic.name());
  const auto look = lag();
  const auto end = look.topics.at(0).partitions.at(0).endOffset;
  EXPECT_GT(end, 5) << "there is no marker: the test shows nothing";
  auto behindTheLast = must(manager_->planReset({.group = group_, .target = ResetToOffset{5}}));
  must(manager_->reset(behindTheLast));
  EXPECT_EQ(lag().records, 0);
  EXPECT_EQ(lag().age, Milliseconds{0});
  EXPECT_EQ(lag({.maxAgeReads = 0}).records, end - 5) << "as Kafka's tool says";
}

TEST_F(Groups, APartitionWithoutACommitIsToldAndNotCounted) {
  const TestTopic topic("without", 2);
  send(topic.name(), 0, 3);
  send(topic.name(), 1, 4);
  const auto one = must(manager_->planReset({.group = group_,
                                             .target = ResetToEarliest{},
                                             .partitions = {{topic.name(), 0}},
                                             .createGroup = true}));
  must(manager_->reset(one));
  // A group that had members: one that only commits says nothing about other partitions.
  auto reader = join(topic.name(), GroupProtocol::kClassic);
  (void)eventually(kPatience, [&] { return must(reader->poll(Milliseconds{200})).has_value(); });
  const auto look = lag();
  EXPECT_EQ(look.records, 3);
  EXPECT_EQ(look.withoutCommit, 4);
  must(reader->close());
}

TEST_F(Groups, ARetryGroupIsLateOnlyByWhatIsOverdue) {
  const TestTopic topic("tier", 1);
  const std::string retryGroup = group_ + ".retry";
  const auto due = [&](std::int64_t inMs, std::string_view group) {
    const auto at = std::to_string(systemClock().now().time_since_epoch().count() + inMs);
    send(topic.name(), 0, 1, std::nullopt, {{"caas.not-before", at}, {"caas.origin.group", group}});
  };
  due(-600'000, "another-group");
  due(3'600'000, group_);
  const auto plan = must(manager_->planReset({.group = retryGroup,
                                              .target = ResetToEarliest{},
                                              .topics = {topic.name()},
                                              .createGroup = true}));
  must(manager_->reset(plan));
  const auto look = [&] { return must(manager_->lag({.group = retryGroup})).groups.at(0); };
  const auto waiting = look();
  EXPECT_TRUE(waiting.topics.at(0).partitions.at(0).retry);
  EXPECT_EQ(waiting.records, 2);
  EXPECT_EQ(waiting.age, Milliseconds{0});
  EXPECT_EQ(waiting.state, LagState::kOk) << "a waiting tier is not a stalled one";

  due(-60'000, group_);
  const auto overdue = look();
  EXPECT_GE(overdue.age.value_or(Milliseconds{0}), Milliseconds{60'000});
  EXPECT_LT(overdue.age.value_or(Milliseconds{0}), Milliseconds{600'000});
  EXPECT_NE(overdue.state, LagState::kOk);
}

TEST_F(Groups, AllGroupsAtOnce) {
  const TestTopic topic("all", 2);
  send(topic.name(), 0, 3);
  start(topic.name());
  const auto all = must(manager_->lag());
  EXPECT_THAT(all.groups, Contains(::testing::Field(&GroupLag::group, group_)));
  const auto some = must(manager_->lag({.topics = {topic.name()}}));
  ASSERT_EQ(some.groups.size(), 1U) << "only who reads that topic";
  EXPECT_EQ(some.groups[0].group, group_);
  EXPECT_EQ(some.groups[0].records, 3);
}

TEST_F(Groups, ATopicThatIsGoneIsSaid) {
  auto topic = std::make_unique<TestTopic>("gone", 1);
  const TestTopic kept("kept", 1);
  send(topic->name(), 0, 3);
  send(kept.name(), 0, 2);
  start(topic->name());
  start(kept.name());
  topic.reset();
  const auto look = lag();
  EXPECT_EQ(look.records, 2) << "the rest is still known";
}

}  // namespace
}  // namespace caas::kafka::test
