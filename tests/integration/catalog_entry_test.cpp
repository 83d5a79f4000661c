// Adding a topic is one entry in topics.yaml and nothing else (docs/adding-topics.md).
#include <filesystem>
#include <fstream>
#include <unistd.h>

#include <fmt/core.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "caas/kafka/publisher.hpp"
#include "caas/kafka/topic_manager.hpp"
#include "support/cluster.hpp"

namespace caas::kafka::test {
namespace {

constexpr std::string_view kNewEntry = R"(
  - name: chat.polls.{tenant}
    category: tenant
    partitions: 2
    retention: 3d
    cleanup: delete
    strategy: conversation_id
    events: [poll]
    description: Polls, in order per conversation
)";

class CatalogEntry : public ::testing::Test {
 protected:
  CatalogEntry()
      : file_(std::filesystem::temp_directory_path() /
              fmt::format("caas-catalog-{}.yaml", ::getpid())) {
    std::ofstream out(file_);
    out << Catalog::embeddedYaml() << kNewEntry;
  }
  ~CatalogEntry() override { std::filesystem::remove(file_); }

  std::filesystem::path file_;
};

TEST_F(CatalogEntry, OneEntryMoreIsAllThatANewTopicNeeds) {
  auto settings = testSettings();
  settings.catalogFile = file_;
  const auto catalog = must(Catalog::load(settings));
  const auto topics = TopicManager::create(settings, catalog);
  const auto tenant = must(TenantId::parse(uniqueTenant("poll")));

  const auto set = must(topics->createTenantTopics(tenant.str()), "onboarding");
  const auto topic = "chat.polls." + tenant.str();
  const auto found = std::ranges::find(set.topics, topic, &TenantTopic::topic);
  ASSERT_NE(found, set.topics.end());
  EXPECT_EQ(found->entry, "chat.polls");
  EXPECT_EQ(found->partitions, 2);
  EXPECT_TRUE(found->created);

  const auto configs = must(admin().describeConfigs({topic})).at(0).configs;
  EXPECT_EQ(configs.at("retention.ms").value, "259200000");
  EXPECT_EQ(configs.at("min.insync.replicas").value, "2");

  auto publisher = must(EventPublisher::create(settings, catalog));
  MessageData keyData;
  keyData.tenantId = tenant.str();
  keyData.conversationId = "conversation-7";
  for (const auto* value : {"first vote", "second vote"}) {
    must(publisher->publishRaw("poll", &tenant, keyData, value), "publishing");
  }
  // An event type that no entry carries stays an error.
  const auto unknown = publisher->publishRaw("vote", &tenant, keyData, "v");
  ASSERT_FALSE(unknown);
  EXPECT_EQ(unknown.error().code, ErrorCode::kInvalidArgument);
  EXPECT_THAT(unknown.error().message, ::testing::HasSubstr("vote"));
  ASSERT_TRUE(must(publisher->close()).clean());

  const auto records = readAll(topic);
  ASSERT_EQ(records.size(), 2U);
  EXPECT_EQ(records[0].value, "first vote");
  EXPECT_EQ(records[1].value, "second vote");
  for (const auto& record : records) {
    EXPECT_EQ(record.key, "conversation-7");
    EXPECT_EQ(record.header("caas.type"), "poll");
    EXPECT_EQ(record.partition, PartitionStrategy::partitionFor("conversation-7", 2));
  }

  must(topics->deleteTenantTopics(tenant.str()), "cleaning up");
}

TEST_F(CatalogEntry, AnExistingTenantGetsTheNewTopicByOnboardingAgain) {
  auto settings = testSettings();
  const auto before = must(Catalog::load(settings));
  const auto tenant = uniqueTenant("grown");
  must(TopicManager::create(settings, before)->createTenantTopics(tenant), "onboarding");

  settings.catalogFile = file_;
  const auto after = must(Catalog::load(settings));
  const auto topics = TopicManager::create(settings, after);
  const auto set = must(topics->createTenantTopics(tenant), "onboarding again");
  for (const auto& topic : set.topics) {
    EXPECT_EQ(topic.created, topic.entry == "chat.polls") << topic.topic;
  }
  must(topics->deleteTenantTopics(tenant), "cleaning up");
}

}  // namespace
}  // namespace caas::kafka::test
