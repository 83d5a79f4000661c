#include "caas/kafka/catalog.hpp"

#include <fstream>
#include <iterator>
#include <random>
#include <set>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "catalog/names.hpp"

namespace caas::kafka {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

const Catalog& builtIn() {
  static const Catalog kCatalog = Catalog::load(Settings{}).value();
  return kCatalog;
}

TenantId tenant(std::string_view text) { return TenantId::parse(text).value(); }

/// A tenant id of any legal form, short ones and those with '_' and '-' often.
std::string randomTenant(std::mt19937& random) {
  constexpr std::string_view kFirst = "abcXYZ019";
  constexpr std::string_view kRest = "ab_-Z9__";
  std::string id(1, kFirst[random() % kFirst.size()]);
  const auto length = random() % 3 == 0 ? random() % 64 : random() % 4;
  for (std::size_t i = 0; i < length; ++i) {
    id += kRest[random() % kRest.size()];
  }
  return id;
}

struct Row {
  std::string pattern;
  int partitions;
  int days;
  std::string cleanup;
  KeyStrategy strategy;
};

/// The table of the specification, and our two.
const std::vector<Row>& table() {
  static const std::vector<Row> kRows{
      {"platform.events", 8, 30, "delete", KeyStrategy::kTenantId},
      {"platform.audit", 8, 365, "delete", KeyStrategy::kTenantId},
      {"platform.notifications", 4, 30, "delete", KeyStrategy::kTenantId},
      {"chat.messages.{tenant}", 16, 30, "delete", KeyStrategy::kConversationId},
      {"chat.events.{tenant}", 8, 7, "delete", KeyStrategy::kUserId},
      {"presence.{tenant}", 4, 1, "compact,delete", KeyStrategy::kUserId},
      {"analytics.{tenant}", 8, 90, "delete", KeyStrategy::kRandom},
      {"notifications.{tenant}", 4, 7, "delete", KeyStrategy::kUserId},
      {"internal.dlq", 4, 30, "delete", KeyStrategy::kRandom},
      {"internal.retry", 4, 7, "delete", KeyStrategy::kRecordKey},
      {"internal.retry.1min", 4, 7, "delete", KeyStrategy::kRecordKey},
      {"internal.retry.5min", 4, 7, "delete", KeyStrategy::kRecordKey},
      {"internal.retry.30min", 4, 7, "delete", KeyStrategy::kRecordKey},
      {"internal.dlq.ledger", 4, 60, "compact,delete", KeyStrategy::kEntryId}};
  return kRows;
}

TEST(BuiltInCatalogTest, IsTheTableOfTheSpecification) {
  for (const auto& row : table()) {
    const auto* definition = builtIn().find(row.pattern);
    ASSERT_NE(definition, nullptr) << row.pattern;
    EXPECT_EQ(definition->partitions, row.partitions) << row.pattern;
    EXPECT_FALSE(definition->onePartitionPerBroker) << row.pattern;
    EXPECT_EQ(definition->replicationFactor, 3) << row.pattern;
    EXPECT_EQ(definition->strategy, row.strategy) << row.pattern;
    EXPECT_EQ(definition->configs.at("cleanup.policy"), row.cleanup) << row.pattern;
    EXPECT_EQ(definition->configs.at("retention.ms"), std::to_string(row.days * 86'400'000LL))
        << row.pattern;
    EXPECT_EQ(definition->configs.at("min.insync.replicas"), "2") << row.pattern;
    EXPECT_FALSE(definition->description.empty()) << row.pattern;
  }
  const auto* probe = builtIn().find("internal.probe");
  ASSERT_NE(probe, nullptr);
  EXPECT_TRUE(probe->onePartitionPerBroker);
  EXPECT_EQ(probe->configs.at("retention.ms"), "3600000");
  EXPECT_EQ(probe->strategy, KeyStrategy::kNone);
  const auto* keys = builtIn().find("internal.idempotency");
  ASSERT_NE(keys, nullptr);
  EXPECT_EQ(keys->configs.at("retention.ms"), "3600000");
  EXPECT_EQ(keys->configs.at("message.timestamp.type"), "LogAppendTime");
  EXPECT_THAT(builtIn().definitions(), SizeIs(table().size() + 2));
}

TEST(BuiltInCatalogTest, DeclaresWhatMakesTheTableTrueInKafka) {
  for (const auto* entry : {"internal.dlq", "internal.retry", "internal.retry.1min",
                            "internal.retry.5min", "internal.retry.30min"}) {
    const auto& configs = builtIn().find(entry)->configs;
    EXPECT_EQ(configs.at("message.timestamp.type"), "LogAppendTime") << entry;
    EXPECT_EQ(configs.at("segment.ms"), "86400000") << entry;
    EXPECT_EQ(configs.at("max.message.bytes"), std::to_string((16 << 20) + (64 << 10))) << entry;
  }
  EXPECT_EQ(builtIn().find("internal.dlq.ledger")->configs.at("message.timestamp.type"),
            "LogAppendTime");
  const auto& presence = builtIn().find("presence")->configs;
  EXPECT_EQ(presence.at("segment.ms"), "14400000");
  EXPECT_EQ(presence.at("max.compaction.lag.ms"), "14400000");
  EXPECT_EQ(presence.at("min.cleanable.dirty.ratio"), "0.1");
}

TEST(BuiltInCatalogTest, CarriesEveryEventType) {
  EXPECT_THAT(
      builtIn().eventTypes(),
      ElementsAre("analytics", "audit", "message", "notification", "platform-event",
                  "platform-notification", "presence", "reaction", "read-receipt", "typing"));
  EXPECT_EQ(builtIn().findByEventType("typing")->entry, "chat.events");
  EXPECT_EQ(builtIn().findByEventType("message")->entry, "chat.messages");
  EXPECT_EQ(builtIn().findByEventType("audit")->entry, "platform.audit");
  EXPECT_EQ(builtIn().findByEventType("analytics")->preset, ProducerPreset::kHighThroughput);
  EXPECT_EQ(builtIn().findByEventType("no-such-type"), nullptr);
  EXPECT_EQ(builtIn().findByEventType(""), nullptr);
}

TEST(BuiltInCatalogTest, IsTheFileOfTheRepository) {
  std::ifstream file(std::string(CAAS_SOURCE_DIR) + "/config/topics.yaml", std::ios::binary);
  const std::string text{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
  EXPECT_TRUE(text == Catalog::embeddedYaml());
}

TEST(CatalogTest, DefaultsComeFromTheSettings) {
  Settings settings;
  settings.messageRetentionDays = 2;
  settings.defaultReplicationFactor = 1;
  settings.defaultPartitions = 6;
  const auto catalog = Catalog::parse(
      "topics:\n  - {name: a, category: platform, strategy: random}\n"
      "  - {name: b, category: platform, strategy: random, replication: 2, partitions: 5}\n",
      settings);
  ASSERT_TRUE(catalog) << catalog.error().message;
  const auto& a = *catalog->find("a");
  EXPECT_EQ(a.partitions, 6);
  EXPECT_EQ(a.replicationFactor, 1);
  EXPECT_EQ(a.preset, ProducerPreset::kDefault);
  EXPECT_THAT(a.configs, ElementsAre(testing::Pair("cleanup.policy", "delete"),
                                     testing::Pair("min.insync.replicas", "1"),
                                     testing::Pair("retention.ms", "172800000")));
  const auto& b = *catalog->find("b");
  EXPECT_EQ(b.partitions, 5);
  EXPECT_EQ(b.configs.at("min.insync.replicas"), "2");
}

TEST(CatalogTest, FindsByEntryAndPattern) {
  EXPECT_EQ(builtIn().find("chat.messages"), builtIn().find("chat.messages.{tenant}"));
  EXPECT_EQ(builtIn().find("chat.messages.acme"), nullptr);
  EXPECT_EQ(builtIn().find(""), nullptr);
  EXPECT_THAT(builtIn().ofCategory(TopicCategory::kTenant), SizeIs(5));
  EXPECT_THAT(builtIn().ofCategory(TopicCategory::kPlatform), SizeIs(3));
  EXPECT_THAT(builtIn().ofCategory(TopicCategory::kInternal), SizeIs(8));
}

TEST(CatalogTest, NamesATenantsTopics) {
  EXPECT_THAT(
      builtIn().tenantTopics(tenant("tenant-123")),
      ElementsAre("chat.messages.tenant-123", "chat.events.tenant-123", "presence.tenant-123",
                  "analytics.tenant-123", "notifications.tenant-123"));
  EXPECT_EQ(builtIn().find("platform.audit")->topicFor(tenant("x")), "platform.audit");
}

TEST(CatalogTest, KnowsWhoseATopicIs) {
  const auto owner = builtIn().ownerOf("chat.events.acme");
  ASSERT_TRUE(owner);
  EXPECT_EQ(owner->definition->entry, "chat.events");
  EXPECT_EQ(owner->tenant, tenant("acme"));
  const auto internal = builtIn().ownerOf("internal.retry.1min");
  ASSERT_TRUE(internal);
  EXPECT_EQ(internal->definition->entry, "internal.retry.1min");
  EXPECT_FALSE(internal->tenant);
  for (const auto* topic :
       {"", "chat.events", "chat.events.", "chat.events.a.b", "chat.events.-a", "chat.eventsXacme",
        "platform.audit.x", "__consumer_offsets", "chat.messages.{tenant}", "Presence.acme"}) {
    EXPECT_FALSE(builtIn().ownerOf(topic)) << topic;
  }
}

TEST(CatalogTest, EveryTopicComesBackToItsOwner) {
  std::mt19937 random(1);
  for (int i = 0; i < 2'000; ++i) {
    const auto id = tenant(randomTenant(random));
    for (const auto& definition : builtIn().definitions()) {
      const auto topic = definition.topicFor(id);
      const auto owner = builtIn().ownerOf(topic);
      ASSERT_TRUE(owner) << topic;
      EXPECT_EQ(owner->definition, &definition) << topic;
      EXPECT_EQ(owner->tenant, definition.perTenant() ? std::optional(id) : std::nullopt);
      EXPECT_LE(topic.size(), catalog::kMaxTopicLength);
    }
  }
}

/// In Kafka's eyes ('.' and '_' are the same) too.
TEST(CatalogTest, TopicsOfTwoTenantsNeverCollide) {
  std::mt19937 random(2);
  std::set<std::string> tenants;
  std::set<std::string> topics;
  for (int i = 0; i < 3'000; ++i) {
    const auto id = randomTenant(random);
    if (!tenants.insert(id).second) {
      continue;
    }
    for (const auto& topic : builtIn().tenantTopics(tenant(id))) {
      EXPECT_TRUE(topics.insert(catalog::metricName(topic)).second) << topic;
    }
  }
  for (const auto& definition : builtIn().definitions()) {
    if (!definition.perTenant()) {
      EXPECT_TRUE(topics.insert(catalog::metricName(definition.pattern)).second);
    }
  }
}

TEST(CatalogTest, LoadsAnotherFileOrSaysWhyNot) {
  Settings settings;
  settings.catalogFile = std::string(CAAS_SOURCE_DIR) + "/config/topics.yaml";
  EXPECT_TRUE(Catalog::load(settings));
  for (const std::string path : {"/no/such/topics.yaml", CAAS_SOURCE_DIR}) {
    settings.catalogFile = path;
    const auto catalog = Catalog::load(settings);
    ASSERT_FALSE(catalog) << path;
    EXPECT_EQ(catalog.error().code, ErrorCode::kIo);
    EXPECT_THAT(catalog.error().message, HasSubstr(path));
  }
}

TEST(TenantIdTest, TakesWhatTheDesignSays) {
  for (const auto& text :
       {std::string("a"), std::string("Tenant-123"), std::string("9_-"), std::string(64, 'x')}) {
    const auto id = TenantId::parse(text);
    ASSERT_TRUE(id) << text;
    EXPECT_EQ(id->str(), text);
  }
}

TEST(TenantIdTest, RefusesTheRestAndSaysWhatIsAllowed) {
  for (const auto& text :
       {std::string(""), std::string("a.b"), std::string("../x"), std::string(65, 'x'),
        std::string("-a"), std::string("_a"), std::string("a b"), std::string("a\n"),
        std::string("ä"), std::string("a\0b", 3), std::string("{tenant}"), std::string("a/b")}) {
    const auto id = TenantId::parse(text);
    ASSERT_FALSE(id) << text;
    EXPECT_EQ(id.error().code, ErrorCode::kInvalidArgument);
    EXPECT_THAT(id.error().hint, HasSubstr("1 to 64 letters"));
    EXPECT_LT(id.error().message.size(), 100U);
    for (const char c : id.error().message.substr(0, 20)) {
      EXPECT_TRUE(c >= 0x20 || c < 0) << id.error().message;
    }
  }
}

TEST(KeyStrategyTest, NamesComeBack) {
  for (const auto strategy :
       {KeyStrategy::kConversationId, KeyStrategy::kUserId, KeyStrategy::kTenantId,
        KeyStrategy::kRandom, KeyStrategy::kRecordKey, KeyStrategy::kEntryId, KeyStrategy::kNone}) {
    EXPECT_EQ(parseKeyStrategy(toString(strategy)), strategy);
  }
}

}  // namespace
}  // namespace caas::kafka
