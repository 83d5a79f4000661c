#pragma once

#include <functional>
#include <string_view>

#include "caas/kafka/consumer.hpp"

namespace caas::kafka::consume {

/// Where in a record's way it failed. The last part of `caas.error.stage`.
enum class FailureStage { kDecode, kHandle, kForward };
[[nodiscard]] std::string_view toString(FailureStage stage);

/// A record that failed, and how. Views live until `done` was called.
struct FailedRecord {
  const ConsumedRecord* record = nullptr;
  HandlerResult::Kind kind = HandlerResult::Kind::kRetry;
  FailureStage stage = FailureStage::kHandle;
  std::string_view code;
  std::string_view message;
};

/// What became of a failed record.
enum class FailureOutcome { kRetryLater, kDeadLettered };

/// What would be written for a failed record.
struct FailureCopy {
  OutputRecord record;
  FailureOutcome outcome = FailureOutcome::kRetryLater;
};

/// Takes failed records further: the seam to retry/. Thread-safe.
class FailureRoute {
 public:
  using Done = std::function<void(Result<FailureOutcome>)>;
  virtual ~FailureRoute() = default;
  /// Copies the record to its next retry topic or to the DLQ and calls `done` once, from any
  /// thread, when the copy is acknowledged or has failed. Does not block. On an error the caller
  /// tries again: the source record is not completed.
  virtual void divert(const FailedRecord& failed, Done done) = 0;

  using Prepared = std::function<void(Result<FailureCopy>)>;
  /// The same without writing it: for a transaction that takes it along.
  virtual void prepare(const FailedRecord& failed, Prepared done) = 0;
};

}  // namespace caas::kafka::consume
