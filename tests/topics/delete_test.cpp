#include <array>

#include <fmt/format.h>

#include "caas/kafka/record_reader.hpp"
#include "topics/fixture.hpp"

namespace caas::kafka::test {
namespace {

using ::testing::ElementsAre;
using ::testing::ElementsAreArray;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class DeleteTenants : public TopicsTest {
 protected:
  void produce(const std::string& topic, std::string_view key,
               const std::vector<HeaderView>& headers = {}) {
    must(producer_->sendAndWait({.topic = topic, .key = key, .value = "v", .headers = headers},
                                Milliseconds{20'000}));
  }
  /// Names of the platform events of one tenant, in order.
  static std::vector<std::string> eventsOf(const std::string& tenantId) {
    std::vector<std::string> names;
    for (const auto& record : readAll("platform.events")) {
      if (record.key == tenantId && record.header("caas.type") == "platform-event") {
        const std::string& value = record.value.value();
        const auto from = value.find("\"name\":\"") + 8;
        names.push_back(value.substr(from, value.find('"', from) - from));
      }
    }
    return names;
  }

  std::unique_ptr<Producer> producer_ = must(Producer::create(settings_));
};

TEST_F(DeleteTenants, TakesItsTopicsAndCommittedOffsetsAndNothingElse) {
  const auto id = tenant("gone");
  const auto neighbour = tenant("stays");
  must(manager_->createTenantTopics(id));
  must(manager_->createTenantTopics(neighbour));
  // Names that only look like this tenant's.
  for (const std::string& foreign : {"chat.messages." + id + ".x", "other." + id}) {
    createTopic(foreign, 1);
    cleanUp(foreign);
  }
  const std::string group = "g-" + id;
  produce("chat.messages." + id, "k");
  produce("chat.messages." + neighbour, "k");
  {
    auto reader = must(RecordReader::open(
        settings_,
        {.topics = {"chat.messages." + id, "chat.messages." + neighbour}, .group = group}));
    int read = 0;
    ASSERT_TRUE(eventually(Milliseconds{30'000}, [&] {
      read += must(reader->poll(Milliseconds{200})) ? 1 : 0;
      return read == 2;
    }));
    must(reader->commit());
    must(reader->close());
  }
  ASSERT_EQ(must(admin().listGroupOffsets(group)).size(), 2U);

  const auto report = must(manager_->deleteTenantTopics(id));
  EXPECT_EQ(report.tenantId, id);
  EXPECT_THAT(report.deletedTopics, ElementsAreArray(topicsOf(id)));
  EXPECT_EQ(report.groupsCleaned, 1);
  EXPECT_THAT(existingTopicsOf(id), IsEmpty());
  for (const auto& broker : must(admin().describeCluster()).brokers) {
    for (const auto& topic :
         must(admin().describeTopics(topicsOf(id), {Milliseconds{10'000}, broker.id}))) {
      ASSERT_TRUE(topic.error) << topic.name << " on broker " << broker.id;
      EXPECT_EQ(topic.error->code, ErrorCode::kTopicNotFound);
    }
  }
  const auto left = must(admin().listGroupOffsets(group));
  ASSERT_EQ(left.size(), 1U);
  EXPECT_EQ(left[0].partition.topic, "chat.messages." + neighbour);
  EXPECT_EQ(existingTopicsOf(neighbour).size(), topicsOf(neighbour).size());
  auto seen = describedByKafka();
  EXPECT_TRUE(seen.contains("chat.messages." + id + ".x"));
  EXPECT_TRUE(seen.contains("other." + id));
  EXPECT_THAT(eventsOf(id), ElementsAre("tenant.created", "tenant.deleting", "tenant.deleted"));
}

TEST_F(DeleteTenants, RefusedWhileAGroupIsAtWorkAndNamesIt) {
  const auto id = tenant("busy");
  must(manager_->createTenantTopics(id));
  const std::string group = "busy-" + id;
  auto reader = must(RecordReader::open(settings_, {.topics = {"presence." + id}, .group = group}));
  ASSERT_TRUE(eventually(Milliseconds{30'000}, [&] {
    static_cast<void>(must(reader->poll(Milliseconds{100})));
    const auto groups = must(admin().describeGroups({group}));
    return !groups[0].members.empty() && !groups[0].members[0].assignment.empty();
  }));

  const auto refused = manager_->deleteTenantTopics(id);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::kGroupActive);
  EXPECT_THAT(refused.error().message, HasSubstr(group + " (1 member)"));
  const auto preview = must(manager_->previewDelete(id));
  EXPECT_THAT(preview.activeGroups, ElementsAre(group + " (1 member)"));
  EXPECT_EQ(existingTopicsOf(id).size(), topicsOf(id).size());
  EXPECT_THAT(eventsOf(id), ElementsAre("tenant.created"));

  must(reader->close());
  EXPECT_THAT(must(manager_->deleteTenantTopics(id)).deletedTopics, ElementsAreArray(topicsOf(id)));
}

TEST_F(DeleteTenants, NameIsRefusedForAMinuteByEveryProcess) {
  const auto id = tenant("again");
  must(manager_->createTenantTopics(id));
  must(manager_->deleteTenantTopics(id));
  const auto refused = manager_->createTenantTopics(id);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::kTenantNameReserved);
  EXPECT_TRUE(refused.error().retriable);

  ShiftedClock later;
  const auto other = TopicManager::create(settings_, catalog_, later);
  EXPECT_EQ(other->createTenantTopics(id).error().code, ErrorCode::kTenantNameReserved);
  const auto onboarded = must(other->onboardTenants({id}));
  ASSERT_EQ(onboarded.failures.size(), 1U);
  EXPECT_EQ(onboarded.failures[0].error.code, ErrorCode::kTenantNameReserved);
  EXPECT_EQ(other->apply(must(other->plan(only(id)))).error().code, ErrorCode::kTenantNameReserved);
  EXPECT_THAT(existingTopicsOf(id), IsEmpty());

  later.shift(Milliseconds{61'000});
  const auto set = other->createTenantTopics(id);
  ASSERT_TRUE(set) << set.error().describe();
  EXPECT_EQ(set->topics.size(), topicsOf(id).size());
}

TEST_F(DeleteTenants, BrokerThatIsDownLearnsOfItWhenItIsBack) {
  const auto id = tenant("down");
  const std::string group = "g-" + id;
  must(manager_->createTenantTopics(id));
  produce("chat.messages." + id, "k");
  {
    auto reader =
        must(RecordReader::open(settings_, {.topics = {"chat.messages." + id}, .group = group}));
    ASSERT_TRUE(eventually(Milliseconds{30'000},
                           [&] { return must(reader->poll(Milliseconds{200})).has_value(); }));
    must(reader->commit());
    must(reader->close());
  }
  {
    const BrokerFault dead(BrokerFault::Kind::kKill, 1);
    const auto report = manager_->deleteTenantTopics(id, {.deadline = Milliseconds{120'000}});
    ASSERT_TRUE(report) << report.error().describe();
    EXPECT_EQ(report->groupsCleaned, 1);
    EXPECT_THAT(must(admin().listGroupOffsets(group)), IsEmpty());
  }
  for (const auto& topic : must(admin().describeTopics(topicsOf(id), {Milliseconds{10'000}, 1}))) {
    EXPECT_TRUE(topic.error) << topic.name;
  }
}

TEST_F(DeleteTenants, UnknownTenantIsSaid) {
  const auto id = tenant("nobody");
  EXPECT_EQ(manager_->deleteTenantTopics(id).error().code, ErrorCode::kTenantNotFound);
  EXPECT_EQ(manager_->previewDelete(id).error().code, ErrorCode::kTenantNotFound);
  EXPECT_THAT(eventsOf(id), IsEmpty());
}

TEST_F(DeleteTenants, RestOfAnUnfinishedDeletionIsDeleted) {
  const auto id = tenant("rest");
  must(manager_->createTenantTopics(id));
  deleteEverywhere({"analytics." + id, "presence." + id});
  EXPECT_EQ(must(manager_->deleteTenantTopics(id)).deletedTopics.size(), 3U);
}

TEST_F(DeleteTenants, ReportsWhatLiesInRetryAndDlq) {
  const auto id = tenant("left");
  const auto neighbour = tenant("other");
  must(manager_->createTenantTopics(id));
  const std::string topic = "chat.messages." + id;
  const std::string foreign = "chat.messages." + neighbour;
  const std::string group = "worker-" + id;
  const auto headers = [&](const std::string& origin) {
    return std::vector<HeaderView>{{"caas.origin.topic", origin}, {"caas.origin.group", group}};
  };
  produce("internal.retry", "a", headers(topic));
  produce("internal.retry", "a", headers(topic));
  produce("internal.retry.5min", "b", headers(topic));
  produce("internal.dlq", "c", headers(topic));
  produce("internal.dlq", "c", headers(foreign));
  produce("internal.retry", "a", headers(foreign));

  // The group's retry consumer has taken the first one.
  for (const auto& record : readAll("internal.retry")) {
    if (record.header("caas.origin.topic") == topic) {
      auto reader = must(RecordReader::open(settings_, {.topics = {"internal.retry"},
                                                        .group = group + ".retry",
                                                        .from = FromOffset{record.offset}}));
      std::optional<ReceivedRecord> taken;
      ASSERT_TRUE(eventually(Milliseconds{30'000}, [&] {
        taken = must(reader->poll(Milliseconds{200}));
        return taken && taken->offset == record.offset && taken->partition == record.partition;
      }));
      must(reader->commit());
      must(reader->close());
      break;
    }
  }
  const auto preview = must(manager_->previewDelete(id));
  EXPECT_THAT(preview.topics, ElementsAreArray(topicsOf(id)));
  EXPECT_EQ(preview.records, 0);

  const auto report = must(manager_->deleteTenantTopics(id));
  EXPECT_EQ(report.retryEntries, 2);
  EXPECT_EQ(report.dlqEntries, 1);
}

TEST_F(DeleteTenants, PreviewCountsTheRecords) {
  const auto id = tenant("preview");
  must(manager_->createTenantTopics(id));
  for (int i = 0; i < 7; ++i) {
    produce("chat.messages." + id, std::to_string(i));
  }
  produce("analytics." + id, "x");
  const auto preview = must(manager_->previewDelete(id));
  EXPECT_EQ(preview.records, 8);
  EXPECT_THAT(preview.activeGroups, IsEmpty());
  EXPECT_EQ(existingTopicsOf(id).size(), topicsOf(id).size());
}

}  // namespace
}  // namespace caas::kafka::test
