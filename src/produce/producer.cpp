#include "caas/kafka/producer.hpp"

#include <algorithm>
#include <atomic>
#include <future>
#include <mutex>
#include <thread>

#include <fmt/format.h>

#include "client/producer_client.hpp"
#include "core/errors.hpp"
#include "core/log.hpp"
#include "produce/delivery_slots.hpp"

namespace caas::kafka {
namespace {

std::int64_t sizeOf(const Record& record) {
  std::size_t bytes =
      (record.key ? record.key->size() : 0) + (record.value ? record.value->size() : 0);
  for (const auto& header : record.headers) {
    bytes += header.name.size() + (header.value ? header.value->size() : 0);
  }
  return static_cast<std::int64_t>(bytes);
}

Milliseconds until(std::chrono::steady_clock::time_point end) {
  const auto left =
      std::chrono::duration_cast<Milliseconds>(end - std::chrono::steady_clock::now());
  return std::max(left, Milliseconds{0});
}

}  // namespace

class Producer::Impl final : public client::DeliverySink {
 public:
  Impl(const Settings& settings)
      : limits_(settings.producer), slots_(limits_.queueMaxRecords, limits_.queueMaxBytes) {}

  Result<void> connect(const Settings& settings, ProducerPreset preset) {
    CAAS_ASSIGN(client_, client::ProducerClient::create(settings, preset, *this));
    return {};
  }

  Result<void> send(const Record& record, DeliveryCallback&& onDelivery) {
    if (record.topic.empty()) {
      return fail(errors::invalidArgument("a record needs a topic"));
    }
    const std::int64_t bytes = sizeOf(record);
    if (bytes > limits_.maxRecordBytes) {
      return fail(errors::recordTooLarge(record.topic, bytes, limits_.maxRecordBytes));
    }
    const auto slot = slots_.acquire(std::move(onDelivery), bytes, std::chrono::steady_clock::now(),
                                     limits_.queueFullWait);
    if (!slot) {
      return fail(refused(slot.error()));
    }
    if (auto accepted = client_->produce(record, *slot); !accepted) {
      slots_.release(*slot);
      if (auto fatal = client_->fatalError()) {
        return fail(*std::move(fatal));
      }
      return accepted;
    }
    accepted_.fetch_add(1, std::memory_order_relaxed);
    bytesAccepted_.fetch_add(bytes, std::memory_order_relaxed);
    return {};
  }

  void onDelivery(const client::DeliveryOutcome& outcome) noexcept override {
    DeliverySlots::Slot& slot = slots_.at(outcome.token);
    const DeliveryReport report{.topic = outcome.topic,
                                .partition = outcome.partition,
                                .offset = outcome.offset,
                                .timestamp = outcome.timestamp,
                                .latency = std::chrono::steady_clock::now() - slot.acceptedAt,
                                .persistence = outcome.persistence,
                                .error = outcome.error};
    count(report);
    if (slot.callback) {
      try {
        slot.callback(report);
      } catch (const std::exception& e) {
        log::error("delivery callback threw", {{"topic", outcome.topic}, {"what", e.what()}});
      } catch (...) {
        log::error("delivery callback threw", {{"topic", outcome.topic}});
      }
    }
    slots_.release(outcome.token);
  }

  Result<void> flush(Milliseconds deadline) {
    // Each step makes the client look through all its partitions, so the steps grow: a flush among
    // other threads' sends ends at most the last step late.
    constexpr Milliseconds kLongestStep{160};
    const auto end = std::chrono::steady_clock::now() + deadline;
    Milliseconds step{10};
    const auto waitLonger = [&] {
      waitAStep(std::min(step, until(end)));
      step = std::min(2 * step, kLongestStep);
    };
    if (slots_.waitForEarlier(end, waitLonger)) {
      return {};
    }
    return fail(errors::timeout(
        fmt::format("flush ({} records are still under way)", slots_.records()), deadline));
  }

  Result<ShutdownReport> close(Milliseconds deadline) {
    const auto end = std::chrono::steady_clock::now() + deadline;
    std::unique_lock lock(closeMutex_, std::try_to_lock);
    while (!lock.owns_lock() && !lock.try_lock()) {
      if (until(end) == Milliseconds{0}) {
        return fail(errors::timeout("close(), which another thread has begun,", deadline));
      }
      std::this_thread::sleep_for(Milliseconds{5});
    }
    if (closed_) {
      return closeReport_;
    }
    slots_.close();
    const std::int64_t deliveredBefore = delivered_;
    const std::int64_t notPersistedBefore = notPersisted_;
    const std::int64_t possiblyBefore = possiblyPersisted_;
    client_->hurry(until(end));
    if (!slots_.waitUntilEmpty(until(end))) {
      failTheRest();
    }
    closeReport_.delivered = delivered_ - deliveredBefore;
    closeReport_.notPersisted = notPersisted_ - notPersistedBefore;
    closeReport_.possiblyPersisted = possiblyPersisted_ - possiblyBefore;
    closed_ = true;
    return closeReport_;
  }

  [[nodiscard]] ProducerStats stats() const {
    return {.accepted = accepted_,
            .delivered = delivered_,
            .failed = notPersisted_ + possiblyPersisted_,
            .bytesAccepted = bytesAccepted_,
            .inFlight = slots_.records(),
            .queueFullWaits = slots_.waits(),
            .queueFullRefusals = refusals_};
  }

 private:
  [[nodiscard]] Error refused(DeliverySlots::Refusal refusal) {
    if (refusal == DeliverySlots::Refusal::kClosed) {
      return errors::shutdown("the producer");
    }
    refusals_.fetch_add(1, std::memory_order_relaxed);
    return errors::queueFull(slots_.records(), slots_.bytes(), limits_.queueFullWait);
  }

  void count(const DeliveryReport& report) {
    if (report.delivered()) {
      delivered_.fetch_add(1, std::memory_order_relaxed);
      return;
    }
    auto& failed =
        report.persistence == Persistence::kNotPersisted ? notPersisted_ : possiblyPersisted_;
    failed.fetch_add(1, std::memory_order_relaxed);
  }

  void waitAStep(Milliseconds step) {
    // Sends what lingers; returns early when nothing is queued in the client any more, and the last
    // callbacks may then still be running.
    const auto begin = std::chrono::steady_clock::now();
    client_->hurry(step);
    if (std::chrono::steady_clock::now() - begin < Milliseconds{1}) {
      static_cast<void>(slots_.waitUntilEmpty(Milliseconds{1}));
    }
  }

  /// Everything that is left is reported as failed. A purge reaches what is queued and in flight at
  /// that moment; a send that was between its slot and the client comes with the next.
  void failTheRest() {
    constexpr int kPurges = 20;
    for (int i = 0; i < kPurges; ++i) {
      client_->purge();
      if (slots_.waitUntilEmpty(Milliseconds{100})) {
        return;
      }
    }
    // The client gave no report for them: they get it from us, once it can give none any more.
    client_->stopReporting();
    const Error error{ErrorCode::kShutdown, "the producer was closed before Kafka answered"};
    for (const auto number : slots_.taken()) {
      onDelivery(
          {.token = number, .persistence = Persistence::kPossiblyPersisted, .error = &error});
    }
  }

  const ProducerSettings limits_;
  DeliverySlots slots_;
  std::unique_ptr<client::ProducerClient> client_;
  std::atomic<std::int64_t> accepted_{0};
  std::atomic<std::int64_t> delivered_{0};
  std::atomic<std::int64_t> notPersisted_{0};
  std::atomic<std::int64_t> possiblyPersisted_{0};
  std::atomic<std::int64_t> bytesAccepted_{0};
  std::atomic<std::int64_t> refusals_{0};
  std::mutex closeMutex_;
  bool closed_ = false;
  ShutdownReport closeReport_;
};

Result<std::unique_ptr<Producer>> Producer::create(const Settings& settings,
                                                   std::optional<ProducerPreset> preset) {
  auto impl = std::make_unique<Impl>(settings);
  CAAS_TRY(impl->connect(settings, preset.value_or(settings.producer.preset)));
  return std::unique_ptr<Producer>(new Producer(std::move(impl)));
}

Producer::Producer(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

Producer::~Producer() {
  const auto report = impl_->close(Milliseconds{5'000});
  if (report && !report->clean()) {
    log::warn("producer closed with records undelivered",
              {{"not_persisted", report->notPersisted},
               {"possibly_persisted", report->possiblyPersisted}});
  }
}

Result<void> Producer::send(const Record& record, DeliveryCallback onDelivery) {
  return impl_->send(record, std::move(onDelivery));
}

Result<Delivery> Producer::sendAndWait(const Record& record, Milliseconds deadline) {
  auto promise = std::make_shared<std::promise<Result<Delivery>>>();
  auto future = promise->get_future();
  CAAS_TRY(impl_->send(record, [promise](const DeliveryReport& report) {
    if (report.error != nullptr) {
      promise->set_value(std::unexpected(*report.error));
    } else {
      promise->set_value(Delivery{.topic = std::string(report.topic),
                                  .partition = report.partition,
                                  .offset = report.offset,
                                  .timestamp = report.timestamp,
                                  .latency = report.latency});
    }
  }));
  if (future.wait_for(deadline) != std::future_status::ready) {
    Error error = errors::timeout(
        fmt::format("delivering to '{}' (the record may still be delivered)", record.topic),
        deadline);
    return fail(std::move(error));
  }
  return future.get();
}

Result<void> Producer::flush(Milliseconds deadline) { return impl_->flush(deadline); }
Result<ShutdownReport> Producer::close(Milliseconds deadline) { return impl_->close(deadline); }
ProducerStats Producer::stats() const { return impl_->stats(); }

}  // namespace caas::kafka
