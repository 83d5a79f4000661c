#include "http/idempotency/claim_log.hpp"

#include <gmock/gmock.h>

#include "http/idempotency/key.hpp"

namespace caas::kafka::http {
namespace {

using Kind = ClaimVerdict::Kind;
using std::chrono::minutes;
using std::chrono::seconds;

const Timestamp kBegin{std::chrono::hours{500'000}};

ClaimRecord claim(std::string id, std::string request = "r") {
  return {
      .kind = ClaimRecord::Kind::kClaim, .claim = std::move(id), .fingerprint = std::move(request)};
}
ClaimRecord done(std::string id, std::string body = "{}") {
  return {.kind = ClaimRecord::Kind::kDone,
          .claim = std::move(id),
          .fingerprint = "r",
          .answer = {.status = 207, .contentType = "application/json", .body = std::move(body)}};
}
ClaimRecord released(std::string id) {
  return {.kind = ClaimRecord::Kind::kReleased, .claim = std::move(id)};
}

TEST(ClaimLogTest, TheFirstClaimInTheLogHasTheKey) {
  ClaimLog log;
  EXPECT_EQ(log.apply("k", claim("a"), kBegin).kind, Kind::kMine);
  EXPECT_EQ(log.apply("k", claim("b"), kBegin).kind, Kind::kInProgress);
  EXPECT_EQ(log.apply("other", claim("c"), kBegin).kind, Kind::kMine);
  EXPECT_EQ(log.keys(), 2U);
}

TEST(ClaimLogTest, WhatIsDoneIsAnsweredAsItWas) {
  ClaimLog log;
  log.apply("k", claim("a"), kBegin);
  EXPECT_FALSE(log.known("k", "r")) << "only the log's time can tell whether the claim still holds";
  log.apply("k", done("a", "first"), kBegin + seconds{1});
  for (const auto& verdict :
       {log.apply("k", claim("b"), kBegin + minutes{5}), log.known("k", "r").value()}) {
    EXPECT_EQ(verdict.kind, Kind::kDone);
    EXPECT_EQ(verdict.answer->body, "first");
    EXPECT_EQ(verdict.answer->status, 207);
  }
}

TEST(ClaimLogTest, AnotherRequestUnderTheSameKeyIsToldSo) {
  ClaimLog log;
  log.apply("k", claim("a"), kBegin);
  EXPECT_EQ(log.apply("k", claim("b", "other"), kBegin).kind, Kind::kOther);
  log.apply("k", done("a"), kBegin);
  EXPECT_EQ(log.apply("k", claim("c", "other"), kBegin).kind, Kind::kOther);
  EXPECT_EQ(log.known("k", "other")->kind, Kind::kOther);
}

TEST(ClaimLogTest, AClaimIsVoidAfterItsLeaseAndAnAnswerAfterTenMinutes) {
  ClaimLog log;
  log.apply("k", claim("a"), kBegin);
  EXPECT_EQ(log.apply("k", claim("b"), kBegin + ClaimLog::kLease).kind, Kind::kInProgress);
  const auto later = kBegin + ClaimLog::kLease + Milliseconds{1};
  EXPECT_EQ(log.apply("k", claim("c"), later).kind, Kind::kMine);
  EXPECT_EQ(log.apply("k", claim("d"), later + ClaimLog::kLease).kind, Kind::kInProgress)
      << "the lease is that of the claim that holds";
  log.apply("k", done("c"), later);
  EXPECT_EQ(log.apply("k", claim("e"), later + ClaimLog::kMemory).kind, Kind::kDone);
  EXPECT_EQ(log.apply("k", claim("f"), later + ClaimLog::kMemory + Milliseconds{1}).kind,
            Kind::kMine);
}

TEST(ClaimLogTest, OnlyItsOwnerReleasesAKeyAndOnlyBeforeItIsDone) {
  ClaimLog log;
  log.apply("k", claim("a"), kBegin);
  log.apply("k", released("b"), kBegin);
  EXPECT_EQ(log.apply("k", claim("c"), kBegin).kind, Kind::kInProgress);
  log.apply("k", released("a"), kBegin);
  EXPECT_EQ(log.keys(), 0U);
  EXPECT_EQ(log.bytes(), 0U);
  EXPECT_EQ(log.apply("k", claim("d"), kBegin).kind, Kind::kMine);
  log.apply("k", done("d"), kBegin);
  log.apply("k", released("d"), kBegin);
  EXPECT_EQ(log.apply("k", claim("e"), kBegin).kind, Kind::kDone);
}

TEST(ClaimLogTest, ReadAgainFromAnywhereItComesToTheSame) {
  struct Each {
    ClaimRecord record;
    Timestamp at;
  };
  const std::vector<Each> records{
      {claim("a"), kBegin},
      {released("a"), kBegin + seconds{1}},
      {claim("b"), kBegin + seconds{2}},
      {claim("c"), kBegin + seconds{3}},
      {done("b"), kBegin + seconds{4}},
  };
  for (std::size_t from = 0; from < records.size(); ++from) {
    ClaimLog log;
    for (const auto& each : records) {
      log.apply("k", each.record, each.at);
    }
    for (std::size_t i = from; i < records.size(); ++i) {
      log.apply("k", records[i].record, records[i].at);
    }
    const auto known = log.known("k", "r");
    ASSERT_TRUE(known) << from;
    EXPECT_EQ(known->kind, Kind::kDone);
  }
}

TEST(ClaimLogTest, WhatNobodyAsksForIsForgotten) {
  ClaimLog log;
  for (int i = 0; i < 1'000; ++i) {
    const auto key = std::to_string(i);
    log.apply(key, claim(key), kBegin + seconds{i});
    log.apply(key, done(key), kBegin + seconds{i});
  }
  const auto whole = log.bytes();
  log.forget(kBegin + seconds{999} + ClaimLog::kMemory);
  EXPECT_GT(log.keys(), 0U);
  EXPECT_LT(log.keys(), 100U) << "those of the last minute, and a minute's slack";
  EXPECT_LT(log.bytes(), whole / 10);
  log.forget(kBegin + std::chrono::hours{2});
  EXPECT_EQ(log.keys(), 0U);
  EXPECT_EQ(log.bytes(), 0U);
}

TEST(ClaimLogTest, RecordsAreReadAsTheyWereWritten) {
  for (const auto& record : {claim("a", "f"), done("a", "a \"body\"\n"), released("a")}) {
    const auto read = readClaim(claimValue(record));
    ASSERT_TRUE(read) << claimValue(record);
    EXPECT_EQ(read->kind, record.kind);
    EXPECT_EQ(read->claim, record.claim);
    EXPECT_EQ(read->fingerprint, record.fingerprint);
    EXPECT_EQ(read->answer.body, record.answer.body);
  }
  for (const auto* text :
       {"", "{}", "[]", R"({"kind":"claim","claim":"a"})", R"({"kind":"won","claim":"a"})",
        R"({"kind":"done","claim":"a","request":"f"})",
        R"({"kind":"done","claim":"a","request":"f","status":500})"}) {
    EXPECT_FALSE(readClaim(text)) << text;
  }
}

Request withKey(std::string_view key) {
  Request request{.path = "/v1/tenants/acme/events/message", .body = "{}"};
  request.headers.add("idempotency-key", key);
  return request;
}

TEST(IdempotencyKeyTest, IsOneVisibleText) {
  EXPECT_EQ(idempotencyKeyOf(Request{})->has_value(), false);
  for (const auto* key : {"abc", "\"abc\""}) {
    EXPECT_EQ(idempotencyKeyOf(withKey(key))->value(), "abc");
  }
  EXPECT_TRUE(idempotencyKeyOf(withKey(std::string(255, 'k'))));
  for (const auto& key : {std::string(), std::string("\"\""), std::string("a b"),
                          std::string("a\"b"), std::string("gr\xc3\xbc"), std::string(256, 'k')}) {
    EXPECT_FALSE(idempotencyKeyOf(withKey(key))) << key;
  }
  auto two = withKey("a");
  two.headers.add("Idempotency-Key", "b");
  EXPECT_FALSE(idempotencyKeyOf(two));
}

TEST(IdempotencyKeyTest, IsATenantsOwnAndOneRequests) {
  EXPECT_NE(scopedKey(TenantId::parse("a").value(), "k"),
            scopedKey(TenantId::parse("b").value(), "k"));
  EXPECT_NE(scopedKey(std::nullopt, "a/k"), scopedKey(TenantId::parse("a").value(), "k"));
  auto other = withKey("a");
  EXPECT_EQ(fingerprintOf(other), fingerprintOf(withKey("b")));
  other.body = "{ }";
  EXPECT_NE(fingerprintOf(other), fingerprintOf(withKey("a")));
}

}  // namespace
}  // namespace caas::kafka::http
