#include <future>
#include <set>

#include <fmt/format.h>

#include "topics/fixture.hpp"

namespace caas::kafka::test {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAreArray;
using ::testing::HasSubstr;
using ::testing::UnorderedElementsAreArray;

class CreateTenants : public TopicsTest {
 protected:
  void expectRightSet(const std::string& tenantId) {
    for (const auto& topic : must(manager_->listTopics({.tenantId = tenantId}))) {
      const TopicDefinition* definition = catalog_.find(topic.entry);
      ASSERT_NE(definition, nullptr);
      EXPECT_EQ(topic.partitions, definition->partitions) << topic.name;
      EXPECT_EQ(topic.replicationFactor, 3) << topic.name;
    }
    EXPECT_THAT(existingTopicsOf(tenantId), UnorderedElementsAreArray(topicsOf(tenantId)));
    const auto plan = must(manager_->plan(only(tenantId)));
    EXPECT_TRUE(plan.steps.empty()) << plan.render();
  }
  /// Every broker serves every partition, asked without patience.
  void expectUsable(const std::string& tenantId) {
    std::set<client::TopicPartition> partitions;
    for (const auto& broker : must(admin().describeCluster()).brokers) {
      for (const auto& topic :
           must(admin().describeTopics(topicsOf(tenantId), {Milliseconds{10'000}, broker.id}))) {
        EXPECT_FALSE(topic.error) << "broker " << broker.id << ": " << topic.name;
        for (const auto& partition : topic.partitions) {
          EXPECT_TRUE(partition.leader) << topic.name << "-" << partition.id;
          partitions.insert({topic.name, partition.id});
        }
      }
    }
    std::vector<std::pair<client::TopicPartition, client::OffsetSpec>> ends;
    ends.reserve(partitions.size());
    for (const auto& partition : partitions) {
      ends.emplace_back(partition, client::OffsetSpec::latest());
    }
    for (const auto& end : must(admin().listOffsets(ends))) {
      EXPECT_FALSE(end.error) << end.partition.topic << ": " << end.error->describe();
    }
  }
};

TEST_F(CreateTenants, CreatedMeansUsableAtOnce) {
  const auto id = tenant("usable");
  const auto set = must(manager_->createTenantTopics(id));
  expectUsable(id);
  ASSERT_EQ(set.topics.size(), topicsOf(id).size());
  EXPECT_EQ(set.tenantId, id);
  for (const auto& topic : set.topics) {
    EXPECT_TRUE(topic.created) << topic.topic;
    EXPECT_EQ(topic.partitions, catalog_.find(topic.entry)->partitions) << topic.topic;
  }
}

TEST_F(CreateTenants, SecondCallCreatesNothing) {
  const auto id = tenant("twice");
  must(manager_->createTenantTopics(id));
  const auto again = must(manager_->createTenantTopics(id));
  ASSERT_EQ(again.topics.size(), topicsOf(id).size());
  for (const auto& topic : again.topics) {
    EXPECT_FALSE(topic.created) << topic.topic;
    EXPECT_EQ(topic.partitions, catalog_.find(topic.entry)->partitions) << topic.topic;
  }
}

// Half of them through managers of their own, as other processes have.
TEST_F(CreateTenants, TenConcurrentCallsGiveOneRightSet) {
  const auto id = tenant("ten");
  std::vector<std::unique_ptr<TopicManager>> others;
  std::vector<std::future<Result<TenantTopicSet>>> calls;
  for (int i = 0; i < 10; ++i) {
    TopicManager* caller = manager_.get();
    if (i % 2 == 1) {
      others.push_back(TopicManager::create(settings_, catalog_));
      caller = others.back().get();
    }
    calls.push_back(
        std::async(std::launch::async, [caller, id] { return caller->createTenantTopics(id); }));
  }
  std::map<std::string, int> creators;
  for (auto& call : calls) {
    const auto set = call.get();
    ASSERT_TRUE(set) << set.error().describe();
    for (const auto& topic : set->topics) {
      creators[topic.topic] += topic.created ? 1 : 0;
      EXPECT_EQ(topic.partitions, catalog_.find(topic.entry)->partitions);
    }
  }
  EXPECT_EQ(creators.size(), topicsOf(id).size());
  for (const auto& [topic, count] : creators) {
    EXPECT_EQ(count, 1) << topic;
  }
  expectUsable(id);
  expectRightSet(id);
}

TEST_F(CreateTenants, KafkasOwnToolsSeeTheTable) {
  const auto id = tenant("table");
  must(manager_->createTenantTopics(id));
  struct Row {
    std::string topic;
    int partitions;
    std::int64_t retentionDays;
    std::string cleanup;
  };
  const std::vector<Row> table{
      {"platform.events", 8, 30, "delete"},        {"platform.audit", 8, 365, "delete"},
      {"platform.notifications", 4, 30, "delete"}, {"chat.messages." + id, 16, 30, "delete"},
      {"chat.events." + id, 8, 7, "delete"},       {"presence." + id, 4, 1, "compact,delete"},
      {"analytics." + id, 8, 90, "delete"},        {"notifications." + id, 4, 7, "delete"},
      {"internal.dlq", 4, 30, "delete"},           {"internal.retry", 4, 7, "delete"},
      {"internal.retry.1min", 4, 7, "delete"},     {"internal.retry.5min", 4, 7, "delete"},
      {"internal.retry.30min", 4, 7, "delete"},    {"internal.dlq.ledger", 4, 60, "compact,delete"},
  };
  auto seen = describedByKafka();
  for (const Row& row : table) {
    SCOPED_TRACE(row.topic);
    ASSERT_TRUE(seen.contains(row.topic));
    ToolView& topic = seen[row.topic];
    EXPECT_EQ(topic.partitions, row.partitions);
    EXPECT_EQ(topic.replicationFactor, 3);
    EXPECT_EQ(topic.configs["min.insync.replicas"], "2");
    EXPECT_EQ(topic.configs["retention.ms"], std::to_string(row.retentionDays * 86'400'000));
    EXPECT_EQ(topic.configs["cleanup.policy"], row.cleanup);
  }
  ToolView& probe = seen["internal.probe"];
  EXPECT_EQ(probe.partitions, 3) << "one for each broker";
  EXPECT_EQ(probe.replicationFactor, 3);
  EXPECT_EQ(probe.configs["min.insync.replicas"], "2");
  EXPECT_EQ(seen["internal.retry"].configs["message.timestamp.type"], "LogAppendTime");

  const auto presence = kafkaTool(
      {"configs", "--entity-type", "topics", "--entity-name", "presence." + id, "--describe"});
  EXPECT_THAT(presence,
              AllOf(HasSubstr("segment.ms=14400000"), HasSubstr("max.compaction.lag.ms=14400000"),
                    HasSubstr("min.cleanable.dirty.ratio=0.1")));
}

TEST_F(CreateTenants, TopicThatIsThereStaysAsItIs) {
  const auto id = tenant("other");
  createTopic("chat.messages." + id, 3);
  const auto set = must(manager_->createTenantTopics(id));
  for (const auto& topic : set.topics) {
    const bool old = topic.entry == "chat.messages";
    EXPECT_EQ(topic.created, !old) << topic.topic;
    EXPECT_EQ(topic.partitions, old ? 3 : catalog_.find(topic.entry)->partitions) << topic.topic;
  }
  EXPECT_EQ(describedByKafka()["chat.messages." + id].partitions, 3);
}

TEST_F(CreateTenants, BadIdsAreRefused) {
  for (const std::string& id : {std::string("a.b"), std::string("../x"), std::string(),
                                std::string(65, 'a'), std::string("-a"), std::string("a b")}) {
    const auto set = manager_->createTenantTopics(id);
    ASSERT_FALSE(set) << id;
    EXPECT_EQ(set.error().code, ErrorCode::kInvalidArgument) << id;
    EXPECT_EQ(manager_->deleteTenantTopics(id).error().code, ErrorCode::kInvalidArgument) << id;
  }
}

TEST_F(CreateTenants, NotEnoughBrokersIsSaidInNumbers) {
  Settings five = settings_;
  five.defaultReplicationFactor = 5;
  const auto wide = must(Catalog::load(five));
  const auto id = tenant("rf5");
  const auto set = TopicManager::create(five, wide)->createTenantTopics(id);
  ASSERT_FALSE(set);
  EXPECT_EQ(set.error().code, ErrorCode::kNotEnoughReplicas);
  EXPECT_THAT(set.error().message, HasSubstr("3 brokers are up, 5 needed"));
}

TEST_F(CreateTenants, PartialFailureSaysWhatExistsAndASecondCallCompletesIt) {
  Settings five = settings_;
  five.defaultReplicationFactor = 5;
  const auto wide = must(Catalog::load(five));
  const auto id = tenant("partial");
  createTopic("presence." + id, catalog_.find("presence")->partitions);
  const auto failed = TopicManager::create(five, wide)->createTenantTopics(id);
  ASSERT_FALSE(failed);
  EXPECT_EQ(failed.error().code, ErrorCode::kPartialFailure);
  EXPECT_THAT(failed.error().message,
              AllOf(HasSubstr("done: presence." + id), HasSubstr("chat.messages." + id),
                    HasSubstr("3 brokers are up, 5 needed")));
  EXPECT_THAT(failed.error().hint, HasSubstr("second call"));
  must(manager_->createTenantTopics(id));
  EXPECT_THAT(existingTopicsOf(id), UnorderedElementsAreArray(topicsOf(id)));
}

TEST_F(CreateTenants, BrokerKilledInTheMiddle) {
  std::vector<std::string> ids;
  ids.reserve(6);
  for (int i = 0; i < 6; ++i) {
    ids.push_back(tenant("kill-" + std::to_string(i)));
  }
  auto creating = std::async(std::launch::async, [&] {
    std::vector<Result<TenantTopicSet>> sets;
    sets.reserve(ids.size());
    for (const auto& id : ids) {
      sets.push_back(manager_->createTenantTopics(id, Milliseconds{90'000}));
    }
    return sets;
  });
  // Between the first and the last of them.
  ASSERT_TRUE(eventually(
      Milliseconds{60'000}, [&] { return !existingTopicsOf(ids[0]).empty(); }, Milliseconds{10}));
  {
    const BrokerFault dead(BrokerFault::Kind::kKill, 2);
    const auto sets = creating.get();
    for (std::size_t i = 0; i < sets.size(); ++i) {
      ASSERT_TRUE(sets[i]) << ids[i] << ": " << sets[i].error().describe();
    }
  }
  for (const auto& id : ids) {
    expectRightSet(id);
  }
}

TEST_F(CreateTenants, TenConcurrentCallsWhileABrokerIsKilled) {
  const auto id = tenant("ten-kill");
  std::vector<std::unique_ptr<TopicManager>> managers;
  std::vector<std::future<Result<TenantTopicSet>>> calls;
  for (int i = 0; i < 10; ++i) {
    managers.push_back(TopicManager::create(settings_, catalog_));
    calls.push_back(std::async(std::launch::async, [caller = managers.back().get(), id] {
      return caller->createTenantTopics(id, Milliseconds{120'000});
    }));
  }
  // Kafka has accepted them, and the callers wait for the brokers to serve them.
  ASSERT_TRUE(eventually(
      Milliseconds{60'000}, [&] { return !existingTopicsOf(id).empty(); }, Milliseconds{5}));
  {
    const BrokerFault dead(BrokerFault::Kind::kKill, 3);
    for (auto& call : calls) {
      const auto set = call.get();
      ASSERT_TRUE(set) << set.error().describe();
      EXPECT_EQ(set->topics.size(), topicsOf(id).size());
    }
  }
  expectUsable(id);
  expectRightSet(id);
}

// When it is the active controller, the other brokers themselves wait some 40 s before they send
// what they are asked for to the next one (controller.socket.timeout.ms is 30 s).
TEST_F(CreateTenants, BrokerThatHangs) {
  const auto id = tenant("hang");
  {
    const BrokerFault hung(BrokerFault::Kind::kPause, 1);
    const auto set = manager_->createTenantTopics(id, Milliseconds{150'000});
    ASSERT_TRUE(set) << set.error().describe();
  }
  expectRightSet(id);
}

TEST_F(CreateTenants, WrongAddressIsNamedWithWhatItAnswered) {
  Settings nobody = settings_;
  nobody.brokers = {"127.0.0.1:1"};
  const auto set =
      TopicManager::create(nobody, catalog_)->createTenantTopics("a", Milliseconds{2'000});
  ASSERT_FALSE(set);
  EXPECT_EQ(set.error().code, ErrorCode::kConnectionTimeout);
  EXPECT_THAT(set.error().message,
              AllOf(HasSubstr("127.0.0.1:1"), HasSubstr("refused"), HasSubstr("within 2000ms")));
}

TEST_F(CreateTenants, FailedInstallationAnswersEveryCallWithItsError) {
  const auto broken = TopicManager::unavailable(
      Error{.code = ErrorCode::kInvalidConfiguration, .message = "KAFKA_BROKERS is empty"});
  EXPECT_EQ(broken->createTenantTopics("a").error().message, "KAFKA_BROKERS is empty");
  EXPECT_EQ(broken->listTopics().error().code, ErrorCode::kInvalidConfiguration);
  EXPECT_EQ(broken->apply({}).error().code, ErrorCode::kInvalidConfiguration);
}

TEST_F(CreateTenants, PlatformTopicsAreCreatedOnce) {
  EXPECT_THAT(must(manager_->createPlatformTopics()), ElementsAreArray<std::string>({}));
}

}  // namespace
}  // namespace caas::kafka::test
