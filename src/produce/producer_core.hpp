#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <span>

#include "caas/kafka/producer.hpp"
#include "client/producer_client.hpp"
#include "core/meters.hpp"
#include "produce/delivery_meter.hpp"
#include "produce/delivery_slots.hpp"

namespace caas::kafka::produce {

/// What brings records to Kafka: see client::ProducerClient, whose words these are. The seam for
/// another way to a broker, and for unit tests without one. Thread-safe.
class Transport {
 public:
  virtual ~Transport() = default;
  [[nodiscard]] virtual Result<void> produce(const Record& record, std::uint64_t token) = 0;
  virtual void hurry(Milliseconds wait) = 0;
  virtual void purge() = 0;
  virtual void stopReporting() = 0;
  [[nodiscard]] virtual std::optional<Error> fatalError() const = 0;
};

/// What Producer promises, over any transport. Outcomes come to it as a sink.
class ProducerCore final : public client::DeliverySink {
 public:
  /// `purgePause`: how long close waits for the reports after each purge.
  explicit ProducerCore(const ProducerSettings& limits, Milliseconds purgePause = kPurgePause);
  /// Before anything else. It is destroyed first, so that no outcome comes to what is gone.
  void use(std::unique_ptr<Transport> transport) { transport_ = std::move(transport); }

  Result<void> send(const Record& record, DeliveryCallback&& onDelivery);
  [[nodiscard]] Result<void> flush(Milliseconds deadline);
  [[nodiscard]] Result<ShutdownReport> close(Milliseconds deadline);
  [[nodiscard]] ProducerStats stats() const;
  void onDeliveries(std::span<const client::DeliveryOutcome> outcomes) noexcept override;

 private:
  static constexpr Milliseconds kPurgePause{100};

  Result<void> tryToSend(const Record& record, DeliveryCallback&& onDelivery);
  [[nodiscard]] Error refused(DeliverySlots::Refusal refusal);
  void tellMeters(meters::MeterReport& report) const;
  void count(std::span<const client::DeliveryOutcome> outcomes);
  void waitAStep(Milliseconds step);
  void failTheRest();
  void reportUnanswered(std::uint64_t number);

  const ProducerSettings limits_;
  const Milliseconds purgePause_;
  DeliverySlots slots_;
  std::atomic<std::int64_t> accepted_{0};
  std::atomic<std::int64_t> delivered_{0};
  std::atomic<std::int64_t> notPersisted_{0};
  std::atomic<std::int64_t> possiblyPersisted_{0};
  std::atomic<std::int64_t> bytesAccepted_{0};
  std::atomic<std::int64_t> refusals_{0};
  std::mutex closeMutex_;
  bool closed_ = false;
  ShutdownReport closeReport_;
  DeliveryMeter meter_;
  std::array<std::atomic<std::int64_t>, static_cast<std::size_t>(ErrorCode::kInternal) + 1>
      refusedFor_{};
  meters::Meters::Registration registration_;
  std::unique_ptr<Transport> transport_;
};

}  // namespace caas::kafka::produce
