#pragma once

#include <functional>
#include <memory>

#include "caas/kafka/record.hpp"
#include "caas/kafka/settings.hpp"

namespace caas::kafka {

/// Called once for each accepted record, on the producer's delivery thread. It must be quick and
/// must not call flush() or close(). A capture of up to 16 bytes costs no allocation.
using DeliveryCallback = std::function<void(const DeliveryReport&)>;

/// The outcome of a delivery that was waited for.
struct Delivery {
  std::string topic;
  int partition = -1;
  std::int64_t offset = -1;
  Timestamp timestamp{};
  std::chrono::nanoseconds latency{0};
};

/// What became of the records that were still under way when close was called.
struct ShutdownReport {
  std::int64_t delivered = 0;
  /// Reported to their callbacks as failed, because the deadline passed: not in the log for
  /// certain.
  std::int64_t notPersisted = 0;
  /// The same, but they may be in the log.
  std::int64_t possiblyPersisted = 0;
  [[nodiscard]] bool clean() const { return notPersisted == 0 && possiblyPersisted == 0; }
};

/// Counters since creation.
struct ProducerStats {
  std::int64_t accepted = 0;
  std::int64_t delivered = 0;
  std::int64_t failed = 0;
  std::int64_t bytesAccepted = 0;
  std::int64_t inFlight = 0;           ///< accepted and not yet reported
  std::int64_t queueFullWaits = 0;     ///< sends that had to wait for room
  std::int64_t queueFullRefusals = 0;  ///< sends that gave kQueueFull
};

/// An idempotent producer (KIP-98) for any topic. Keyed records go where the Java client would put
/// them (murmur2). A record that `send` accepted is delivered or reported as failed, exactly once,
/// at close too; nothing is dropped in silence. Thread-safe.
class Producer {
 public:
  /// Connects lazily: wrong addresses show at the first delivery, or in health. `preset` overrides
  /// the settings' preset.
  [[nodiscard]] static Result<std::unique_ptr<Producer>> create(
      const Settings& settings, std::optional<ProducerPreset> preset = std::nullopt);
  ~Producer();  ///< close() with a 5 s deadline, if it was not called
  Producer(const Producer&) = delete;
  Producer& operator=(const Producer&) = delete;

  /// Takes a copy of the record. Errors: kRecordTooLarge, kTopicNotFound (when it is already
  /// known; else it comes in the report), kQueueFull (after producer.queueFullWait; retriable),
  /// kShutdown, kInvalidArgument. On an error the callback is not called.
  Result<void> send(const Record& record, DeliveryCallback onDelivery = {});
  /// Sends and waits for the report. The deadline bounds the wait only: a record that is still
  /// under way then is kTimeout, "possibly persisted".
  [[nodiscard]] Result<Delivery> sendAndWait(const Record& record,
                                             Milliseconds deadline = Milliseconds{30'000});
  /// Waits until everything accepted so far is reported: kTimeout with the number that is left.
  [[nodiscard]] Result<void> flush(Milliseconds deadline = Milliseconds{30'000});
  /// Refuses new records, delivers what is queued until the deadline, reports the rest as failed.
  /// The second call returns the first one's report.
  [[nodiscard]] Result<ShutdownReport> close(Milliseconds deadline = Milliseconds{30'000});
  [[nodiscard]] ProducerStats stats() const;

 private:
  class Impl;
  explicit Producer(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace caas::kafka
