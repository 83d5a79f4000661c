#include "produce/producer_core.hpp"

#include <algorithm>
#include <chrono>
#include <ranges>
#include <thread>

#include <fmt/format.h>

#include "core/errors.hpp"
#include "core/log.hpp"

namespace caas::kafka::produce {
namespace {

/// How many outcomes ahead slots are fetched from memory.
constexpr std::size_t kAhead = 8;

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

ProducerCore::ProducerCore(const ProducerSettings& limits, Milliseconds purgePause)
    : limits_(limits),
      purgePause_(purgePause),
      slots_(limits_.queueMaxRecords, limits_.queueMaxBytes),
      registration_(meters::processMeters().add(
          [this](meters::MeterReport& report) { tellMeters(report); })) {}

Result<void> ProducerCore::send(const Record& record, DeliveryCallback&& onDelivery) {
  auto sent = tryToSend(record, std::move(onDelivery));
  if (!sent) {
    refusedFor_.at(static_cast<std::size_t>(sent.error().code))
        .fetch_add(1, std::memory_order_relaxed);
  }
  return sent;
}

Result<void> ProducerCore::tryToSend(const Record& record, DeliveryCallback&& onDelivery) {
  if (record.topic.empty()) {
    return fail(errors::invalidArgument("a record needs a topic"));
  }
  const std::int64_t bytes = sizeOf(record);
  if (bytes > limits_.maxRecordBytes) {
    return fail(errors::recordTooLarge(record.topic, bytes, limits_.maxRecordBytes));
  }
  const auto ticket = slots_.acquire(std::move(onDelivery), bytes, std::chrono::steady_clock::now(),
                                     limits_.queueFullWait);
  if (!ticket) {
    return fail(refused(ticket.error()));
  }
  if (auto accepted = transport_->produce(record, ticket->number); !accepted) {
    slots_.release(ticket->number);
    if (auto fatal = transport_->fatalError()) {
      return fail(*std::move(fatal));
    }
    return accepted;
  }
  accepted_.fetch_add(1, std::memory_order_relaxed);
  bytesAccepted_.fetch_add(bytes, std::memory_order_relaxed);
  if (!slots_.handOver(*ticket)) {
    // A whole close() went by meanwhile: the transport took the record and reports no more.
    reportUnanswered(ticket->number);
  }
  return {};
}

void ProducerCore::onDeliveries(std::span<const client::DeliveryOutcome> outcomes) noexcept {
  count(outcomes);
  const auto now = std::chrono::steady_clock::now();
  // Counted before the slots are free: who has waited for all reports finds them counted.
  std::optional<DeliveryMeter::Run> counting(std::in_place, meter_);
  for (std::size_t i = 0; i < outcomes.size(); ++i) {
    if (i + kAhead < outcomes.size()) {
      slots_.prefetch(outcomes[i + kAhead].token);
    }
    const auto& outcome = outcomes[i];
    const DeliverySlots::Slot& slot = slots_.at(outcome.token);
    counting->take(outcome, now - slot.acceptedAt);
    if (!slot.callback) {
      continue;
    }
    try {
      slot.callback({.topic = outcome.topic,
                     .partition = outcome.partition,
                     .offset = outcome.offset,
                     .timestamp = outcome.timestamp,
                     .latency = now - slot.acceptedAt,
                     .persistence = outcome.persistence,
                     .error = outcome.error});
    } catch (const std::exception& e) {
      log::error("delivery callback threw", {{"topic", outcome.topic}, {"what", e.what()}});
    } catch (...) {
      log::error("delivery callback threw", {{"topic", outcome.topic}});
    }
  }
  counting.reset();
  slots_.releaseAll(outcomes | std::views::transform(&client::DeliveryOutcome::token));
}

Result<void> ProducerCore::flush(Milliseconds deadline) {
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

Result<ShutdownReport> ProducerCore::close(Milliseconds deadline) {
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
  transport_->hurry(until(end));
  if (!slots_.waitUntilEmpty(until(end))) {
    failTheRest();
  }
  closeReport_.delivered = delivered_ - deliveredBefore;
  closeReport_.notPersisted = notPersisted_ - notPersistedBefore;
  closeReport_.possiblyPersisted = possiblyPersisted_ - possiblyBefore;
  closed_ = true;
  return closeReport_;
}

ProducerStats ProducerCore::stats() const {
  return {.accepted = accepted_,
          .delivered = delivered_,
          .failed = notPersisted_ + possiblyPersisted_,
          .bytesAccepted = bytesAccepted_,
          .inFlight = slots_.records(),
          .queueFullWaits = slots_.waits(),
          .queueFullRefusals = refusals_};
}

void ProducerCore::tellMeters(meters::MeterReport& report) const {
  using meters::Metric;
  const auto number = [](std::int64_t value) { return static_cast<double>(value); };
  const std::string_view name = toString(limits_.preset);
  report.add(Metric::kProduced, {name}, number(accepted_));
  report.add(Metric::kProducedBytes, {name}, number(bytesAccepted_));
  report.add(Metric::kProducerRecords, {name}, number(slots_.records()));
  report.add(Metric::kProducerBytes, {name}, number(slots_.bytes()));
  report.add(Metric::kProducerRecordsLimit, {name}, number(limits_.queueMaxRecords));
  report.add(Metric::kProducerBytesLimit, {name}, number(limits_.queueMaxBytes));
  report.add(Metric::kProducerWaits, {name}, number(slots_.waits()));
  for (std::size_t i = 0; i < refusedFor_.size(); ++i) {
    if (refusedFor_.at(i) > 0) {
      report.add(Metric::kRefused, {name, toString(static_cast<ErrorCode>(i))},
                 number(refusedFor_.at(i)));
    }
  }
  meter_.tell(report);
}

Error ProducerCore::refused(DeliverySlots::Refusal refusal) {
  if (refusal == DeliverySlots::Refusal::kClosed) {
    return errors::shutdown("the producer");
  }
  refusals_.fetch_add(1, std::memory_order_relaxed);
  return errors::queueFull(slots_.records(), slots_.bytes(), limits_.queueFullWait);
}

void ProducerCore::count(std::span<const client::DeliveryOutcome> outcomes) {
  std::int64_t delivered = 0;
  for (const auto& outcome : outcomes) {
    if (outcome.error == nullptr) {
      ++delivered;
      continue;
    }
    auto& failed =
        outcome.persistence == Persistence::kNotPersisted ? notPersisted_ : possiblyPersisted_;
    failed.fetch_add(1, std::memory_order_relaxed);
  }
  delivered_.fetch_add(delivered, std::memory_order_relaxed);
}

void ProducerCore::waitAStep(Milliseconds step) {
  // Sends what lingers; returns early when nothing is queued in the client any more, and the last
  // callbacks may then still be running.
  const auto begin = std::chrono::steady_clock::now();
  transport_->hurry(step);
  if (std::chrono::steady_clock::now() - begin < Milliseconds{1}) {
    static_cast<void>(slots_.waitUntilEmpty(Milliseconds{1}));
  }
}

/// Everything that is left is reported as failed. A purge reaches what is queued and in flight at
/// that moment; a send that was between its slot and the client comes with the next.
void ProducerCore::failTheRest() {
  constexpr int kPurges = 20;
  for (int i = 0; i < kPurges; ++i) {
    transport_->purge();
    if (slots_.waitUntilEmpty(purgePause_)) {
      return;
    }
  }
  // The transport gave no report for them: they get it from us, once it can give none any more. A
  // record that its sender is still handing over is the sender's to report.
  transport_->stopReporting();
  for (const auto number : slots_.handedOver()) {
    reportUnanswered(number);
  }
}

void ProducerCore::reportUnanswered(std::uint64_t number) {
  const Error error{ErrorCode::kShutdown, "the producer was closed before Kafka answered"};
  const client::DeliveryOutcome outcome{
      .token = number, .persistence = Persistence::kPossiblyPersisted, .error = &error};
  onDeliveries({&outcome, 1});
}

}  // namespace caas::kafka::produce
