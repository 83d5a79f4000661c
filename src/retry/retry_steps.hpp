#pragma once

// Where a failed record goes next. Pure: time and chance are injected.

#include <string>
#include <string_view>
#include <vector>

#include "caas/kafka/clock.hpp"
#include "caas/kafka/result.hpp"
#include "caas/kafka/retry_policy.hpp"
#include "consume/failure_route.hpp"

namespace caas::kafka::retry {

/// A stop on a failed record's way.
struct NextStep {
  std::string topic;
  /// Of a retry topic.
  Timestamp notBefore{};
  /// 1: the policy's first tier; 0: the DLQ.
  int tier = 0;
  std::optional<DlqReason> reason{};  ///< set: the DLQ, and why
};

/// One failure of one record.
struct Failure {
  HandlerResult::Kind kind = HandlerResult::Kind::kRetry;
  consume::FailureStage stage = consume::FailureStage::kHandle;
  std::string_view code{};
  int attempt = 1;  ///< the run that failed
};

/// Checks what can be known of a policy before it is used: kInvalidConfiguration for delays and
/// limits that cannot be, and for a consumer of `sources` whose failed records would come back to
/// it: its DLQ or one of its tiers is among them, or the DLQ is one of the tiers.
[[nodiscard]] Result<void> checkRetryPolicy(const RetryPolicy& policy,
                                            const std::vector<std::string>& sources = {});

/// How often a record is run at most.
[[nodiscard]] int maxAttemptsOf(const RetryPolicy& policy);

/// The next stop. A retried record is never due earlier than the tier's delay from now; jitter only
/// lengthens it. With kBlock the engine has tried all attempts in place, with kNone there are none:
/// both end in the DLQ.
[[nodiscard]] NextStep nextStep(const RetryPolicy& policy, const Failure& failure,
                                const Clock& clock, Random& random);

/// `delay` lengthened by up to `jitter` of itself.
[[nodiscard]] Milliseconds withJitter(Milliseconds delay, double jitter, Random& random);

}  // namespace caas::kafka::retry
