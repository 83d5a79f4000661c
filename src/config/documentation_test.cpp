#include <algorithm>
#include <fstream>
#include <iterator>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "caas/kafka/settings.hpp"
#include "config/dotenv.hpp"
#include "config/variable.hpp"

namespace caas::kafka {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;

std::string fileOfRepository(const std::string& name) {
  std::ifstream file(std::string(CAAS_SOURCE_DIR) + "/" + name, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

TEST(ConfigDocumentationTest, TheMarkdownOfTheRepositoryIsUpToDate) {
  EXPECT_TRUE(fileOfRepository("docs/configuration.md") == configurationMarkdown())
      << "docs/configuration.md is out of date: caas-kafka config --markdown > "
         "docs/configuration.md";
}

TEST(ConfigDocumentationTest, TheExampleOfTheRepositoryIsUpToDate) {
  EXPECT_TRUE(fileOfRepository(".env.example") == dotEnvExample())
      << ".env.example is out of date: caas-kafka config --env-example > .env.example";
}

TEST(ConfigDocumentationTest, NamesEveryVariable) {
  const auto markdown = configurationMarkdown();
  const auto example = dotEnvExample();
  for (const auto name : config::knownNames()) {
    EXPECT_THAT(markdown, HasSubstr("`" + std::string(name) + "`"));
    EXPECT_THAT(example, HasSubstr(std::string(name) + "="));
  }
}

TEST(ConfigDocumentationTest, NoVariableStandsInTheTableTwice) {
  auto names = config::knownNames();
  std::ranges::sort(names);
  EXPECT_EQ(std::ranges::adjacent_find(names), names.end());
}

/// As it is, and with every line uncommented, it says nothing but the defaults.
TEST(ConfigDocumentationTest, TheExampleIsTheDefaults) {
  std::string uncommented;
  for (const auto& group : config::variableGroups()) {
    for (const auto& variable : group.variables) {
      uncommented += variable.name + "=" + variable.get(Settings{}) + "\n";
      EXPECT_THAT(dotEnvExample(),
                  HasSubstr(variable.name + "=" + variable.get(Settings{}) + "\n"));
    }
  }
  for (const auto& text : {dotEnvExample(), uncommented}) {
    const auto parsed = config::parseDotEnv(text, ".env.example");
    ASSERT_TRUE(parsed) << parsed.error().message;
    const auto loaded = loadSettings(parsed->values, "");
    ASSERT_TRUE(loaded) << loaded.error().message;
    EXPECT_THAT(loaded->warnings, IsEmpty());
    for (const auto& row : loaded->inForce) {
      EXPECT_EQ(row.value, row.defaultValue) << row.name;
    }
  }
}

TEST(ConfigDocumentationTest, TheDotEnvOfTheManualIsReadAsItSays) {
  const auto markdown = configurationMarkdown();
  const auto begin = markdown.find("```sh\n") + 6;
  const auto parsed =
      config::parseDotEnv(markdown.substr(begin, markdown.find("```\n", begin) - begin), "manual");
  ASSERT_TRUE(parsed) << parsed.error().message;
  EXPECT_EQ(parsed->values.at("KAFKA_BROKERS"), "127.0.0.1:19091,127.0.0.1:19092");
  EXPECT_EQ(parsed->values.at("LOG_LEVEL"), "debug");
  EXPECT_EQ(parsed->values.at("KAFKA_SASL_PASSWORD"), "taken as it is: $ \\ #");
  EXPECT_EQ(parsed->values.at("KAFKA_CLIENT_ID"), "with escapes: \n \r \t \" \\ $");
}

}  // namespace
}  // namespace caas::kafka
