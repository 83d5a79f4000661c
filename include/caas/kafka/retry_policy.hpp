#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "caas/kafka/clock.hpp"
#include "caas/kafka/result.hpp"

namespace caas::kafka {

/// What happens to a record whose handler failed.
enum class RetryMode {
  /// A copy goes to the retry topics, and the conversation goes on: a retried record may be
  /// overtaken by later ones of its key, and may run beside them.
  kDivert,
  /// The record is tried again in its place, and the later ones of its key wait for it: order per
  /// key holds. Bounded by the attempts; then the DLQ.
  kBlock,
  /// No retry: straight to the DLQ.
  kNone,
};
[[nodiscard]] std::string_view toString(RetryMode mode);

/// One stop on a failed record's way: a topic and how long a record waits there.
struct RetryTier {
  std::string topic;
  Milliseconds delay{};
  [[nodiscard]] bool operator==(const RetryTier&) const = default;
};

/// internal.retry (1 s), .1min, .5min, .30min.
[[nodiscard]] std::vector<RetryTier> defaultRetryTiers();

/// How a consumer deals with failures (docs/consuming.md).
struct RetryPolicy {
  RetryMode mode = RetryMode::kDivert;
  /// kDivert: each failure moves a record one tier on; after the last tier comes the DLQ.
  std::vector<RetryTier> tiers = defaultRetryTiers();
  /// How often a record is run at most, the first run too. kDivert: never more than the tiers allow
  /// (tiers + 1). kBlock: 10 unless given.
  std::optional<int> maxAttempts{};
  /// kBlock: the first pause; it doubles at each attempt up to `maxBackoff`.
  Milliseconds backoff{1'000};
  Milliseconds maxBackoff{60'000};
  /// Delays are lengthened by up to this part of themselves, at random, so that records that failed
  /// together do not come back together. A record is never early.
  double jitter = 0.1;
  /// Error codes (HandlerResult::code) that go straight to the DLQ, as a reject does.
  std::vector<std::string> rejectCodes{};
  std::string dlqTopic = "internal.dlq";
};

/// Why a record is in the DLQ.
enum class DlqReason {
  kExhausted,    ///< failed at its last attempt
  kRejected,     ///< the handler said that it can never be handled, or the policy's rejectCodes did
  kUndecodable,  ///< its bytes could not be read
  kOversize,     ///< too large to be copied: the entry points to its origin
};
/// exhausted, rejected, undecodable, oversize.
[[nodiscard]] std::string_view toString(DlqReason reason);
[[nodiscard]] Result<DlqReason> parseDlqReason(std::string_view text);

/// When nearly everything fails, the cause is not in the records (a dependency is down): intake
/// pauses instead of emptying the topic into the DLQ.
struct BreakerPolicy {
  bool enabled = true;
  /// Opens when at least this part of the last `window` results were failures (rejects do not
  /// count: they are about the record; a failure of one that had failed before neither).
  double failureRatio = 0.9;
  int window = 50;
  /// How long it stays open; doubles up to `maxOpenFor` while the probes fail.
  Milliseconds openFor{1'000};
  Milliseconds maxOpenFor{60'000};
  /// Records that are run when it is half open; all must succeed for it to close.
  int probes = 5;
};

}  // namespace caas::kafka
