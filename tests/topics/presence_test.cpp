#include <map>

#include <fmt/format.h>

#include "topics/fixture.hpp"

namespace caas::kafka::test {
namespace {

class PresenceTopic : public TopicsTest {};

std::string replaced(std::string text, std::string_view from, std::string_view to) {
  for (auto at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size())) {
    text.replace(at, from.size(), to);
  }
  return text;
}

// presence.{tenant} as it is declared, with its 4 h scaled down to a second. What is read is the
// whole log, so that a user appears as often as compaction has left records.
TEST_F(PresenceTopic, LastStatePerUserSurvivesAndATombstoneRemoves) {
  const auto yaml = replaced(
      replaced(std::string(Catalog::embeddedYaml()), "segment.ms: 4h", "segment.ms: 1000"),
      "max.compaction.lag.ms: 4h", "max.compaction.lag.ms: 1000\n      delete.retention.ms: 1000");
  const auto quick = must(Catalog::parse(yaml, settings_, "presence scaled down"));
  const auto id = tenant("presence");
  const auto other = TopicManager::create(settings_, quick);
  must(other->createTenantTopics(id));
  const std::string topic = "presence." + id;
  const auto configs = describedByKafka()[topic].configs;
  ASSERT_EQ(configs.at("cleanup.policy"), "compact,delete");
  ASSERT_EQ(configs.at("segment.ms"), "1000");

  const auto producer = must(Producer::create(settings_));
  const auto set = [&](std::string_view user, std::optional<std::string_view> state) {
    must(
        producer->sendAndWait({.topic = topic, .key = user, .value = state}, Milliseconds{20'000}));
  };
  for (const auto state : {"online", "away", "busy", "offline"}) {
    set("ann", state);
    set("bob", state);
    set("carl", state);
  }
  set("bob", "online");
  set("carl", std::nullopt);

  // A segment is closed by a record that comes later: another user's, in each partition.
  int beats = 0;
  const bool compacted = eventually(
      Milliseconds{90'000},
      [&] {
        for (int partition = 0; partition < 4; ++partition) {
          const std::string user = fmt::format("beat-{}", partition);
          must(producer->sendAndWait({.topic = topic,
                                      .key = user,
                                      .value = std::to_string(++beats),
                                      .partition = partition},
                                     Milliseconds{20'000}));
        }
        std::multimap<std::string, std::string> left;
        for (const auto& record : readAll(topic)) {
          if (!record.key->starts_with("beat-")) {
            left.emplace(*record.key, record.value.value_or("(tombstone)"));
          }
        }
        return left ==
               std::multimap<std::string, std::string>{{"ann", "offline"}, {"bob", "online"}};
      },
      Milliseconds{1'000});
  EXPECT_TRUE(compacted) << "compaction left more than the last state of ann and bob";
}

}  // namespace
}  // namespace caas::kafka::test
