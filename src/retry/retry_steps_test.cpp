#include "retry/retry_steps.hpp"

#include <cmath>
#include <random>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace caas::kafka::retry {
namespace {

using consume::FailureStage;

class FixedClock final : public Clock {
 public:
  [[nodiscard]] Timestamp now() const override { return now_; }
  [[nodiscard]] std::chrono::steady_clock::time_point steadyNow() const override { return {}; }
  void sleepFor(std::chrono::nanoseconds) override {}

 private:
  Timestamp now_{Milliseconds{1'700'000'000'000}};
};

class SeededRandom final : public Random {
 public:
  [[nodiscard]] std::uint64_t next() override { return generator_(); }

 private:
  std::mt19937_64 generator_{7};
};

class RetrySteps : public ::testing::Test {
 protected:
  NextStep next(const RetryPolicy& policy, const Failure& failure) {
    return nextStep(policy, failure, clock_, random_);
  }
  FixedClock clock_;
  SeededRandom random_;
};

TEST_F(RetrySteps, EachFailureMovesOneTierOnAndThenToTheDlq) {
  const RetryPolicy policy;
  const std::vector<std::string> topics{"internal.retry", "internal.retry.1min",
                                        "internal.retry.5min", "internal.retry.30min"};
  for (int attempt = 1; attempt <= 4; ++attempt) {
    const auto step = next(policy, {.attempt = attempt});
    EXPECT_EQ(step.topic, topics[static_cast<std::size_t>(attempt - 1)]);
    EXPECT_EQ(step.tier, attempt);
    EXPECT_FALSE(step.reason);
  }
  const auto last = next(policy, {.attempt = 5});
  EXPECT_EQ(last.topic, "internal.dlq");
  EXPECT_EQ(last.reason, DlqReason::kExhausted);
  EXPECT_EQ(last.tier, 0);
}

TEST_F(RetrySteps, JitterOnlyLengthens) {
  RetryPolicy policy;
  policy.jitter = 0.5;
  bool lengthened = false;
  for (int i = 0; i < 2'000; ++i) {
    const auto attempt = 1 + i % 4;
    const auto delay = policy.tiers[static_cast<std::size_t>(attempt - 1)].delay;
    const auto waits = next(policy, {.attempt = attempt}).notBefore - clock_.now();
    EXPECT_GE(waits, delay);
    EXPECT_LE(waits, delay + delay / 2);
    lengthened = lengthened || waits > delay;
  }
  EXPECT_TRUE(lengthened);
  policy.jitter = 0;
  EXPECT_EQ(next(policy, {.attempt = 1}).notBefore, clock_.now() + Milliseconds{1'000});
}

TEST_F(RetrySteps, MaxAttemptsCutsTheWayShortAndNeverLengthensIt) {
  RetryPolicy policy;
  policy.maxAttempts = 2;
  EXPECT_EQ(next(policy, {.attempt = 1}).tier, 1);
  EXPECT_EQ(next(policy, {.attempt = 2}).reason, DlqReason::kExhausted);
  policy.maxAttempts = 1;
  EXPECT_EQ(next(policy, {.attempt = 1}).reason, DlqReason::kExhausted);
  policy.maxAttempts = 100;
  EXPECT_EQ(maxAttemptsOf(policy), 5);
  EXPECT_EQ(next(policy, {.attempt = 5}).reason, DlqReason::kExhausted);
  policy.tiers.clear();
  EXPECT_EQ(next(policy, {.attempt = 1}).reason, DlqReason::kExhausted);
}

TEST_F(RetrySteps, RejectedGoesToTheDlqAtOnceInEveryMode) {
  for (const auto mode : {RetryMode::kDivert, RetryMode::kBlock, RetryMode::kNone}) {
    RetryPolicy policy{.mode = mode};
    policy.rejectCodes = {"forbidden"};
    EXPECT_EQ(next(policy, {.kind = HandlerResult::Kind::kReject}).reason, DlqReason::kRejected);
    EXPECT_EQ(next(policy, {.code = "forbidden"}).reason, DlqReason::kRejected);
    EXPECT_EQ(
        next(policy, {.kind = HandlerResult::Kind::kReject, .stage = FailureStage::kDecode}).reason,
        DlqReason::kUndecodable);
  }
}

TEST_F(RetrySteps, BlockAndNoneEndInTheDlq) {
  EXPECT_EQ(next({.mode = RetryMode::kBlock}, {.attempt = 10}).reason, DlqReason::kExhausted);
  EXPECT_EQ(next({.mode = RetryMode::kNone}, {.attempt = 1}).reason, DlqReason::kExhausted);
  EXPECT_EQ(maxAttemptsOf({.mode = RetryMode::kBlock}), 10);
  EXPECT_EQ(maxAttemptsOf({.mode = RetryMode::kNone}), 1);
}

/// From any attempt, under any policy, a record that goes on failing ends in the DLQ within the
/// attempts that the policy allows, and is never due before its tier's delay.
TEST_F(RetrySteps, EveryWayEnds) {
  std::mt19937_64 random(11);
  for (int round = 0; round < 2'000; ++round) {
    RetryPolicy policy{.mode = random() % 4 == 0 ? RetryMode::kNone : RetryMode::kDivert};
    policy.tiers.clear();
    for (auto left = random() % 6; left > 0; --left) {
      policy.tiers.push_back({"t" + std::to_string(left), Milliseconds{random() % 100'000}});
    }
    if (random() % 2 == 0) {
      policy.maxAttempts = static_cast<int>(1 + random() % 8);
    }
    policy.jitter = static_cast<double>(random() % 101) / 100;
    int attempt = 1;
    for (;; ++attempt) {
      ASSERT_LE(attempt, maxAttemptsOf(policy));
      const auto step = next(policy, {.attempt = attempt});
      if (step.reason) {
        EXPECT_EQ(step.topic, policy.dlqTopic);
        break;
      }
      const auto& tier = policy.tiers.at(static_cast<std::size_t>(attempt - 1));
      EXPECT_EQ(step.topic, tier.topic);
      EXPECT_GE(step.notBefore, clock_.now() + tier.delay);
    }
    EXPECT_EQ(attempt, maxAttemptsOf(policy));
  }
}

TEST(RetryPolicyCheck, RefusesACircle) {
  EXPECT_TRUE(checkRetryPolicy({}, {"chat.messages.acme"}));
  const auto refused = checkRetryPolicy({}, {"chat.messages.acme", "internal.dlq"});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::kInvalidConfiguration);
  EXPECT_THAT(refused.error().message, ::testing::HasSubstr("internal.dlq"));
  EXPECT_FALSE(checkRetryPolicy({}, {"internal.retry.5min"}));
  EXPECT_TRUE(checkRetryPolicy({.mode = RetryMode::kNone}, {"internal.retry.5min"}));
  EXPECT_FALSE(checkRetryPolicy({.mode = RetryMode::kNone}, {"internal.dlq"}));
  EXPECT_TRUE(checkRetryPolicy({.dlqTopic = "other.dlq"}, {"internal.dlq"}));
}

TEST(RetryPolicyCheck, RefusesWhatCannotBe) {
  EXPECT_TRUE(checkRetryPolicy({}));
  EXPECT_FALSE(checkRetryPolicy({.maxAttempts = 0}));
  EXPECT_FALSE(checkRetryPolicy({.jitter = -0.1}));
  EXPECT_FALSE(checkRetryPolicy({.jitter = 1.1}));
  EXPECT_FALSE(checkRetryPolicy({.jitter = std::nan("")}));
  EXPECT_FALSE(checkRetryPolicy({.dlqTopic = ""}));
  EXPECT_FALSE(checkRetryPolicy({.tiers = {{"", Milliseconds{1}}}}));
  EXPECT_FALSE(checkRetryPolicy({.tiers = {{"t", Milliseconds{-1}}}}));
  EXPECT_FALSE(checkRetryPolicy({.tiers = {{"t", std::chrono::hours{24 * 7}}}}));
  EXPECT_FALSE(checkRetryPolicy({.tiers = {{"internal.dlq", Milliseconds{1}}}}));
}

TEST(RetryPolicyNames, ReasonsAreReadAsTheyAreWritten) {
  for (const auto reason : {DlqReason::kExhausted, DlqReason::kRejected, DlqReason::kUndecodable,
                            DlqReason::kOversize}) {
    EXPECT_EQ(parseDlqReason(toString(reason)), reason);
  }
  EXPECT_EQ(parseDlqReason("tired").error().code, ErrorCode::kInvalidArgument);
}

}  // namespace
}  // namespace caas::kafka::retry
