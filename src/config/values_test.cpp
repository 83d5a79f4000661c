#include "config/values.hpp"

#include <array>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "config/enum_names.hpp"
#include "config/near.hpp"

namespace caas::kafka::config {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

TEST(ValuesTest, ReadsBooleans) {
  for (const auto* text : {"true", "TRUE", "1", "yes", "On"}) {
    EXPECT_EQ(parseBool(text), true) << text;
  }
  for (const auto* text : {"false", "0", "No", "OFF"}) {
    EXPECT_EQ(parseBool(text), false) << text;
  }
  for (const auto* text : {"", "2", "y", "truee", "enabled"}) {
    EXPECT_EQ(parseBool(text), std::nullopt) << text;
  }
}

TEST(ValuesTest, ReadsIntegersAndNothingElse) {
  EXPECT_EQ(parseInteger("0"), 0);
  EXPECT_EQ(parseInteger("-7"), -7);
  EXPECT_EQ(parseInteger("9223372036854775807"), 9'223'372'036'854'775'807);
  for (const auto* text : {"", "1 ", " 1", "+1", "1.0", "0x1", "1k", "9223372036854775808"}) {
    EXPECT_EQ(parseInteger(text), std::nullopt) << text;
  }
}

TEST(ValuesTest, SplitsLists) {
  EXPECT_THAT(splitList(" a , b,c "), ElementsAre("a", "b", "c"));
  EXPECT_THAT(splitList("a,,"), ElementsAre("a", "", ""));
  EXPECT_THAT(splitList("  "), IsEmpty());
}

TEST(ValuesTest, KnowsAddresses) {
  for (const auto* text : {"localhost:9092", "kafka-1:29092", "kafka_1.default.svc:1",
                           "127.0.0.1:65535", "[::1]:9092", "[fe80::1]:80"}) {
    EXPECT_EQ(hostPortProblem(text, 1), "") << text;
  }
  for (const auto* text : {"", "localhost", "localhost:", "localhost:0", "localhost:65536",
                           "localhost:x", ":9092", "::1:9092", "[::1]", "[::g]:1", "[::1:9092",
                           "a b:1", "http://a:1", "-a:1", "a:1:2", "a:-1"}) {
    EXPECT_NE(hostPortProblem(text, 1), "") << text;
  }
  EXPECT_EQ(hostPortProblem("127.0.0.1:0", 0), "");
}

TEST(ValuesTest, KnowsUrls) {
  for (const auto* text : {"http://registry:8081", "https://r.example/api/v7?x=1",
                           "http://[::1]:8081", "http://127.0.0.1"}) {
    EXPECT_EQ(urlProblem(text), "") << text;
  }
  for (const auto* text : {"", "registry:8081", "ftp://a", "http://", "http://:80", "http://a:0",
                           "http://a:b", "http://u:p@a", "http://a b", "http://[::1"}) {
    EXPECT_NE(urlProblem(text), "") << text;
  }
}

TEST(ValuesTest, KnowsNetworks) {
  for (const auto* text : {"10.0.0.0/8", "::1/128", "192.168.1.1", "0.0.0.0/0", "fe80::/10"}) {
    EXPECT_EQ(cidrProblem(text), "") << text;
  }
  for (const auto* text :
       {"", "10.0.0.0/33", "10.0.0/8", "::/129", "localhost", "10.0.0.0/", "1.2.3.4/x"}) {
    EXPECT_NE(cidrProblem(text), "") << text;
  }
}

TEST(ValuesTest, KnowsHostNames) {
  for (const auto* text : {"localhost", "kafka.example.com", "10.0.0.1", "::1", "a_b"}) {
    EXPECT_EQ(hostNameProblem(text), "") << text;
  }
  for (const auto* text : {"", "localhost:80", "http://a", "a b", "*.example.com", "[::1]"}) {
    EXPECT_NE(hostNameProblem(text), "") << text;
  }
}

TEST(ValuesTest, QuotesWithoutPasswords) {
  EXPECT_EQ(quotable("http://user:pw@host:1"), "http://<redacted>@host:1");
  EXPECT_EQ(quotable("user:pw@host:1,a:p@q@b:2"), "<redacted>@host:1,<redacted>@b:2");
  EXPECT_EQ(quotable("a\nb\x7f"), "a\\x0ab\\x7f");
  EXPECT_EQ(quotable("grün"), "grün");
  EXPECT_LT(quotable(std::string(1'000, 'x')).size(), 130U);
}

template <class Enum>
void expectNamesComeBack() {
  for (const auto& entry : enumNames<Enum>()) {
    EXPECT_EQ(toString(entry.value), entry.name);
    EXPECT_EQ(parseEnum<Enum>(entry.name), entry.value);
  }
  EXPECT_EQ(parseEnum<Enum>("nonsense"), std::nullopt);
  EXPECT_EQ(parseEnum<Enum>(""), std::nullopt);
}

TEST(ValuesTest, NamesOfEnumerationsComeBack) {
  expectNamesComeBack<Acks>();
  expectNamesComeBack<Compression>();
  expectNamesComeBack<ProducerPreset>();
  expectNamesComeBack<OffsetReset>();
  expectNamesComeBack<GroupProtocol>();
  expectNamesComeBack<SaslMechanism>();
  expectNamesComeBack<LogLevel>();
  expectNamesComeBack<LogFormat>();
  expectNamesComeBack<EventFormat>();
  expectNamesComeBack<SubjectStrategy>();
  EXPECT_EQ(parseEnum<Acks>("-1"), Acks::kAll);
  EXPECT_EQ(parseEnum<LogLevel>("WARNING"), LogLevel::kWarn);
}

TEST(NearTest, CountsChangesAndSwaps) {
  EXPECT_EQ(editDistance("", ""), 0U);
  EXPECT_EQ(editDistance("", "abc"), 3U);
  EXPECT_EQ(editDistance("kitten", "sitting"), 3U);
  EXPECT_EQ(editDistance("LOG_LEVLE", "LOG_LEVEL"), 1U);
}

TEST(NearTest, FindsTheNearest) {
  constexpr std::array<std::string_view, 3> kNames{"retention", "replication", "cleanup"};
  const auto nearest = nearestOf("retension", kNames);
  ASSERT_TRUE(nearest);
  EXPECT_EQ(nearest->name, "retention");
  EXPECT_EQ(nearest->distance, 1U);
  EXPECT_FALSE(nearestOf("x", {}));
}

}  // namespace
}  // namespace caas::kafka::config
