#include "cli/parse.hpp"

#include <gtest/gtest.h>

namespace caas::kafka::cli {
namespace {

TEST(CliParse, Durations) {
  EXPECT_EQ(parseDuration("--t", "500ms"), Milliseconds{500});
  EXPECT_EQ(parseDuration("--t", "10"), Milliseconds{10'000});
  EXPECT_EQ(parseDuration("--t", "10s"), Milliseconds{10'000});
  EXPECT_EQ(parseDuration("--t", "2m"), Milliseconds{120'000});
  EXPECT_EQ(parseDuration("--t", "24h"), Milliseconds{86'400'000});
}

TEST(CliParse, BadDurationsNameTheOption) {
  for (const auto* text :
       {"", "s", "0", "-1", "1.5s", "10 s", "25h", "99999999999999999999", "5d"}) {
    const auto parsed = parseDuration("--idle", text);
    ASSERT_FALSE(parsed) << text;
    EXPECT_EQ(parsed.error().code, ErrorCode::kInvalidArgument);
    EXPECT_NE(parsed.error().message.find("--idle"), std::string::npos);
  }
}

TEST(CliParse, AssignmentSplitsAtTheFirstEquals) {
  EXPECT_EQ(*parseAssignment("--header", "a=b=c"),
            (std::pair<std::string, std::string>{"a", "b=c"}));
  EXPECT_EQ(parseAssignment("--header", "a=")->second, "");
  EXPECT_FALSE(parseAssignment("--header", "=b"));
  EXPECT_FALSE(parseAssignment("--header", "a"));
}

TEST(CliParse, FieldMapTakesCommasAndRepeats) {
  const auto map = parseFieldMap({"conversation=conversationId, user=userId", "body=text"});
  ASSERT_TRUE(map);
  EXPECT_EQ(*map,
            (FieldMap{{"conversation", "conversationId"}, {"user", "userId"}, {"body", "text"}}));
}

TEST(CliParse, FieldMapRefusesWhatHasNoMeaning) {
  EXPECT_FALSE(parseFieldMap({"conversation"}));
  EXPECT_FALSE(parseFieldMap({"conversation="}));
  EXPECT_FALSE(parseFieldMap({"a=text,a=userId"}));
}

TEST(CliParse, From) {
  EXPECT_TRUE(std::holds_alternative<FromEarliest>(*parseFrom("earliest")));
  EXPECT_TRUE(std::holds_alternative<FromLatest>(*parseFrom("latest")));
  EXPECT_EQ(std::get<FromOffset>(*parseFrom("42")).offset, 42);
  EXPECT_EQ(formatTimestamp(std::get<FromTime>(*parseFrom("2026-11-23T14:40:00Z")).time),
            "2026-11-23T14:40:00.000Z");
  EXPECT_FALSE(parseFrom("yesterday"));
  EXPECT_FALSE(parseFrom("99999999999999999999"));
}

TEST(CliParse, Until) {
  EXPECT_EQ(parseUntil("end")->has_value(), false);
  EXPECT_TRUE(parseUntil("2026-11-23")->has_value());
  EXPECT_FALSE(parseUntil("later"));
}

TEST(CliParse, HeadersKeepTheirOrder) {
  const auto headers = parseHeaders({"b=1", "a=", "b=2"});
  ASSERT_TRUE(headers);
  EXPECT_EQ(*headers, (std::vector<Header>{{"b", "1"}, {"a", ""}, {"b", "2"}}));
}

TEST(CliParse, FieldsBecomeAnEvent) {
  const auto json = fieldsToJson("typing", {"conversationId=c1", "userId=u=1", "typing=false"});
  ASSERT_TRUE(json);
  const auto event = eventFromJson("typing", *json);
  ASSERT_TRUE(event) << event.error().describe();
  EXPECT_EQ(std::get<std::string>(event->fields.at("userId")), "u=1");
  EXPECT_EQ(std::get<bool>(event->fields.at("typing")), false);
}

TEST(CliParse, MapFieldsAreGivenByDots) {
  const auto json =
      fieldsToJson("analytics", {"name=open", "properties.page=home", "properties.n=2"});
  ASSERT_TRUE(json);
  const auto event = eventFromJson("analytics", *json);
  ASSERT_TRUE(event) << event.error().describe();
  const auto& properties =
      std::get<std::map<std::string, std::string>>(event->fields.at("properties"));
  EXPECT_EQ(properties, (std::map<std::string, std::string>{{"page", "home"}, {"n", "2"}}));
  EXPECT_FALSE(fieldsToJson("analytics", {"properties=x"}));
}

TEST(CliParse, UnknownFieldNamesTheNearest) {
  const auto json = fieldsToJson("message", {"conversationID=c1"});
  ASSERT_FALSE(json);
  EXPECT_NE(json.error().hint.find("'conversationId'"), std::string::npos);
}

TEST(CliParse, YesNoFieldTakesNothingElse) {
  EXPECT_FALSE(fieldsToJson("typing", {"typing=maybe"}));
}

}  // namespace
}  // namespace caas::kafka::cli
