#include "retry/failure_headers.hpp"

#include <algorithm>
#include <random>
#include <set>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/utf8.hpp"

namespace caas::kafka::retry {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

Timestamp at(std::int64_t millis) { return Timestamp{Milliseconds{millis}}; }

FailureHeaders sample() {
  return {.id = "0190a6b2-1111-7222-8333-444455556666",
          .origin = {.topic = "chat.messages.acme",
                     .topicId = "7q3sVYq2RbmPo7m5Hn3z5A",
                     .partition = 3,
                     .offset = 1'234'567,
                     .timestamp = at(1'700'000'000'000),
                     .group = "billing"},
          .firstFailedAt = at(1'700'000'001'000),
          .attempt = 2,
          .tier = 1,
          .notBefore = at(1'700'000'002'100),
          .lastFailedAt = at(1'700'000'001'000),
          .error = {.code = "db_timeout",
                    .message = "no answer in 3 s",
                    .stage = "handle",
                    .fingerprint = "00112233445566ff"}};
}

std::size_t failureBytes(std::span<const HeaderView> headers) {
  std::size_t bytes = 0;
  for (const auto& header : headers) {
    if (isFailureHeader(header.name)) {
      bytes += header.name.size() + header.value.value_or("").size();
    }
  }
  return bytes;
}

TEST(FailureHeaders, WhatIsWrittenIsRead) {
  const FailureHeaders written = sample();
  const CopyHeaders copy({}, written);
  const auto parsed = parseFailureHeaders(copy.views());
  EXPECT_EQ(parsed.state, FailureHeadersState::kCurrent) << parsed.problem;
  EXPECT_EQ(parsed.headers, written);
}

TEST(FailureHeaders, DlqAndRedriveAreReadToo) {
  FailureHeaders written = sample();
  written.reason = DlqReason::kOversize;
  written.notBefore = {};
  written.originBytes = 17'000'000;
  written.redrive = {.id = "r-1", .count = 2, .by = "ann", .at = at(5)};
  const CopyHeaders copy({}, written);
  const auto parsed = parseFailureHeaders(copy.views());
  EXPECT_EQ(parsed.state, FailureHeadersState::kCurrent) << parsed.problem;
  EXPECT_EQ(parsed.headers, written);
}

TEST(FailureHeaders, NumbersAreDecimalAndTimesMilliseconds) {
  const CopyHeaders copy({}, sample());
  const auto value = [&](std::string_view name) {
    const auto found = std::ranges::find(copy.views(), name, &HeaderView::name);
    return found == copy.views().end() ? std::string("absent") : std::string(*found->value);
  };
  EXPECT_EQ(value("caas.v"), "1");
  EXPECT_EQ(value("caas.origin.offset"), "1234567");
  EXPECT_EQ(value("caas.not-before"), "1700000002100");
  EXPECT_EQ(value("caas.dlq.reason"), "absent");
  EXPECT_EQ(value("caas.redrive.count"), "absent");
}

TEST(FailureHeaders, OwnHeadersStayInOrderAndOursReplaceWhatWasPlanted) {
  const std::vector<HeaderView> own{{"caas.type", "message"},  {"caas.attempt", "99"},
                                    {"x", std::nullopt},       {"caas.event-time", "12"},
                                    {"caas.v", "1"},           {"caas.v", "7"},
                                    {"x", "second of a name"}, {"caas.origin.group", "other"}};
  const CopyHeaders copy(own, sample());
  std::vector<std::string_view> kept;
  std::multiset<std::string_view> ours;
  for (const auto& header : copy.views()) {
    if (isFailureHeader(header.name)) {
      ours.insert(header.name);
    } else {
      kept.push_back(header.name);
    }
  }
  EXPECT_THAT(kept, ::testing::ElementsAre("caas.type", "x", "caas.event-time", "x"));
  for (const auto name : ours) {
    EXPECT_EQ(ours.count(name), 1U) << name;
  }
  EXPECT_EQ(parseFailureHeaders(copy.views()).headers, sample());
}

TEST(FailureHeaders, DoNotGrowOverHops) {
  FailureHeaders failure = sample();
  std::vector<Header> headers{{"caas.type", "message"}};
  std::size_t count = 0;
  for (int hop = 1; hop <= 50; ++hop) {
    failure.attempt = hop;
    const auto before = viewsOf(headers);
    const CopyHeaders copy(before, failure);
    std::vector<Header> next;
    for (const auto& header : copy.views()) {
      next.push_back({std::string(header.name), std::string(header.value.value_or(""))});
    }
    EXPECT_TRUE(hop == 1 || next.size() == count);
    count = next.size();
    headers = std::move(next);
  }
}

TEST(FailureHeaders, TheLongestFitIntoTheirLimitAndEndAtACharacter) {
  FailureHeaders failure = sample();
  std::string euros;
  for (int i = 0; i < 100'000; ++i) {
    euros += "€";
  }
  failure.id = failure.origin.topicId = failure.redrive.id = std::string(500, 'i');
  failure.origin.topic = std::string(500, 't');
  failure.origin.group = std::string(kMaxGroupBytes, 'g');
  failure.error = {.code = euros, .message = euros, .stage = euros, .fingerprint = euros};
  failure.redrive.by = euros;
  failure.redrive.count = 2'000'000'000;
  failure.originBytes = 9'000'000'000'000'000'000;
  failure.origin.offset = 9'000'000'000'000'000'000;
  const CopyHeaders copy({}, failure);
  EXPECT_LE(failureBytes(copy.views()), kFailureHeadersMaxBytes);
  for (const auto& header : copy.views()) {
    EXPECT_TRUE(isUtf8(header.value.value_or(""))) << header.name;
  }
  const auto parsed = parseFailureHeaders(copy.views());
  EXPECT_EQ(parsed.state, FailureHeadersState::kCurrent) << parsed.problem;
  EXPECT_EQ(parsed.headers.origin.group, failure.origin.group);
  EXPECT_GT(parsed.headers.error.message.size(), 1'000U);
  EXPECT_EQ(parsed.headers.error.message.size() % 3, 0U);
}

TEST(FailureHeaders, BytesThatAreNoTextAreMadeText) {
  FailureHeaders failure = sample();
  failure.error.message = "before \xFF\xFE after";
  const CopyHeaders copy({}, failure);
  EXPECT_EQ(parseFailureHeaders(copy.views()).headers.error.message, "before ?? after");
}

TEST(FailureHeaders, TellsAbsentFutureAndBrokenApart) {
  const auto stateWith = [](std::string_view name, std::optional<std::string_view> value) {
    static const CopyHeaders kGood({}, sample());
    std::vector<HeaderView> headers(kGood.views().begin(), kGood.views().end());
    headers.push_back({name, value});
    return parseFailureHeaders(headers);
  };
  EXPECT_EQ(parseFailureHeaders({}).state, FailureHeadersState::kAbsent);
  const std::vector<HeaderView> typed{{"caas.type", "message"}};
  EXPECT_EQ(parseFailureHeaders(typed).state, FailureHeadersState::kAbsent);

  EXPECT_EQ(stateWith("caas.v", "1").state, FailureHeadersState::kCurrent);
  const auto future = stateWith("caas.v", "2");
  EXPECT_EQ(future.state, FailureHeadersState::kFuture);
  EXPECT_THAT(future.problem, AllOf(HasSubstr("2"), HasSubstr("1")));
  for (const auto* version : {"", "x", "0", "-1", "1x", "99999999999999999999"}) {
    EXPECT_EQ(stateWith("caas.v", version).state, FailureHeadersState::kBroken) << version;
  }
  for (const auto* name : {"caas.origin.offset", "caas.origin.partition", "caas.attempt",
                           "caas.origin.topic", "caas.origin.group", "caas.id"}) {
    const auto broken = stateWith(name, "");
    EXPECT_EQ(broken.state, FailureHeadersState::kBroken) << name;
    EXPECT_THAT(broken.problem, HasSubstr(name));
    EXPECT_EQ(stateWith(name, std::nullopt).state, FailureHeadersState::kBroken) << name;
  }
  EXPECT_EQ(stateWith("caas.attempt", "0").state, FailureHeadersState::kBroken);
  EXPECT_EQ(stateWith("caas.dlq.reason", "boredom").state, FailureHeadersState::kBroken);
  EXPECT_EQ(stateWith("caas.error.message", "\xFF").state, FailureHeadersState::kBroken);
}

/// Bytes of chance under our names: nothing that is read may break a writer that follows.
TEST(FailureHeaders, SurvivesWhateverStandsThere) {
  std::mt19937_64 random(20261123);
  const auto text = [&](std::size_t most) {
    std::string bytes(random() % (most + 1), '\0');
    std::ranges::generate(bytes, [&] { return static_cast<char>(random()); });
    return bytes;
  };
  const CopyHeaders good({}, sample());
  for (int round = 0; round < 300; ++round) {
    std::vector<Header> headers;
    for (const auto& header : good.views()) {
      const auto fate = random() % 8;
      if (fate > 0) {
        headers.push_back({std::string(header.name),
                           fate == 1 ? text(6'000) : std::string(header.value.value_or(""))});
      }
    }
    std::ranges::shuffle(headers, random);
    const auto views = viewsOf(headers);
    const auto parsed = parseFailureHeaders(views);
    const CopyHeaders copy(views, parsed.headers);
    EXPECT_LE(failureBytes(copy.views()), kFailureHeadersMaxBytes);
    if (parsed.state == FailureHeadersState::kCurrent) {
      EXPECT_EQ(parseFailureHeaders(copy.views()).state, FailureHeadersState::kCurrent);
    }
  }
}

TEST(Fingerprint, IsTheSameForFailuresOfOneKind) {
  const auto print = [](std::string_view message) {
    return fingerprintOf("code", "handle", message);
  };
  EXPECT_EQ(print("user 'ann' not found in 12 ms"), print("user 'bob o'neil' not found in 7.5 ms"));
  EXPECT_EQ(print("id 0190a6b2-aaaa-7bbb-8ccc-ddddeeeeffff is gone"),
            print("id ffffffff-ffff-4fff-bfff-ffffffffffff is gone"));
  EXPECT_EQ(print("commit deadbeef01 failed"), print("commit 9f3a7c77 failed"));
  EXPECT_EQ(print("10.0.0.1:9092: refused"), print("192.168.1.20:19092: refused"));
  EXPECT_EQ(print("at 2026-11-23T10:00:00Z"), print("at 1999-01-02T23:59:59Z"));
  EXPECT_EQ(print("user-42 said no"), print("user-7 said no"));
  EXPECT_EQ(print("tab\tor  spaces\n"), print("tab or spaces "));
  EXPECT_EQ(print("token abcDEF0123456789xyz"), print("token zzzYYY9876543210qqq"));
  EXPECT_EQ(print("no \"quoted\" end"), print("no \"other\" end"));
}

TEST(Fingerprint, TellsKindsApart) {
  const std::set<std::string> all{
      fingerprintOf("a", "handle", "x"),
      fingerprintOf("b", "handle", "x"),
      fingerprintOf("a", "decode", "x"),
      fingerprintOf("a", "handle", "y"),
      fingerprintOf("ah", "andle", "x"),
      fingerprintOf("a", "handle", ""),
      fingerprintOf("a", "handle", "can't open it"),
      fingerprintOf("a", "handle", "can't close it"),
      fingerprintOf("a", "handle", "the face was added"),
      fingerprintOf("a", "handle", "the cafe was added"),
      fingerprintOf("a", "handle", "an open 'quote"),
  };
  EXPECT_EQ(all.size(), 11U);
  EXPECT_EQ(fingerprintOf("a", "handle", "x").size(), 16U);
}

/// Stored entries are grouped by it, so it must never change.
TEST(Fingerprint, IsStable) {
  EXPECT_EQ(fingerprintOf("db_timeout", "handle", "no answer from 10.0.0.1 in 3 s"),
            "a24859a0e39d8d6b");
}

}  // namespace
}  // namespace caas::kafka::retry
