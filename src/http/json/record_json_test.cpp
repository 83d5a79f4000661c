#include "http/json/record_json.hpp"

#include <boost/json.hpp>
#include <gtest/gtest.h>

namespace caas::kafka {
namespace {

ReceivedRecord record(std::optional<std::string> key, std::optional<std::string> value) {
  ReceivedRecord made;
  made.topic = "chat.messages.acme";
  made.partition = 3;
  made.offset = 42;
  made.timestamp = Timestamp{Milliseconds{1'000}};
  made.key = std::move(key);
  made.value = std::move(value);
  return made;
}

/// Also holds that the line is one JSON object on one line.
boost::json::object parsed(const ReceivedRecord& from) {
  const auto line = recordToJson(from);
  EXPECT_EQ(line.find_first_of("\n\r\t\x1b\x7f"), std::string::npos);
  return boost::json::parse(line).as_object();
}

TEST(RecordJson, JsonValueStandsAsItIs) {
  const auto line = recordToJson(record("k", R"({"n":12345678901234567890123,"d":1.0,"n":1})"));
  // Numbers are not read and written anew, repeated names are kept.
  EXPECT_NE(
      line.find(R"("value":{"n":12345678901234567890123,"d":1.0,"n":1},"valueEncoding":"json")"),
      std::string::npos)
      << line;
  EXPECT_NE(
      line.find(R"("partition":3,"offset":42,"timestamp":"1970-01-01T00:00:01.000Z","key":"k")"),
      std::string::npos)
      << line;
}

TEST(RecordJson, PrettyPrintedJsonBecomesOneLine) {
  const auto object = parsed(record("k", "{\n\t\"a\": \"b\"\r\n}"));
  EXPECT_EQ(object.at("value").at("a").as_string(), "b");
  EXPECT_EQ(object.at("valueEncoding").as_string(), "json");
}

TEST(RecordJson, TextTombstoneAndBytes) {
  EXPECT_EQ(parsed(record("k", "plain \"text\"\\\x1b[2J\n")).at("value").as_string(),
            "plain \"text\"\\\x1b[2J\n");
  EXPECT_EQ(parsed(record("k", "plain")).at("valueEncoding").as_string(), "text");
  EXPECT_TRUE(parsed(record("k", std::nullopt)).at("value").is_null());
  EXPECT_EQ(parsed(record("k", std::nullopt)).at("valueEncoding").as_string(), "null");
  EXPECT_EQ(parsed(record("k", "\xff\xfe")).at("value").as_string(), "//4=");
  EXPECT_EQ(parsed(record("k", "\xff\xfe")).at("valueEncoding").as_string(), "base64");
  EXPECT_EQ(parsed(record("k", "")).at("value").as_string(), "");
}

TEST(RecordJson, KeysAreNullTextOrBase64) {
  EXPECT_TRUE(parsed(record(std::nullopt, "1")).at("key").is_null());
  EXPECT_EQ(parsed(record("", "1")).at("key").as_string(), "");
  const auto binary = parsed(record(std::string{"\x00\xff", 2}, "1"));
  EXPECT_EQ(binary.at("key").as_string(), "AP8=");
  EXPECT_EQ(binary.at("keyEncoding").as_string(), "base64");
}

TEST(RecordJson, DangerousCharactersInsideJsonStringsAreEscaped) {
  // U+009B is allowed raw in JSON and starts an escape sequence in a terminal.
  const auto line = recordToJson(record("k", "{\"a\":\"\xc2\x9b\"}"));
  EXPECT_NE(line.find(R"("value":{"a":"\u009b"})"), std::string::npos) << line;
}

TEST(RecordJson, HeadersKeepOrderAndRepeats) {
  auto made = record("k", "1");
  made.headers = {{"b", "1"}, {"a", std::nullopt}, {"b", "\xff"}};
  const auto object = parsed(made);
  const auto& headers = object.at("headers").as_array();
  ASSERT_EQ(headers.size(), 3U);
  EXPECT_EQ(headers[0].at("value").as_string(), "1");
  EXPECT_TRUE(headers[1].at("value").is_null());
  EXPECT_EQ(headers[2].at("encoding").as_string(), "base64");
}

TEST(RecordJson, DeeplyNestedJsonIsTextAndHarmless) {
  const std::string deep = std::string(10'000, '[') + std::string(10'000, ']');
  EXPECT_EQ(parsed(record("k", deep)).at("valueEncoding").as_string(), "text");
}

}  // namespace
}  // namespace caas::kafka
