#include "http/json_body.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace caas::kafka::http {
namespace {

using ::testing::HasSubstr;

std::string problem(std::string_view text) {
  const auto parsed = parseJson(text);
  return parsed ? std::string{} : parsed.error().message;
}

TEST(JsonBody, TakesJson) {
  EXPECT_EQ(problem(R"( {"a":[1,2.5,"ü\n",null,true]} )"), "");
  EXPECT_EQ(problem("0"), "");
  EXPECT_EQ(problem(std::string(32, '[') + std::string(32, ']')), "");
}

TEST(JsonBody, SaysWhereItIsNone) {
  EXPECT_THAT(problem(""), HasSubstr("not JSON"));
  EXPECT_THAT(problem("{\"a\":}"), HasSubstr("at byte 5"));
  EXPECT_THAT(problem("[1"), HasSubstr("incomplete"));
  EXPECT_THAT(problem("{} {}"), HasSubstr("behind its end at byte 3"));
  EXPECT_THAT(problem("\"a\xff\""), HasSubstr("not UTF-8: byte 2"));
}

TEST(JsonBody, DepthAndNumberOfValuesAreBounded) {
  EXPECT_THAT(problem(std::string(33, '[')), HasSubstr("more than 32 levels"));
  EXPECT_THAT(problem(std::string(100'000, '[')), HasSubstr("more than 32 levels"));
  std::string many = "[0";
  for (std::size_t i = 0; i < kMostJsonValues; ++i) {
    many += ",0";
  }
  EXPECT_THAT(problem(many + "]"), HasSubstr("more than 200000 JSON values"));
  EXPECT_EQ(problem("\"" + std::string(kMostJsonValues + 9, ',') + "\""), "")
      << "commas of a text are none between values";
}

}  // namespace
}  // namespace caas::kafka::http
