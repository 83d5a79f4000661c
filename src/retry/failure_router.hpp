#pragma once

#include <memory>
#include <string>
#include <vector>

#include "caas/kafka/clock.hpp"
#include "caas/kafka/producer.hpp"
#include "caas/kafka/retry_policy.hpp"
#include "caas/kafka/settings.hpp"
#include "consume/failure_route.hpp"

namespace caas::kafka::retry {

/// What the copying producer takes: as much as retry topics and DLQ do (config/topics.yaml).
inline constexpr std::int64_t kMaxCopyBytes = 16LL * 1024 * 1024 + 64 * 1024;

/// `settings` for a producer of copies: acks=all, records up to kMaxCopyBytes, never waiting for
/// room.
[[nodiscard]] Settings copySettings(const Settings& settings);

struct FailureRouterOptions {
  RetryPolicy policy{};
  /// The group that failed, and that takes the retries.
  std::string group{};
  /// Topics that the consumer reads by name: a policy that would lead back to one is refused.
  std::vector<std::string> sources{};
};

/// Copies failed records to their next retry topic or to the DLQ, by one idempotent producer: the
/// key (a null one stays null) and the value's bytes as they are, the record's own headers and the
/// failure headers of design 5.8; never the partition number. A record that is too large to be
/// copied becomes an entry of the DLQ that points to its origin. Thread-safe.
class FailureRouter final : public consume::FailureRoute {
 public:
  /// Errors: kInvalidConfiguration (the policy, a circle), kInvalidArgument (no group, or one whose
  /// name is too long for the headers).
  [[nodiscard]] static Result<std::unique_ptr<FailureRouter>> create(
      const Settings& settings, FailureRouterOptions options, Clock& clock = systemClock(),
      Random& random = systemRandom());
  ~FailureRouter() override;  ///< close() with a 5 s deadline, if it was not called
  FailureRouter(const FailureRouter&) = delete;
  FailureRouter& operator=(const FailureRouter&) = delete;

  /// Errors for `done`: kQueueFull (retriable), kInvalidConfiguration (the record comes from the
  /// topic that it would be copied to), kShutdown, and those of the delivery. On an error there may
  /// be a copy all the same ("possibly persisted").
  void divert(const consume::FailedRecord& failed, Done done) override;
  /// Too large is known here by the producer's limit alone, not by the topic's.
  void prepare(const consume::FailedRecord& failed, Prepared done) override;
  /// Delivers what is under way until the deadline; the rest is told its error.
  [[nodiscard]] Result<ShutdownReport> close(Milliseconds deadline);

 private:
  class Impl;
  explicit FailureRouter(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace caas::kafka::retry
