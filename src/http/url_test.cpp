#include "http/url.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "http/accept.hpp"

namespace caas::kafka::http {
namespace {

using ::testing::ElementsAre;
using ::testing::Pair;

TEST(Url, DecodesOnce) {
  EXPECT_EQ(percentDecoded("a%2Fb%20c+d"), "a/b c+d");
  EXPECT_EQ(percentDecoded("%2541"), "%41");
  EXPECT_EQ(percentDecoded("%c3%a9"), "é");
  for (const auto* bad : {"%", "%4", "%4g", "%ff", "%00", "%0a", "%7f", "%c0%af"}) {
    EXPECT_EQ(percentDecoded(bad), std::nullopt) << bad;
  }
}

TEST(Url, SegmentsKeepEscapedSlashes) {
  EXPECT_THAT(*pathSegments("/v1/a%2Fb"), ElementsAre("v1", "a/b"));
  EXPECT_EQ(pathSegments("/a/.."), std::nullopt);
  EXPECT_EQ(pathSegments("/a/"), std::nullopt);
  EXPECT_EQ(pathSegments("a"), std::nullopt);
  EXPECT_EQ(pathSegments(""), std::nullopt);
}

TEST(Url, QueriesAreForms) {
  EXPECT_THAT(*queryPairs("a=1&b=x+y%3D&&c"),
              ElementsAre(Pair("a", "1"), Pair("b", "x y="), Pair("c", "")));
  EXPECT_EQ(queryPairs("a=%zz"), std::nullopt);
}

TEST(Accept, TheClosestRangeDecides) {
  EXPECT_TRUE(accepts("", "application/json"));
  EXPECT_TRUE(accepts("text/html, */*;q=0.1", "application/json"));
  EXPECT_TRUE(accepts("APPLICATION/*", "application/json"));
  EXPECT_FALSE(accepts("application/json;q=0, */*", "application/json"));
  EXPECT_FALSE(accepts("application/json; q=0.000", "application/json"));
  EXPECT_FALSE(accepts("application/jsonx", "application/json"));
  EXPECT_TRUE(acceptsGzip("br, gzip;q=0.5"));
  EXPECT_TRUE(acceptsGzip("*"));
  EXPECT_FALSE(acceptsGzip("gzip;q=0, *"));
  EXPECT_FALSE(acceptsGzip(""));
}

}  // namespace
}  // namespace caas::kafka::http
