#include <string>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/utf8.hpp"
#include "schema/codec.hpp"
#include "schema/json_formats.hpp"

namespace caas::kafka::schema {
namespace {

using ::testing::HasSubstr;

/// What a schema says of a value; "" when it fits.
std::string judged(std::string_view schema, std::string_view value) {
  const auto codec =
      makeJsonCodec({.schema = {.type = SchemaType::kJson, .text = std::string(schema)}});
  if (!codec) {
    return "schema: " + codec.error().message;
  }
  const auto decoded = (*codec)->decode(value);
  return decoded ? "" : decoded.error().message;
}

TEST(JsonBounds, SchemasThatReferToEachOtherDoNotDoubleTheWork) {
  constexpr auto kTree = R"({"$ref":"#/definitions/n","definitions":{"n":{"properties":{"n":{
      "oneOf":[{"$ref":"#/definitions/n"},{"$ref":"#/definitions/n"},{"type":"null"}]}}}}})";
  std::string value = "1";
  for (int i = 0; i < 60; ++i) {
    value = fmt::format(R"({{"n":{}}})", value);
  }
  EXPECT_THAT(judged(kTree, value), HasSubstr("too much work"));
  EXPECT_THAT(judged(kTree, R"({"n":null})"), HasSubstr("exactly one")) << "n takes null too";
  EXPECT_EQ(judged(kTree, R"({"m":null})"), "");
}

TEST(JsonBounds, APatternThatBacktracksDoesNotTakeForEver) {
  constexpr auto kSchema = R"({"items":{"pattern":"^(a+)+$"}})";
  const std::string text(60, 'a');
  EXPECT_EQ(judged(kSchema, fmt::format(R"(["{}"])", text)), "");
  EXPECT_THAT(judged(kSchema, fmt::format(R"(["{}!"])", text)), HasSubstr("cannot judge"));
  // Each just short of what one may cost.
  std::string many = fmt::format("\"{}!\"", std::string(12, 'a'));
  for (int i = 0; i < 12; ++i) {
    many += "," + many;
  }
  EXPECT_THAT(judged(R"({"items":{"pattern":"^(a+)+$|!"}})", "[" + many + "]"),
              HasSubstr("too much work"));
}

TEST(JsonBounds, ALongTextIsMatchedWithoutTheStack) {
  const std::string text(1'000'000, '7');
  EXPECT_EQ(judged(R"({"pattern":"^[0-9]*$"})", '"' + text + '"'), "");
  EXPECT_EQ(judged(R"({"pattern":"^(7|8)*$"})", '"' + text.substr(0, 10'000) + '"'), "");
  for (const auto* format : {"date", "time", "date-time"}) {
    EXPECT_THAT(judged(fmt::format(R"({{"format":"{}"}})", format), '"' + text + '"'),
                HasSubstr("valid"));
  }
}

TEST(JsonBounds, PatternsAreEcmaScripts) {
  EXPECT_EQ(judged(R"({"pattern":"^b$"})", R"("b")"), "");
  EXPECT_THAT(judged(R"({"pattern":"^b$"})", R"("a\nb\nc")"), HasSubstr("pattern"));
  EXPECT_THAT(judged(R"({"pattern":"a.b"})", R"("a\nb")"), HasSubstr("pattern"));
  EXPECT_EQ(judged(R"({"pattern":"^(?=.*[A-Z])(?=.*\\d).{4,}$"})", R"("aB3x")"), "");
  EXPECT_THAT(judged(R"({"pattern":"ä(b"})", R"("x")"), HasSubstr("pattern 'ä(b'"));
  EXPECT_TRUE(isUtf8(judged(R"({"pattern":"äääääääääääääääääääää(b"})", R"("x")")));
  EXPECT_THAT(judged(R"({"patternProperties":{"^x":{"type":"null"}}})", R"({"x1":2,"y":3})"),
              HasSubstr("/x1"));
  EXPECT_EQ(judged(R"({"patternProperties":{"^x":{"type":"null"}},"additionalProperties":false})",
                   R"({"x1":null,"x2":null})"),
            "");
  EXPECT_THAT(judged(R"({"propertyNames":{"pattern":"^[a-z]+$"}})", R"({"A":1})"),
              HasSubstr("'A'"));
}

TEST(JsonBounds, AMultipleOfNothingIsNoDivisionByZero) {
  EXPECT_THAT(judged(R"({"multipleOf":0})", "3"), HasSubstr("not above 0"));
  EXPECT_THAT(judged(R"({"multipleOf":-1})", "-9223372036854775808"), HasSubstr("not above 0"));
  EXPECT_EQ(judged(R"({"multipleOf":3})", "-9"), "");
  EXPECT_THAT(judged(R"({"multipleOf":3})", "-8"), HasSubstr("multiple of 3"));
  EXPECT_THAT(judged(R"({"multipleOf":1})", "1.5"), HasSubstr("multiple of 1"));
  EXPECT_EQ(judged(R"({"multipleOf":2})", "1e300"), "");
}

TEST(JsonBounds, ManyItemsAreComparedInOneGo) {
  std::string items = "0";
  for (int i = 1; i < 50'000; ++i) {
    items += fmt::format(",{}", i);
  }
  constexpr auto kUnique = R"({"uniqueItems":true})";
  EXPECT_EQ(judged(kUnique, "[" + items + "]"), "");
  EXPECT_THAT(judged(kUnique, "[" + items + ",7]"), HasSubstr("Items 7 and 50000 are equal"));
  EXPECT_EQ(judged(kUnique, R"([1,"1",true,[1],{"a":1},{"a":[1]},null])"), "");
  EXPECT_NE(judged(kUnique, R"([1,1.0])"), "");
  EXPECT_NE(judged(kUnique, R"([{"a":1,"b":2},{"b":2,"a":1}])"), "");
}

TEST(JsonBounds, AFormatIsForTexts) {
  EXPECT_EQ(judged(R"({"format":"date-time"})", "null"), "");
  EXPECT_EQ(judged(R"({"format":"date"})", "[1]"), "");
}

TEST(JsonBounds, AValueIsQuotedInWholeCharacters) {
  for (std::size_t i = 70; i < 84; ++i) {
    EXPECT_TRUE(isUtf8(judged(R"({"type":"null"})", '"' + std::string(i, 'x') + "äää\""))) << i;
  }
}

TEST(JsonFormats, AreThoseOfRfc3339) {
  for (const auto* date : {"2024-02-29", "0001-12-31", "2000-02-29", "1999-04-30"}) {
    EXPECT_TRUE(isDate(date)) << date;
  }
  for (const auto* date : {"", "2023-02-29", "1900-02-29", "2024-13-01", "2024-00-01", "2024-01-00",
                           "2024-04-31", "24-01-01", "2024-1-01", "2024-01-01 ", "-024-01-01"}) {
    EXPECT_FALSE(isDate(date)) << date;
  }
  for (const auto* time :
       {"07:08:09Z", "23:59:60z", "00:00:00.123456789+23:59", "07:08:09.1-00:30"}) {
    EXPECT_TRUE(isTime(time)) << time;
  }
  for (const auto* time : {"", "24:00:00Z", "07:60:00Z", "07:08:61Z", "07:08:09", "07:08:09.Z",
                           "07:08:09+24:00", "07:08:09+01:0", "07:08:09Zx", "7:08:09Z"}) {
    EXPECT_FALSE(isTime(time)) << time;
  }
  EXPECT_TRUE(isDateTime("2024-05-06T07:08:09.5Z"));
  EXPECT_TRUE(isDateTime("2024-05-06t07:08:09+02:00"));
  EXPECT_FALSE(isDateTime("2024-05-06 07:08:09Z"));
  EXPECT_FALSE(isDateTime("2024-05-06T"));
  EXPECT_FALSE(isDateTime("2024-05-06"));
}

}  // namespace
}  // namespace caas::kafka::schema
