#include "schema/codec.hpp"

#include <gtest/gtest.h>

#include "core/utf8.hpp"

namespace caas::kafka::schema {
namespace {

// Confluent's Java, Python and JavaScript clients all do it so.
TEST(AvroSchemaCodecTest, ASchemaThatIsBytesHasNoLengthBeforeThem) {
  for (const auto* text : {"bytes", R"({"type":"bytes"})"}) {
    const auto codec = makeCodec({.schema = {.text = text}});
    ASSERT_TRUE(codec);
    std::string out = "before";
    ASSERT_TRUE((*codec)->encode(boost::json::value("aÿ"), out));
    EXPECT_EQ(out, "beforea\xff");
    EXPECT_EQ((*codec)->decode("a\xff").value(), "aÿ");
    EXPECT_EQ((*codec)->decode("").value(), "");
    EXPECT_FALSE((*codec)->encode(boost::json::value(7), out));
    EXPECT_EQ(out, "beforea\xff");
  }
  // Within anything else they have one.
  const auto list = makeCodec({.schema = {.text = R"({"type":"array","items":"bytes"})"}});
  std::string out;
  ASSERT_TRUE((*list)->encode(boost::json::array{"a"}, out));
  EXPECT_EQ(out, std::string("\2\2a\0", 4));
}

// They go into headers and JSON: half a character broke whoever read the message.
TEST(CodecErrorsTest, AnExcerptOfAValueEndsWithAWholeCharacter) {
  const auto json =
      makeCodec({.schema = {.type = SchemaType::kJson, .text = R"({"maxLength":1})"}});
  const auto avro = makeCodec({.schema = {.text = "int"}});
  for (std::size_t before = 50; before < 90; ++before) {
    const boost::json::value value =
        boost::json::string(std::string(before, 'a') + "äöü漢🙂äöü漢🙂äöü");
    std::string out;
    for (const auto* codec : {&json, &avro}) {
      const auto problem = (**codec)->encode(value, out);
      ASSERT_FALSE(problem);
      EXPECT_TRUE(isUtf8(problem.error().message)) << problem.error().message;
      EXPECT_NE(problem.error().message.find("…"), std::string::npos);
    }
  }
}

}  // namespace
}  // namespace caas::kafka::schema
