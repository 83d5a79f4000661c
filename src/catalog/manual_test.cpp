// docs/adding-topics.md must stay true.
#include <fstream>
#include <iterator>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "caas/kafka/catalog.hpp"
#include "caas/kafka/partition_strategy.hpp"

namespace caas::kafka {
namespace {

std::string manual() {
  std::ifstream file(std::string(CAAS_SOURCE_DIR) + "/docs/adding-topics.md", std::ios::binary);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

std::string workedExample() {
  const auto text = manual();
  constexpr std::string_view kBegin = "```yaml\n";
  const auto begin = text.find(kBegin) + kBegin.size();
  return text.substr(begin, text.find("```\n", begin) - begin);
}

TEST(AddingTopicsManualTest, ItsEntryIsAllThatIsNeeded) {
  const auto catalog =
      Catalog::parse(std::string(Catalog::embeddedYaml()) + "\n" + workedExample(), Settings{});
  ASSERT_TRUE(catalog) << catalog.error().message;
  const auto* polls = catalog->findByEventType("poll");
  ASSERT_NE(polls, nullptr);
  EXPECT_EQ(polls->topicFor(TenantId::parse("acme").value()), "chat.polls.acme");
  EXPECT_EQ(polls->strategy, KeyStrategy::kConversationId);
  const auto asked = PartitionStrategy::getRecommendedPartitions(
      "conversation_id", {.messagesPerSecond = 2'000, .uniqueKeys = 50'000, .consumers = 4});
  EXPECT_GE(polls->partitions, asked.value());
}

TEST(AddingTopicsManualTest, ItsErrorIsWhatTheReaderSays) {
  auto yaml = workedExample();
  yaml.replace(yaml.find("retention"), 9, "retension");
  const auto catalog = Catalog::parse("topics:\n" + yaml, Settings{});
  ASSERT_FALSE(catalog);
  const auto& message = catalog.error().message;
  const auto begin = message.find("entry ");
  EXPECT_THAT(manual(),
              testing::HasSubstr(message.substr(begin, message.find("partitions") - begin)));
}

}  // namespace
}  // namespace caas::kafka
