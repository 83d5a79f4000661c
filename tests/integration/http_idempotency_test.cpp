// Idempotency-Key over real daemons that share a cluster.

#include <algorithm>
#include <thread>

#include <fmt/format.h>
#include <gmock/gmock.h>

#include "cli_fixture.hpp"
#include "support/daemon.hpp"
#include "support/keyed_client.hpp"

namespace caas::kafka::test {
namespace {

using ::testing::HasSubstr;

class Idempotency : public CliTool {
 protected:
  void SetUp() override {
    ASSERT_TRUE(one_.becomesReady());
    ASSERT_TRUE(two_.becomesReady());
    ASSERT_EQ(run({"tenants", "create", tenant_}).exitCode, 0);
  }
  void TearDown() override {
    for (auto* daemon : {&one_, &two_}) {
      daemon->process().kill(SIGTERM);
      EXPECT_EQ(daemon->process().wait(Milliseconds{60'000}), 0) << daemon->process().err();
    }
    EXPECT_EQ(run({"tenants", "delete", tenant_, "--yes"}).exitCode, 0);
  }
  [[nodiscard]] RawAnswer post(const Daemon& daemon, std::string_view key, std::string_view body,
                               std::string_view type = "application/json") const {
    return postWithKey(daemon.api, tenant_, key, body, type);
  }
  [[nodiscard]] std::size_t published() const {
    return committedValues("chat.messages." + tenant_).size();
  }

  const std::string tenant_ = uniqueTenant("keys");
  Daemon one_{folder()};
  Daemon two_{folder()};
};

TEST_F(Idempotency, TheSameRequestIsPublishedOnceWhicheverDaemonGetsIt) {
  const auto first = post(one_, "k1", messageBody("hello"));
  ASSERT_EQ(first.status, 200) << first.body;
  EXPECT_FALSE(first.headers.contains("idempotency-replayed"));
  EXPECT_THAT(first.body, HasSubstr(R"("offset":0)"));
  for (const auto* daemon : {&one_, &two_}) {
    const auto again = post(*daemon, "k1", messageBody("hello"));
    EXPECT_EQ(again.status, 200) << again.body;
    EXPECT_EQ(again.body, first.body);
    EXPECT_EQ(again.headers.at("idempotency-replayed"), "true");
    EXPECT_EQ(again.headers.at("content-type"), first.headers.at("content-type"));
  }
  EXPECT_EQ(published(), 1U);
  // Another key is another event, and so is none.
  EXPECT_EQ(post(two_, "k2", messageBody("hello")).status, 200);
  EXPECT_EQ(published(), 2U);
}

TEST_F(Idempotency, AKeyIsOneRequests) {
  ASSERT_EQ(post(one_, "k", messageBody("one")).status, 200);
  for (const auto* daemon : {&one_, &two_}) {
    const auto other = post(*daemon, "k", messageBody("two"));
    EXPECT_EQ(other.status, 409) << other.body;
    EXPECT_THAT(other.body, HasSubstr("another request"));
    EXPECT_THAT(other.body, HasSubstr(R"("retriable":false)"));
  }
  EXPECT_EQ(published(), 1U);
  EXPECT_EQ(post(one_, "two words", messageBody("one")).status, 400);
}

TEST_F(Idempotency, AtOnceFromEverywhereItIsPublishedOnce) {
  constexpr int kKeys = 20;
  constexpr int kTries = 6;
  std::vector<std::vector<RawAnswer>> answers(kKeys, std::vector<RawAnswer>(kTries));
  {
    std::vector<std::jthread> clients;
    for (int key = 0; key < kKeys; ++key) {
      for (int i = 0; i < kTries; ++i) {
        clients.emplace_back([&, key, i] {
          answers[static_cast<std::size_t>(key)][static_cast<std::size_t>(i)] =
              post(i % 2 == 0 ? one_ : two_, fmt::format("at-once-{}", key),
                   messageBody(fmt::format("text {}", key)));
        });
      }
    }
  }
  for (const auto& ofKey : answers) {
    const auto taken = std::ranges::find(ofKey, 200, &RawAnswer::status);
    ASSERT_NE(taken, ofKey.end());
    for (const auto& answer : ofKey) {
      EXPECT_TRUE(answer.status == 200 || answer.status == 409) << answer.status << answer.body;
      if (answer.status == 200) {
        EXPECT_EQ(answer.body, taken->body);
      } else {
        EXPECT_THAT(answer.body, HasSubstr(R"("retriable":true)"));
      }
    }
  }
  EXPECT_EQ(published(), static_cast<std::size_t>(kKeys));
}

TEST_F(Idempotency, ABatchIsPublishedWholeAndOnce) {
  std::string lines;
  for (int i = 0; i < 5; ++i) {
    lines += messageBody(fmt::format("line {}", i), fmt::format("c{}", i)) + "\n";
  }
  lines += "{\"conversationId\":\"c\"}\n";
  const auto first = post(one_, "batch", lines, "application/x-ndjson");
  EXPECT_EQ(first.status, 207) << first.body;
  EXPECT_THAT(first.body, HasSubstr("refused"));
  EXPECT_EQ(std::ranges::count(first.body, '\n'), 6);
  const auto again = post(two_, "batch", lines, "application/x-ndjson");
  EXPECT_EQ(again.status, 207);
  EXPECT_EQ(again.body, first.body);
  EXPECT_EQ(published(), 5U);

  std::string many;
  for (int i = 0; i < 1'001; ++i) {
    many += messageBody("x") + "\n";
  }
  const auto refused = post(one_, "many", many, "application/x-ndjson");
  EXPECT_EQ(refused.status, 400) << refused.body;
  EXPECT_EQ(published(), 5U);
}

TEST_F(Idempotency, WhatCouldNotBePublishedMayBeSentAgain) {
  const auto nobody = uniqueTenant("nobody");
  const auto missing = postWithKey(one_.api, nobody, "k", messageBody("x"));
  EXPECT_EQ(missing.status, 404) << missing.body;
  EXPECT_EQ(post(one_, "k", "{\"conversationId\":1}").status, 400);
  // An error is not kept, and the key is free.
  EXPECT_EQ(post(one_, "k", messageBody("x")).status, 200);
  EXPECT_EQ(published(), 1U);
}

}  // namespace
}  // namespace caas::kafka::test
