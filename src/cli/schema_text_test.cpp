#include "cli/schema_text.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cli/record_text.hpp"

namespace caas::kafka::cli {
namespace {

using ::testing::HasSubstr;

std::string diffOf(std::string_view before, std::string_view after) {
  std::string out;
  for (const auto& [mark, text] : diffLines(before, after)) {
    out += mark + text + "|";
  }
  return out;
}

TEST(SchemaText, TheFewestLinesAreTakenAwayAndAdded) {
  EXPECT_EQ(diffOf("a\nb\nc\n", "a\nb\nc\n"), " a| b| c|");
  EXPECT_EQ(diffOf("a\nb\nc\n", "a\nc\nd\n"), " a|-b| c|+d|");
  EXPECT_EQ(diffOf("", "a\n"), "+a|");
  EXPECT_EQ(diffOf("a\n", ""), "-a|");
  EXPECT_EQ(diffOf("a\nb\n", "b\na\n"), "-a| b|+a|");
  std::string longText;
  for (int i = 0; i < 3'000; ++i) {
    longText += "x\n";
  }
  EXPECT_EQ(diffOf(longText, longText), "");
  EXPECT_EQ(diffLines(longText, "y\n").size(), 3'001U);
}

TEST(SchemaText, JsonIsLaidOutAndTheRestStaysAsItIs) {
  EXPECT_EQ(laidOut({.text = R"({"type":"string"})"}), "{\"type\":\"string\"}\n");
  const auto wide = laidOut({.text = R"({"a":")" + std::string(90, 'x') + R"(","b":[1,2]})"});
  EXPECT_THAT(wide, HasSubstr("{\n  \"a\": \"xx"));
  EXPECT_THAT(wide, HasSubstr(",\n  \"b\": [1,2]\n}\n"));
  EXPECT_EQ(laidOut({.type = SchemaType::kProtobuf, .text = "message A {}"}), "message A {}\n");
  EXPECT_EQ(laidOut({.text = "{broken"}), "{broken\n");
}

TEST(SchemaText, FilesAndReferencesAreReadOrRefused) {
  EXPECT_THAT(readSchemaFile("x.txt", "").error().hint, HasSubstr("--type"));
  EXPECT_EQ(readSchemaFile("/nowhere/x.avsc", "").error().code, ErrorCode::kIo);
  EXPECT_FALSE(readSchemaFile("x.avsc", "xml"));
  const auto reference = parseReference("caas.User=user-value:3");
  ASSERT_TRUE(reference);
  EXPECT_EQ(*reference, (SchemaReference{"caas.User", "user-value", 3}));
  for (const auto* text : {"", "a", "a=b", "a=b:", "a=b:0", "a=b:x", "=b:1", "a=:1", "a:1=b"}) {
    EXPECT_FALSE(parseReference(text)) << text;
  }
}

TEST(SchemaText, DecodedValuesSayWhatTheyWere) {
  ReceivedRecord record;
  record.topic = "t";
  record.value = std::string("\0\0\0\0\7x", 6);
  const ValueView avro{.decoded = DecodedValue{SchemaType::kAvro, 7, R"({"a":1})"}};
  EXPECT_THAT(recordToJson(record, avro),
              HasSubstr(R"("value":{"a":1},"valueEncoding":"avro","schemaId":7,"headers")"));
  EXPECT_THAT(recordToText(record, false, Style{}, avro), HasSubstr(R"({"a":1})"));
  const ValueView problem{.problem = "schema 7: \"truncated\""};
  EXPECT_THAT(recordToJson(record, problem),
              HasSubstr(R"("valueEncoding":"text","valueProblem":"schema 7: \"truncated\"")"));
  EXPECT_THAT(recordToText(record, false, Style{}, problem), HasSubstr("(schema 7: "));
}

}  // namespace
}  // namespace caas::kafka::cli
