#include <random>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "caas/kafka/catalog.hpp"

namespace caas::kafka {
namespace {

using std::string_view_literals::operator""sv;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

/// An entry that is right; each test spoils or changes a line of it.
constexpr std::string_view kGood =
    "topics:\n"
    "  - name: chat.polls.{tenant}\n"
    "    category: tenant\n"
    "    partitions: 8\n"
    "    retention: 30d\n"
    "    cleanup: delete\n"
    "    strategy: conversation_id\n"
    "    events: [poll]\n"
    "    preset: default\n"
    "    configs:\n"
    "      segment.ms: 12h\n"
    "    description: Polls\n";

std::string with(std::string_view from, std::string_view to) {
  std::string text(kGood);
  const auto at = text.find(from);
  EXPECT_NE(at, std::string::npos) << from;
  return text.replace(at, from.size(), to);
}

std::string errorOf(const std::string& yaml) {
  const auto catalog = Catalog::parse(yaml, Settings{}, "my.yaml");
  EXPECT_FALSE(catalog) << yaml;
  if (catalog) {
    return {};
  }
  EXPECT_EQ(catalog.error().code, ErrorCode::kInvalidConfiguration);
  EXPECT_THAT(catalog.error().hint, HasSubstr("docs/adding-topics.md"));
  return catalog.error().message;
}

TopicDefinition parsed(const std::string& yaml) {
  const auto catalog = Catalog::parse(yaml, Settings{});
  EXPECT_TRUE(catalog) << (catalog ? "" : catalog.error().message);
  return catalog ? catalog->definitions().front() : TopicDefinition{};
}

TEST(CatalogParseTest, ReadsAnEntry) {
  const auto definition = parsed(std::string(kGood));
  EXPECT_EQ(definition.entry, "chat.polls");
  EXPECT_EQ(definition.pattern, "chat.polls.{tenant}");
  EXPECT_TRUE(definition.perTenant());
  EXPECT_EQ(definition.partitions, 8);
  EXPECT_EQ(definition.strategy, KeyStrategy::kConversationId);
  EXPECT_THAT(definition.eventTypes, testing::ElementsAre("poll"));
  EXPECT_EQ(definition.configs.at("segment.ms"), "43200000");
  EXPECT_EQ(definition.configs.at("retention.ms"), "2592000000");
  EXPECT_EQ(definition.description, "Polls");
}

struct Spoiled {
  std::string from;
  std::string to;
  int line;
  std::string problem;

  friend void PrintTo(const Spoiled& spoiled, std::ostream* out) { *out << spoiled.to; }
};
class SpoiledEntryTest : public testing::TestWithParam<Spoiled> {};

TEST_P(SpoiledEntryTest, IsReportedWithLineEntryAndWhatIsAllowed) {
  const auto& spoiled = GetParam();
  const auto message = errorOf(with(spoiled.from, spoiled.to));
  EXPECT_THAT(message, HasSubstr("my.yaml:" + std::to_string(spoiled.line) + ": entry '"));
  EXPECT_THAT(message, HasSubstr(spoiled.problem));
}

INSTANTIATE_TEST_SUITE_P(
    Keys, SpoiledEntryTest,
    testing::Values(
        Spoiled{"retention: 30d", "retension: 30d", 5,
                "unknown key 'retension' (did you mean 'retention'?)"},
        Spoiled{"retention: 30d", "zzzzzzzzzz: 1", 5, "allowed are name, category"},
        Spoiled{"retention: 30d", "partitions: 9", 5, "'partitions' is given twice"},
        Spoiled{"retention: 30d", "? [a]\n    : 1", 5, "a key must be one of"},
        Spoiled{"category: tenant", "# none", 2,
                "'category' is missing; allowed: platform, tenant, internal"},
        Spoiled{"strategy: conversation_id", "# none", 2, "'strategy' is missing"},
        Spoiled{"- name: chat.polls.{tenant}", "- partitions_: 1", 2, "'name' is missing"},
        Spoiled{"partitions: 8", "partitions:", 4, "'partitions' needs one value"},
        Spoiled{"partitions: 8", "partitions: [8]", 4, "'partitions' needs one value"}));

INSTANTIATE_TEST_SUITE_P(
    Names, SpoiledEntryTest,
    testing::Values(
        Spoiled{"chat.polls.{tenant}", "chat polls.{tenant}", 2,
                "name 'chat polls.{tenant}' is not allowed"},
        Spoiled{"chat.polls.{tenant}", "'{tenant}.chat.polls'", 2, "is not allowed"},
        Spoiled{"chat.polls.{tenant}", "chat.{tenant}.{tenant}", 2, "is not allowed"},
        Spoiled{"chat.polls.{tenant}", "chat.polls{tenant}", 2, "is not allowed"},
        Spoiled{"chat.polls.{tenant}", "__polls.{tenant}", 2, "not beginning with '__'"},
        Spoiled{"chat.polls.{tenant}", "grün.{tenant}", 2, "gr\\xc3\\xbcn"},
        Spoiled{"chat.polls.{tenant}", std::string(185, 'x') + ".{tenant}", 2, "at most 249"},
        Spoiled{"chat.polls.{tenant}", "chat.polls", 3, "category tenant needs .{tenant}"},
        Spoiled{"category: tenant", "category: platform", 3, "belongs to category tenant"},
        Spoiled{"category: tenant", "category: Tenant", 3, "category 'Tenant' is not allowed"},
        Spoiled{"[poll]", "[Poll]", 8, "event type 'Poll' is not allowed"},
        Spoiled{"[poll]", "[a b]", 8, "event type 'a b'"},
        Spoiled{"[poll]", "[[poll]]", 8, "event type ''"},
        Spoiled{"[poll]", "poll", 8, "needs a list"}));

INSTANTIATE_TEST_SUITE_P(
    Values, SpoiledEntryTest,
    testing::Values(
        Spoiled{"partitions: 8", "partitions: 0", 4, "1 to 10000, or per-broker"},
        Spoiled{"partitions: 8", "partitions: -1", 4, "partitions '-1' is not allowed"},
        Spoiled{"partitions: 8", "partitions: 8.5", 4, "partitions '8.5'"},
        Spoiled{"partitions: 8", "partitions: 99999999999", 4, "1 to 10000"},
        Spoiled{"partitions: 8", "partitions: per-broker", 4, "a tenant's topics need a number"},
        Spoiled{"partitions: 8", "replication: 0", 4, "1 to 100"},
        Spoiled{"retention: 30d", "retention: 30", 5, "such as 30d"},
        Spoiled{"retention: 30d", "retention: 0d", 5, "retention '0d' is not allowed"},
        Spoiled{"retention: 30d", "retention: -1d", 5, "retention '-1d' is not allowed"},
        Spoiled{"retention: 30d", "retention: 30 days", 5, "retention '30 days' is not allowed"},
        Spoiled{"retention: 30d", "retention: 999999999999999999999d", 5, "at most 36500d"},
        Spoiled{"cleanup: delete", "cleanup: remove", 6, "delete; compact; compact,delete"},
        Spoiled{"strategy: conversation_id", "strategy: round_robin", 7,
                "conversation_id, user_id"},
        Spoiled{"strategy: conversation_id", "strategy: none", 7, "for internal topics also"},
        Spoiled{"preset: default", "preset: fast", 9, "default, high-throughput, low-latency"}));

INSTANTIATE_TEST_SUITE_P(
    Configs, SpoiledEntryTest,
    testing::Values(
        Spoiled{"segment.ms: 12h", "segment ms: 12h", 11, "config 'segment ms' is no name"},
        Spoiled{"segment.ms: 12h", "Segment.ms: 12h", 11, "is no name"},
        Spoiled{"segment.ms: 12h", "segmnt.ms: 12h", 11, "did you mean 'segment.ms'?"},
        Spoiled{"segment.ms: 12h", "segment.ms: 12 hours", 11, "such as 12h"},
        Spoiled{"segment.ms: 12h", "segment.bytes: 1GB", 11, "KiB, MiB or GiB"},
        Spoiled{"segment.ms: 12h", "segment.bytes: -3", 11, "config segment.bytes '-3'"},
        Spoiled{"segment.ms: 12h", "retention.ms: 1", 11, "the entry's key 'retention'"},
        Spoiled{"segment.ms: 12h", "cleanup.policy: compact", 11, "the entry's key 'cleanup'"},
        Spoiled{"segment.ms: 12h", "min.insync.replicas: 1", 11, "always min(2, replication)"},
        Spoiled{"segment.ms: 12h", "message.timestamp.type: Now", 11, "CreateTime, LogAppendTime"},
        Spoiled{"segment.ms: 12h", "min.cleanable.dirty.ratio: 2", 11, "0.001 to 1"},
        Spoiled{"segment.ms: 12h", "preallocate: maybe", 11, "true or false"},
        Spoiled{"segment.ms: 12h", "segment.ms: {a: b}", 11, "one `name: value` line"},
        Spoiled{"segment.ms: 12h", "- a", 11, "'configs' needs"},
        Spoiled{"segment.ms: 12h", "flush.ms: 1\n      flush.ms: 2", 12, "given twice"}));

TEST(CatalogParseTest, ReportsEverythingAtOnce) {
  auto yaml = with("partitions: 8", "partitions: 0");
  yaml.replace(yaml.find("30d"), 3, "x");
  yaml.replace(yaml.find("default"), 7, "fast");
  const auto message = errorOf(yaml);
  EXPECT_THAT(message,
              AllOf(HasSubstr("my.yaml:4:"), HasSubstr("my.yaml:5:"), HasSubstr("my.yaml:9:")));
}

TEST(CatalogParseTest, BringsConfigsIntoTheBrokersForm) {
  const auto value = [](const std::string& config) {
    const auto definition = parsed(with("segment.ms: 12h", config));
    return definition.configs.at(config.substr(0, config.find(':')));
  };
  EXPECT_EQ(value("segment.ms: 0043200000"), "43200000");
  EXPECT_EQ(value("segment.bytes: 16MiB"), "16777216");
  EXPECT_EQ(value("retention.bytes: -1"), "-1");
  EXPECT_EQ(value("min.cleanable.dirty.ratio: 0.50"), "0.5");
  EXPECT_EQ(value("min.cleanable.dirty.ratio: 1"), "1.0");
  EXPECT_EQ(value("preallocate: True"), "true");
  EXPECT_EQ(value("message.timestamp.type: logappendtime"), "LogAppendTime");
  EXPECT_EQ(value("some.newer.setting: x y"), "x y");
  EXPECT_EQ(value("some.newer.delay.ms: 1s"), "1000");
}

TEST(CatalogParseTest, CompactionNeedsKeys) {
  auto yaml = with("strategy: conversation_id", "strategy: random");
  EXPECT_THAT(errorOf(yaml.replace(yaml.find("cleanup: delete"), 15, "cleanup: compact")),
              AllOf(HasSubstr("my.yaml:6:"), HasSubstr("compaction")));
}

TEST(CatalogParseTest, PerBrokerIsForTopicsWithoutKeys) {
  const std::string head =
      "topics:\n  - {name: a, category: internal, partitions: per-broker, strategy: ";
  EXPECT_TRUE(parsed(head + "none}").onePartitionPerBroker);
  EXPECT_THAT(errorOf(head + "record_key}"), HasSubstr("would move the keys"));
}

TEST(CatalogParseTest, InternalTopicsCarryNoEvents) {
  EXPECT_THAT(errorOf("topics:\n  - {name: a, category: internal, strategy: none, events: [x]}"),
              HasSubstr("internal topics carry no events"));
}

std::string two(std::string_view a, std::string_view b) {
  std::string text = "topics:\n";
  for (const auto name : {a, b}) {
    text += "  - name: " + std::string(name) + "\n    strategy: random\n    category: " +
            (name.ends_with("{tenant}") ? "tenant" : "platform") + "\n";
  }
  return text;
}

TEST(CatalogParseTest, RefusesEntriesWhoseTopicsCouldCollide) {
  EXPECT_THAT(errorOf(two("a.b", "a.b")), AllOf(HasSubstr("my.yaml:5: entry 'a.b'"),
                                                HasSubstr("defined twice, first in line 2")));
  EXPECT_THAT(errorOf(two("a.b", "a.b.{tenant}")), HasSubstr("same entry name"));
  for (const auto& [a, b] :
       {std::pair{"chat.messages.{tenant}", "chat.messages.x"}, std::pair{"a.b", "a_b"},
        std::pair{"a.b.{tenant}", "a_b.{tenant}"}, std::pair{"a_b_x-1", "a.b.{tenant}"},
        std::pair{"a.{tenant}", "a.b.{tenant}"}, std::pair{"a_b.{tenant}", "a.{tenant}"}}) {
    EXPECT_THAT(errorOf(two(a, b)),
                AllOf(HasSubstr("can name the same topic as"), HasSubstr("line 2")))
        << a << " " << b;
  }
}

TEST(CatalogParseTest, TakesEntriesThatNeverCollide) {
  const auto longRest = "a." + std::string(65, 'x');
  for (const auto& [a, b] : {std::pair<std::string, std::string>{"a", "b"},
                             {"a.b.{tenant}", "a.bc.{tenant}"},
                             {"a.{tenant}", "a.-b"},
                             {"a.{tenant}", "a__b.{tenant}"},
                             {"a.{tenant}", longRest},
                             {"a.{tenant}", "b.a.{tenant}"},
                             {"a.{tenant}", "ab"}}) {
    EXPECT_TRUE(Catalog::parse(two(a, b), Settings{})) << a << " " << b;
  }
}

TEST(CatalogParseTest, AnEventTypeHasOneTopic) {
  EXPECT_THAT(errorOf("topics:\n"
                      "  - {name: a, category: platform, strategy: random, events: [x, y]}\n"
                      "  - {name: b, category: platform, strategy: random, events: [y]}\n"),
              AllOf(HasSubstr("my.yaml:3: entry 'b'"), HasSubstr("'y' is given to 'a' in line 2")));
  EXPECT_THAT(errorOf("topics: [{name: a, category: platform, strategy: random, events: [x, x]}]"),
              HasSubstr("'x' is given to 'a'"));
}

TEST(CatalogParseTest, RefusesWhatIsNoCatalog) {
  EXPECT_THAT(errorOf(""), HasSubstr("begins with `topics:`"));
  EXPECT_THAT(errorOf("[]"), HasSubstr("my.yaml:1: a catalog begins with"));
  EXPECT_THAT(errorOf("topics:"), HasSubstr("list of entries is missing"));
  EXPECT_THAT(errorOf("topics: []"), HasSubstr("list of entries is missing"));
  EXPECT_THAT(errorOf("topics: [1]"), HasSubstr("entry 'number 1': is no set"));
  EXPECT_THAT(errorOf("topics:\n  - {a: b\n"), HasSubstr("is no YAML"));
  EXPECT_THAT(errorOf("tropics: []\n" + std::string(kGood)),
              HasSubstr("my.yaml:1: unknown key 'tropics'"));
  EXPECT_THAT(errorOf(std::string(kGood) + std::string(kGood)),
              HasSubstr("'topics' is given twice"));
  EXPECT_THAT(errorOf(std::string(2 << 20, '#')), HasSubstr("at most 1048576"));
  EXPECT_THAT(errorOf(std::string(100'000, '[')), HasSubstr("is no YAML"));
  EXPECT_THAT(errorOf("&a [*a]"), HasSubstr("my.yaml"));
}

TEST(CatalogParseTest, BadDefaultsAreReportedByTheirVariable) {
  Settings settings;
  settings.defaultPartitions = 0;
  settings.defaultReplicationFactor = -1;
  settings.messageRetentionDays = 0;
  const auto catalog = Catalog::parse(kGood, settings);
  ASSERT_FALSE(catalog);
  EXPECT_THAT(catalog.error().message,
              AllOf(HasSubstr("DEFAULT_PARTITIONS"), HasSubstr("DEFAULT_REPLICATION_FACTOR"),
                    HasSubstr("MESSAGE_RETENTION_DAYS")));
}

TEST(CatalogParseTest, MutatedCatalogsAreReadOrRefusedButNeverCrash) {
  std::mt19937 random(13);
  constexpr auto kBytes =
      "{}[]:,-&*!|>'\"%@#? \n\t\0\xff"
      "aZ0."sv;
  const std::string original(Catalog::embeddedYaml());
  int refused = 0;
  constexpr int kRounds = 400;
  for (int round = 0; round < kRounds; ++round) {
    auto text = original;
    for (auto changes = 1 + random() % 6; changes > 0; --changes) {
      const auto at = random() % text.size();
      switch (random() % 4) {
        case 0: text[at] = kBytes[random() % kBytes.size()]; break;
        case 1: text.insert(at, 1, kBytes[random() % kBytes.size()]); break;
        case 2: text.erase(at, 1 + random() % 40); break;
        default: text.insert(at, text.substr(random() % text.size(), random() % 60));
      }
    }
    const auto catalog = Catalog::parse(text, Settings{});
    if (!catalog) {
      ++refused;
      EXPECT_EQ(catalog.error().code, ErrorCode::kInvalidConfiguration);
      EXPECT_THAT(catalog.error().message, Not(testing::IsEmpty()));
    }
  }
  EXPECT_GT(refused, 0);
  EXPECT_LT(refused, kRounds);
}

}  // namespace
}  // namespace caas::kafka
