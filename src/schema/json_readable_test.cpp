#include "schema/json_readable.hpp"

#include <boost/json.hpp>
#include <gtest/gtest.h>

#include "schema/codec.hpp"

namespace caas::kafka::schema {
namespace {

// Python's clients write 7.0, which every draft since the sixth takes for an integer.
TEST(JsonReadableTest, AnIntegerMayBeWrittenWithAPoint) {
  const auto codec = makeCodec(
      {.schema = {.type = SchemaType::kJson,
                  .text = R"({"items":{"type":"integer","minimum":0.0,"maximum":7.0}})"}});
  ASSERT_TRUE(codec);
  for (const auto* good : {"[7]", "[7.0]", "[0e5]", "[-0.0]"}) {
    EXPECT_TRUE((*codec)->decode(good)) << good;
  }
  for (const auto* bad : {"[7.5]", "[8.0]", "[-1.0]", R"(["7"])"}) {
    EXPECT_FALSE((*codec)->decode(bad)) << bad;
  }
  // What was read is given on as it came.
  EXPECT_TRUE((*codec)->decode("[7.0]").value().at(0).is_double());
}

TEST(JsonReadableTest, OnlyWholeOnesOf64BitsChange) {
  auto value = boost::json::parse(
      R"({"a":[1.0,1.5,-0.0,9223372036854774784.0,1e19,-9223372036854775808.0],"b":{"c":2e2}})");
  EXPECT_TRUE(isMisread(value));
  makeReadable(value);
  EXPECT_EQ(boost::json::serialize(value),
            R"({"a":[1,1.5E0,0,9223372036854774784,1E19,-9223372036854775808],"b":{"c":200}})");
  EXPECT_FALSE(isMisread(value));
}

// A text with a zero byte was as long as what stands before it.
TEST(JsonReadableTest, ATextIsAsLongAsItIs) {
  const auto codec = makeCodec(
      {.schema = {.type = SchemaType::kJson,
                  .text = R"({"minLength":2,"maxLength":3,"propertyNames":{"maxLength":2}})"}});
  ASSERT_TRUE(codec);
  for (const auto* good : {R"("\u0000\u0000")", R"("a\u0000b")", R"({"a\u0000":1})"}) {
    EXPECT_TRUE((*codec)->decode(good)) << good;
  }
  for (const auto* bad : {R"("\u0000")", R"("ab\u0000cd")", R"({"a\u0000bc":1})"}) {
    EXPECT_FALSE((*codec)->decode(bad)) << bad;
  }
}

}  // namespace
}  // namespace caas::kafka::schema
