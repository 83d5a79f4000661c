#include "schema/json_text.hpp"

#include <bit>
#include <cmath>
#include <cstdlib>
#include <random>
#include <string>

#include <boost/json/serialize.hpp>
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace caas::kafka::schema {
namespace {

using ::testing::HasSubstr;

// Boost.JSON 1.81 reads the first three one bit off: Avro's bytes were other than everybody else's.
TEST(JsonTextTest, ADoubleIsTheOneThatIsWritten) {
  for (const double number : {-7.441965665075683e+280, 1.7976931348623157e308, 0.1, 5e-324}) {
    EXPECT_EQ(parseJson(fmt::format("{}", number), "it")->get_double(), number);
  }
  EXPECT_TRUE(std::signbit(parseJson("-0.0", "it")->get_double()));
  EXPECT_TRUE(std::signbit(parseJson("-0", "it")->get_double()));
  EXPECT_EQ(parseJson("[-0]", "it")->at(0).to_number<int>(), 0);
  std::mt19937_64 random(7);
  for (int i = 0; i < 10'000; ++i) {
    const auto number = std::bit_cast<double>(random());
    if (std::isfinite(number)) {
      ASSERT_EQ(parseJson(fmt::format("[{:e}]", number), "it")->at(0).to_number<double>(),
                std::strtod(fmt::format("{:e}", number).c_str(), nullptr));
      ASSERT_EQ(parseJson(fmt::format("{:.17e}", number), "it")->to_number<double>(), number);
    }
  }
}

TEST(JsonTextTest, AllElseIsAsItWas) {
  const auto* const text =
      R"({"a":[1,-9223372036854775808,18446744073709551615,true,null,"x\u00e4\ud83d\ude42"],"":{}})";
  EXPECT_EQ(boost::json::serialize(parseJson(text, "it").value()),
            R"({"a":[1,-9223372036854775808,18446744073709551615,true,null,"xä🙂"],"":{}})");
  EXPECT_EQ(boost::json::serialize(parseJson(" 7 ", "it").value()), "7");
}

TEST(JsonTextTest, WhatIsNoJsonIsNamed) {
  for (const auto* bad : {"", "{", "[1,]", "1 2", "nul", "\"\xff\"", "01", "{\"a\":1,}"}) {
    const auto parsed = parseJson(bad, "the value");
    ASSERT_FALSE(parsed) << bad;
    EXPECT_THAT(parsed.error().message, HasSubstr("the value is no JSON: "));
  }
  EXPECT_TRUE(parseJson(std::string(50, '[') + std::string(50, ']'), "it"));
  EXPECT_FALSE(parseJson(std::string(101, '[') + std::string(101, ']'), "it"));
  EXPECT_FALSE(parseJson("[[[1]]]", "it", 2));
}

}  // namespace
}  // namespace caas::kafka::schema
