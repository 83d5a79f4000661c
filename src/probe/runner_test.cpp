#include "probe/runner.hpp"

#include <deque>
#include <set>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "consume/dispatcher_bench.hpp"
#include "core/errors.hpp"

namespace caas::kafka::probe {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

/// Three brokers with a partition each. A sent record comes back after `roundTrip`, unless its
/// partition swallows or refuses it.
class FakeLink final : public Link {
 public:
  explicit FakeLink(consume::bench::HandClock& clock) : clock_(clock) {}

  Result<ProbeTopic> look(Milliseconds /*deadline*/) override {
    return lookFails ? Result<ProbeTopic>(fail(*lookFails)) : topic;
  }
  Result<void> grow(int newTotal, const std::vector<std::vector<int>>& replicas,
                    Milliseconds /*deadline*/) override {
    grownTo.push_back(newTotal);
    grownWith = replicas;
    return {};
  }
  Result<void> read(const std::vector<int>& partitions, Milliseconds /*deadline*/) override {
    read_.push_back(partitions);
    return readFails ? Result<void>(fail(*readFails)) : Result<void>{};
  }
  Result<void> send(int partition, const std::string& token) override {
    if (refuses.contains(partition)) {
      return fail(errors::queueFull(1, 1, 0ms));
    }
    sent.push_back(token);
    if (fails.contains(partition)) {
      events.push_back({partition, token, errors::timeout("delivering", 1ms)});
    } else if (!swallows.contains(partition)) {
      events.push_back({partition, token});
    }
    return {};
  }
  std::optional<LinkEvent> wait(Milliseconds most) override {
    if (events.empty()) {
      clock_.advance(most);
      return std::nullopt;
    }
    clock_.advance(roundTrip);
    auto event = events.front();
    events.pop_front();
    return event;
  }

  ProbeTopic topic{.brokers = {1, 2, 3},
                   .partitions = {{0, 1, {1, 2, 3}}, {1, 2, {2, 3, 1}}, {2, 3, {3, 1, 2}}}};
  std::optional<Error> lookFails{};
  std::optional<Error> readFails{};
  std::set<int> swallows, refuses, fails;
  Milliseconds roundTrip{4};
  std::deque<LinkEvent> events{};
  std::vector<std::string> sent{};
  std::vector<int> grownTo{};
  std::vector<std::vector<int>> grownWith{};
  std::vector<std::vector<int>> read_{};

 private:
  consume::bench::HandClock& clock_;
};

class RunnerTest : public ::testing::Test {
 protected:
  const BrokerProbe& broker(int id) {
    return *std::ranges::find(report_.brokers, id, &BrokerProbe::nodeId);
  }
  void round() { report_ = runner_.round(); }

  consume::bench::HandClock clock_;
  FakeLink link_{clock_};
  Runner runner_{link_, 3, {.patience = 5s}, "me", clock_};
  ProbeReport report_;
};

TEST_F(RunnerTest, EachBrokerHasItsRoundTrip) {
  round();
  ASSERT_THAT(report_.brokers, SizeIs(3));
  EXPECT_THAT(link_.sent, ElementsAre("me 1 0", "me 1 1", "me 1 2"));
  EXPECT_EQ(broker(1).lastRoundTrip, 4ms);
  EXPECT_EQ(broker(3).lastRoundTrip, 12ms);
  EXPECT_EQ(broker(2).lastSuccess, clock_.now() - 4ms);
  for (const auto& each : report_.brokers) {
    EXPECT_EQ(each.sent, 1);
    EXPECT_EQ(each.lost, 0);
    EXPECT_EQ(each.problem, "");
  }
  EXPECT_FALSE(report_.failure);
  round();
  EXPECT_EQ(broker(1).sent, 2);
  EXPECT_EQ(runner_.roundTrips().at(1).count(), 2U);
  EXPECT_THAT(link_.read_, SizeIs(1)) << "it reads on where it was";
}

TEST_F(RunnerTest, WhatDoesNotComeBackIsLostWithItsReason) {
  link_.swallows = {1};
  link_.fails = {2};
  link_.refuses = {0};
  const auto begin = clock_.steadyNow();
  round();
  EXPECT_LE(clock_.steadyNow() - begin, 5s + 100ms);
  for (const auto& each : report_.brokers) {
    EXPECT_EQ(each.sent, 1);
    EXPECT_EQ(each.lost, 1);
    EXPECT_FALSE(each.lastRoundTrip);
  }
  EXPECT_THAT(broker(1).problem, HasSubstr("full"));
  EXPECT_THAT(broker(2).problem, HasSubstr("partition 1 was lost: not back within 5000 ms"));
  EXPECT_THAT(broker(3).problem, HasSubstr("delivering"));
  link_.swallows = link_.fails = link_.refuses = {};
  round();
  EXPECT_EQ(broker(2).problem, "");
  EXPECT_EQ(broker(2).lost, 1);
}

TEST_F(RunnerTest, OldRecordsAndThoseOfOthersAreNotTakenForOurs) {
  link_.swallows = {0};
  round();
  link_.events = {{0, "me 1 0"}, {0, "somebody 2 0"}, {9, "me 2 9"}};
  link_.swallows = {0};
  round();
  EXPECT_EQ(broker(1).lost, 2);
  EXPECT_EQ(broker(2).lost, 0);
}

TEST_F(RunnerTest, LeadersThatMovedAreSaid) {
  round();
  link_.topic.brokers = {1, 3};
  link_.topic.partitions[1].leader = 3;
  round();
  EXPECT_THAT(broker(2).partitions, IsEmpty());
  EXPECT_THAT(broker(2).problem, HasSubstr("it is down"));
  EXPECT_EQ(broker(2).sent, 1);
  EXPECT_THAT(broker(3).partitions, ElementsAre(1, 2));
  EXPECT_EQ(broker(3).sent, 3);
  EXPECT_EQ(report_.partitions[1].leader, 3);
  // Back, and not leading yet.
  link_.topic.brokers = {1, 2, 3};
  round();
  EXPECT_THAT(broker(2).problem, HasSubstr("leads no partition"));
  link_.topic.partitions[1].leader = 2;
  round();
  EXPECT_EQ(broker(2).problem, "");
  EXPECT_EQ(broker(2).sent, 2);
  EXPECT_THAT(link_.grownTo, IsEmpty()) << "it is the first choice of its partition";
}

TEST_F(RunnerTest, APartitionWithoutALeaderIsNotSentTo) {
  link_.topic.partitions[1].leader.reset();
  round();
  EXPECT_THAT(link_.sent, ElementsAre("me 1 0", "me 1 2"));
  EXPECT_FALSE(report_.partitions[1].leader);
  EXPECT_THAT(broker(2).problem, HasSubstr("leads no partition"));
}

TEST_F(RunnerTest, ABrokerThatJoinsGetsAPartitionItLeads) {
  link_.topic.brokers = {1, 2, 3, 4, 5};
  round();
  EXPECT_THAT(link_.grownTo, ElementsAre(5));
  EXPECT_THAT(link_.grownWith, ElementsAre(ElementsAre(4, 5, 1), ElementsAre(5, 1, 2)));
  link_.topic.partitions.push_back({3, 4, {4, 5, 1}});
  link_.topic.partitions.push_back({4, 5, {5, 1, 2}});
  round();
  EXPECT_THAT(link_.grownTo, SizeIs(1));
  EXPECT_THAT(link_.read_.back(), ElementsAre(0, 1, 2, 3, 4));
  EXPECT_EQ(broker(4).lost, 0);
  EXPECT_EQ(broker(4).sent, 1);
}

TEST_F(RunnerTest, WithTooFewBrokersForTheReplicasItWaits) {
  link_.topic.brokers = {1, 4};
  round();
  EXPECT_THAT(link_.grownTo, IsEmpty());
}

TEST_F(RunnerTest, WhenNobodyTellsTheLeadersTheOldOnesAreTried) {
  round();
  link_.lookFails = errors::timeout("the look", 1ms);
  round();
  EXPECT_EQ(report_.failure->code, ErrorCode::kTimeout);
  EXPECT_EQ(broker(1).sent, 2);
  link_.lookFails.reset();
  round();
  EXPECT_FALSE(report_.failure);
}

TEST_F(RunnerTest, WhatCannotBeReadIsTriedAgain) {
  link_.readFails = errors::timeout("an end", 1ms);
  round();
  EXPECT_TRUE(report_.failure);
  link_.readFails.reset();
  round();
  round();
  EXPECT_THAT(link_.read_, SizeIs(2));
}

}  // namespace
}  // namespace caas::kafka::probe
