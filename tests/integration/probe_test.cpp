// The canary on the real cluster: through each broker, with one killed and one paused, and for a
// broker that joins.
#include "caas/kafka/probe.hpp"

#include <algorithm>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "caas/kafka/topic_manager.hpp"
#include "support/cluster.hpp"

namespace caas::kafka::test {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

constexpr Milliseconds kPatience{60'000};

class ProbeOnCluster : public ::testing::Test {
 protected:
  ProbeOnCluster() : settings_(testSettings()), catalog_(must(Catalog::load(settings_))) {
    must(TopicManager::create(settings_, catalog_)->createPlatformTopics(), "creating topics");
    EXPECT_TRUE(waitForFullIsr());
    probe_ = Probe::create(settings_, catalog_,
                           {.interval = Milliseconds{500}, .patience = Milliseconds{2'000}});
  }

  /// Until the report is as it should be.
  bool seen(const std::function<bool(const ProbeReport&)>& predicate,
            Milliseconds patience = kPatience) {
    return eventually(patience, [&] {
      report_ = probe_->report();
      return report_.brokers.size() == 3 && predicate(report_);
    });
  }
  static const BrokerProbe& broker(const ProbeReport& report, int id) {
    return *std::ranges::find(report.brokers, id, &BrokerProbe::nodeId);
  }
  static bool allThrough(const ProbeReport& report) {
    return std::ranges::all_of(report.brokers, [](const BrokerProbe& broker) {
      return broker.problem.empty() && broker.lastRoundTrip && !broker.partitions.empty();
    });
  }
  /// Leadership back where it belongs, which Kafka itself does within five minutes.
  bool backToFirstChoice() {
    const auto script = (projectRoot() / "script" / "kafka").string();
    return eventually(kPatience, [&] {
      const auto ran = runProcess(
          {script, "leader-election", "--election-type", "preferred", "--all-topic-partitions"}, {},
          {}, Milliseconds{60'000});
      return ran.exitCode == 0;
    });
  }
  std::string told() const {
    std::string text;
    for (const auto& broker : report_.brokers) {
      text += std::to_string(broker.nodeId) + ": " + broker.problem + "\n";
    }
    return text + (report_.failure ? report_.failure->describe() : "");
  }

  Settings settings_;
  Catalog catalog_;
  std::unique_ptr<Probe> probe_;
  ProbeReport report_;
};

TEST_F(ProbeOnCluster, GoesThroughEveryBroker) {
  ASSERT_TRUE(backToFirstChoice());
  probe_->start();
  ASSERT_TRUE(seen([](const ProbeReport& report) {
    return allThrough(report) && broker(report, 1).sent >= 3;
  })) << told();
  EXPECT_FALSE(report_.failure);
  EXPECT_THAT(report_.partitions, SizeIs(::testing::Ge(3)));
  for (const auto& partition : report_.partitions) {
    ASSERT_TRUE(partition.leader);
    EXPECT_EQ(*partition.leader, leaderOf("internal.probe", partition.partition));
  }
  // The first may have met a broker that had not heard yet what it leads.
  const auto before = broker(report_, 1);
  ASSERT_TRUE(seen([&](const ProbeReport& report) {
    return broker(report, 1).sent >= before.sent + 3;
  })) << told();
  probe_->stop();
  const auto after = probe_->report();
  EXPECT_EQ(broker(after, 1).lost, before.lost) << broker(after, 1).problem;
}

TEST_F(ProbeOnCluster, APausedBrokerLosesItsProbesAndTheOthersDoNot) {
  ASSERT_TRUE(backToFirstChoice());
  probe_->start();
  ASSERT_TRUE(seen(allThrough)) << told();
  const auto before = report_;
  {
    const BrokerFault fault(BrokerFault::Kind::kPause, 2);
    ASSERT_TRUE(seen([](const ProbeReport& report) {
      return broker(report, 2).problem.find("was lost") != std::string::npos;
    })) << told();
    // The others' records go on, though the paused one holds some of their replicas back until it
    // is out of the in-sync replicas.
    EXPECT_TRUE(seen([&](const ProbeReport& report) {
      return broker(report, 1).lastSuccess > broker(before, 1).lastSuccess &&
             broker(report, 3).lastSuccess > broker(before, 3).lastSuccess &&
             broker(report, 1).problem.empty() && broker(report, 3).problem.empty();
    })) << told();
    EXPECT_GT(broker(report_, 2).lost, broker(before, 2).lost);
  }
  ASSERT_TRUE(backToFirstChoice());
  EXPECT_TRUE(seen(allThrough)) << told();
}

TEST_F(ProbeOnCluster, AKilledBrokersPartitionIsLedByAnotherAndThatIsSaid) {
  ASSERT_TRUE(backToFirstChoice());
  probe_->start();
  ASSERT_TRUE(seen(allThrough)) << told();
  const auto mine = broker(report_, 3).partitions;
  ASSERT_THAT(mine, SizeIs(::testing::Ge(1)));
  {
    const BrokerFault fault(BrokerFault::Kind::kKill, 3);
    ASSERT_TRUE(seen([](const ProbeReport& report) {
      return broker(report, 3).problem.find("it is down") != std::string::npos;
    })) << told();
    EXPECT_THAT(broker(report_, 3).partitions, IsEmpty());
    const auto moved = std::ranges::find(report_.partitions, mine[0], &ProbePartition::partition);
    ASSERT_TRUE(moved->leader);
    EXPECT_NE(*moved->leader, 3);
    EXPECT_TRUE(seen([](const ProbeReport& report) {
      return broker(report, 1).problem.empty() && broker(report, 2).problem.empty();
    })) << told();
  }
  ASSERT_TRUE(backToFirstChoice());
  EXPECT_TRUE(seen(allThrough)) << told();
}

/// As after a broker has joined: two of three are nobody's first choice.
TEST_F(ProbeOnCluster, ABrokerThatLeadsNothingGetsAPartition) {
  deleteTopics({"internal.probe"});
  ASSERT_TRUE(eventually(kPatience, [] {
    const auto described = admin().describeTopics({"internal.probe"});
    return described && described->at(0).error;
  }));
  const client::NewTopic small{"internal.probe", 1, 3, {{"min.insync.replicas", "2"}}};
  ASSERT_TRUE(eventually(kPatience, [&] {
    const auto created = admin().createTopics({small});
    return created && !created->at(0).error;
  }));
  probe_->start();
  ASSERT_TRUE(seen(allThrough)) << told();
  EXPECT_THAT(report_.partitions, SizeIs(3));
}

TEST_F(ProbeOnCluster, WithoutItsTopicItSaysWhatToDo) {
  const auto other = must(Catalog::parse(R"(
topics:
  - {name: internal.probe, category: internal, partitions: per-broker, cleanup: delete,
     strategy: none, description: d}
)",
                                         settings_));
  auto settings = settings_;
  settings.brokers = {"127.0.0.1:1"};
  probe_ = Probe::create(settings, other, {.interval = Milliseconds{500}});
  probe_->start();
  ASSERT_TRUE(eventually(kPatience, [&] {
    report_ = probe_->report();
    return report_.failure.has_value();
  }));
  EXPECT_THAT(report_.failure->describe(), HasSubstr("127.0.0.1:1"));

  const auto without = must(Catalog::parse(R"(
topics:
  - {name: platform.events, category: platform, cleanup: delete, strategy: tenant_id,
     events: [platform-event], description: d}
)",
                                           settings_));
  probe_ = Probe::create(settings_, without);
  probe_->start();
  ASSERT_TRUE(eventually(kPatience, [&] { return probe_->report().failure.has_value(); }));
  EXPECT_THAT(probe_->report().failure->describe(), HasSubstr("PROBE_INTERVAL_MS=0"));
}

}  // namespace
}  // namespace caas::kafka::test
