#include <set>

#include <gtest/gtest.h>

#include "caas/kafka/clock.hpp"
#include "core/errors.hpp"
#include "core/log.hpp"
#include "core/utf8.hpp"

namespace caas::kafka {
namespace {

TEST(TimestampTest, FormatsInUtcWithMilliseconds) {
  EXPECT_EQ(formatTimestamp(Timestamp{Milliseconds{0}}), "1970-01-01T00:00:00.000Z");
  EXPECT_EQ(formatTimestamp(Timestamp{Milliseconds{1'795'444'800'123}}),
            "2026-11-23T14:40:00.123Z");
  EXPECT_EQ(formatTimestamp(Timestamp{Milliseconds{-1}}), "1969-12-31T23:59:59.999Z");
}

TEST(TimestampTest, ReadsIsoAndEpochMilliseconds) {
  const Timestamp time{Milliseconds{1'795'444'800'123}};
  EXPECT_EQ(parseTimestamp("2026-11-23T14:40:00.123Z").value(), time);
  EXPECT_EQ(parseTimestamp("2026-11-23T16:40:00.123456+02:00").value(), time);
  EXPECT_EQ(parseTimestamp("2026-11-23 09:10:00.123-0530").value(), time);
  EXPECT_EQ(parseTimestamp("1795444800123").value(), time);
  EXPECT_EQ(parseTimestamp("2026-11-23").value(), Timestamp{Milliseconds{1'795'392'000'000}});
}

TEST(TimestampTest, RefusesWhatIsNoTime) {
  for (const auto* text :
       {"", "yesterday", "2026-13-01", "2026-02-30", "2004-11-15_03T12:18:00Z",
        "2026-11-23T25:00:00Z", "2026-11-23T14:40:00Zjunk", "2026-11-23T14:40:00.Z", "12x"}) {
    const auto time = parseTimestamp(text);
    ASSERT_FALSE(time) << text;
    EXPECT_EQ(time.error().code, ErrorCode::kInvalidArgument);
    EXPECT_FALSE(time.error().hint.empty());
  }
}

TEST(TimestampTest, RoundTripsOverFourCenturies) {
  for (std::int64_t millis = -2'000'000'000'000; millis < 10'000'000'000'000;
       millis += 86'413'137'001) {
    const Timestamp time{Milliseconds{millis}};
    EXPECT_EQ(parseTimestamp(formatTimestamp(time)).value(), time);
  }
}

class FixedClock final : public Clock {
 public:
  Timestamp now() const override { return Timestamp{Milliseconds{0x0123456789ab}}; }
  std::chrono::steady_clock::time_point steadyNow() const override { return {}; }
  void sleepFor(std::chrono::nanoseconds) override {}
};
class CountingRandom final : public Random {
 public:
  std::uint64_t next() override { return ++count_; }

 private:
  std::uint64_t count_ = 0;
};

TEST(IdTest, IsAUuidOfVersionSevenInTimeOrder) {
  FixedClock clock;
  CountingRandom random;
  EXPECT_EQ(makeId(clock, random), "01234567-89ab-7001-8000-000000000002");
  std::set<std::string> ids;
  for (int i = 0; i < 10'000; ++i) {
    ids.insert(makeId(systemClock(), systemRandom()));
  }
  EXPECT_EQ(ids.size(), 10'000U);
  EXPECT_EQ(ids.begin()->size(), 36U);
}

TEST(ErrorTest, ExitCodesFollowTheKind) {
  EXPECT_EQ(exitCodeOf(errors::invalidArgument("x")), 2);
  EXPECT_EQ(exitCodeOf(errors::invalidConfiguration("x")), 2);
  EXPECT_EQ(exitCodeOf(errors::topicNotFound("x")), 1);
}

// The fourth, "schema not found", is made in src/schema and tested there.
TEST(ErrorTest, ThreeOfTheFourThatTheSpecNamesKeepTheirWords) {
  EXPECT_NE(errors::topicAlreadyExists("t").message.find("already exists"), std::string::npos);
  const auto replicas = errors::notEnoughReplicas("t", 1, 3);
  EXPECT_EQ(replicas.message, "not enough replicas for 't': 1 broker is up, 3 needed");
  EXPECT_EQ(
      errors::notEnoughInSync("t", 4, 1, 2, 3).message,
      "not enough replicas for 't': 3 brokers are up, 1 of partition 4's replicas is in sync, "
      "2 needed");
  const auto connection = errors::connectionTimeout("a:1,b:2", "a:1 refused", Milliseconds{500});
  EXPECT_NE(connection.message.find("connection timeout"), std::string::npos);
  EXPECT_NE(connection.message.find("a:1 refused"), std::string::npos);
  EXPECT_TRUE(connection.retriable);
}

Result<int> half(int n) {
  if (n % 2 != 0) {
    return fail(errors::invalidArgument("odd"));
  }
  return n / 2;
}
Result<int> quarter(int n) {
  CAAS_ASSIGN(const int h, half(n));
  CAAS_TRY(half(h));
  return h / 2;
}

TEST(ErrorTest, WhatItQuotesIsUtf8) {
  EXPECT_EQ(errors::invalidArgument("'\x80 ä\xc3' is none").message, "'\uFFFD ä\uFFFD' is none");
  EXPECT_EQ(errors::invalidConfiguration("ä").message, "ä");
  EXPECT_TRUE(isUtf8(errors::io("cannot read", "/tmp/\xff", "gone").message));
}

TEST(ResultTest, MacrosPassErrorsOn) {
  EXPECT_EQ(quarter(8).value(), 2);
  EXPECT_EQ(quarter(6).error().message, "odd");
  EXPECT_EQ(quarter(5).error().message, "odd");
}

TEST(LogTest, OneLineAFactAlsoWithHostileText) {
  testing::internal::CaptureStderr();
  log::configure(LogLevel::kInfo, LogFormat::kText);
  log::info("topics created", {{"tenant", "a\nb\x1b[31m"}, {"topics", 5}});
  log::debug("not shown");
  log::configure(LogLevel::kInfo, LogFormat::kJson);
  log::warn("say \"hi\"", {{"n", 1}, {"text", "x\ty"}});
  const auto out = testing::internal::GetCapturedStderr();
  log::configure(LogLevel::kInfo, LogFormat::kText);
  EXPECT_EQ(std::count(out.begin(), out.end(), '\n'), 2) << out;
  EXPECT_NE(out.find(R"(info  topics created tenant="a\nb\u001b[31m" topics=5)"), std::string::npos)
      << out;
  EXPECT_NE(out.find(R"("level":"warn","event":"say \"hi\"","n":1,"text":"x\ty"})"),
            std::string::npos)
      << out;
}

}  // namespace
}  // namespace caas::kafka
