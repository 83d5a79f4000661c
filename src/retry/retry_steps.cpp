#include "retry/retry_steps.hpp"

#include <algorithm>
#include <cmath>

#include <fmt/chrono.h>
#include <fmt/format.h>

#include "core/errors.hpp"

namespace caas::kafka::retry {
namespace {

constexpr int kBlockAttempts = 10;
constexpr Milliseconds kLongestDelay{std::chrono::days{7}};  // the retry topics' retention

DlqReason rejectionOf(const Failure& failure) {
  return failure.stage == consume::FailureStage::kDecode ? DlqReason::kUndecodable
                                                         : DlqReason::kRejected;
}

bool rejects(const RetryPolicy& policy, const Failure& failure) {
  return failure.kind == HandlerResult::Kind::kReject ||
         std::ranges::find(policy.rejectCodes, failure.code) != policy.rejectCodes.end();
}

Result<void> checkTiers(const RetryPolicy& policy) {
  for (const auto& [topic, delay] : policy.tiers) {
    if (topic.empty()) {
      return fail(errors::invalidConfiguration("a retry tier has no topic"));
    }
    if (delay < Milliseconds{0} || delay >= kLongestDelay) {
      return fail(errors::invalidConfiguration(
          fmt::format("the retry tier '{}' has a delay of {}", topic, delay),
          "Use 0 or more, and less than the 7 days that retry topics keep records"));
    }
    if (topic == policy.dlqTopic) {
      return fail(errors::invalidConfiguration(
          fmt::format("'{}' is both a retry tier and the dead letter queue", topic),
          "Use two topics: records of the DLQ are not tried again by themselves"));
    }
  }
  return {};
}

}  // namespace

Result<void> checkRetryPolicy(const RetryPolicy& policy, const std::vector<std::string>& sources) {
  if (policy.dlqTopic.empty()) {
    return fail(errors::invalidConfiguration("the retry policy has no DLQ topic"));
  }
  if (policy.maxAttempts && *policy.maxAttempts < 1) {
    return fail(errors::invalidConfiguration(
        fmt::format("the retry policy allows {} attempts", *policy.maxAttempts),
        "The first run counts: 1 is no retry"));
  }
  if (!std::isfinite(policy.jitter) || policy.jitter < 0 || policy.jitter > 1) {
    return fail(errors::invalidConfiguration(
        fmt::format("the retry policy's jitter is {}", policy.jitter), "Use 0 to 1"));
  }
  CAAS_TRY(checkTiers(policy));
  const bool diverts = policy.mode == RetryMode::kDivert;
  for (const auto& source : sources) {
    const bool isTier =
        diverts && std::ranges::find(policy.tiers, source, &RetryTier::topic) != policy.tiers.end();
    if (source == policy.dlqTopic || isTier) {
      return fail(errors::invalidConfiguration(
          fmt::format("a consumer of '{}' would send its failed records back to '{}'", source,
                      source),
          "Give it a retry policy with another DLQ topic and other tiers"));
    }
  }
  return {};
}

int maxAttemptsOf(const RetryPolicy& policy) {
  switch (policy.mode) {
    case RetryMode::kDivert: {
      const int allowed = static_cast<int>(policy.tiers.size()) + 1;
      return std::min(policy.maxAttempts.value_or(allowed), allowed);
    }
    case RetryMode::kBlock: return policy.maxAttempts.value_or(kBlockAttempts);
    case RetryMode::kNone: break;
  }
  return 1;
}

Milliseconds withJitter(Milliseconds delay, double jitter, Random& random) {
  constexpr double kSteps = 1U << 20;
  const double part = static_cast<double>(random.next() % (1U << 20)) / kSteps;
  return delay + Milliseconds{std::llround(static_cast<double>(delay.count()) * jitter * part)};
}

NextStep nextStep(const RetryPolicy& policy, const Failure& failure, const Clock& clock,
                  Random& random) {
  if (rejects(policy, failure)) {
    return {.topic = policy.dlqTopic, .reason = rejectionOf(failure)};
  }
  if (policy.mode != RetryMode::kDivert || failure.attempt >= maxAttemptsOf(policy)) {
    return {.topic = policy.dlqTopic, .reason = DlqReason::kExhausted};
  }
  // Each failure moves a record one tier on, so its attempt says which: also after a redrive, which
  // begins anew, and when the policy has changed since the record came into its tier.
  const int tier = std::max(failure.attempt, 1);
  const auto& stop = policy.tiers[static_cast<std::size_t>(tier - 1)];
  return {.topic = stop.topic,
          .notBefore = clock.now() + withJitter(stop.delay, policy.jitter, random),
          .tier = tier};
}

}  // namespace caas::kafka::retry
