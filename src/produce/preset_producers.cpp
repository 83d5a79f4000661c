#include "produce/preset_producers.hpp"

#include <algorithm>
#include <chrono>
#include <optional>
#include <thread>

#include "core/errors.hpp"

namespace caas::kafka::produce {
namespace {

Milliseconds leftUntil(std::chrono::steady_clock::time_point end) {
  const auto left = std::chrono::ceil<Milliseconds>(end - std::chrono::steady_clock::now());
  return std::max(left, Milliseconds{0});
}

void add(ShutdownReport& sum, const ShutdownReport& report) {
  sum.delivered += report.delivered;
  sum.notPersisted += report.notPersisted;
  sum.possiblyPersisted += report.possiblyPersisted;
}

void add(ProducerStats& sum, const ProducerStats& stats) {
  sum.accepted += stats.accepted;
  sum.delivered += stats.delivered;
  sum.failed += stats.failed;
  sum.bytesAccepted += stats.bytesAccepted;
  sum.inFlight += stats.inFlight;
  sum.queueFullWaits += stats.queueFullWaits;
  sum.queueFullRefusals += stats.queueFullRefusals;
}

}  // namespace

Result<std::shared_ptr<Producer>> PresetProducers::get(ProducerPreset preset) {
  const auto effective = preset == ProducerPreset::kDefault ? settings_.producer.preset : preset;
  const std::lock_guard lock(mutex_);
  if (closed_) {
    return fail(errors::shutdown("the publisher"));
  }
  auto& slot = producers_.at(static_cast<std::size_t>(effective));
  if (!slot) {
    const auto wish =
        effective == settings_.producer.preset ? std::nullopt : std::optional(effective);
    CAAS_ASSIGN(slot, Producer::create(settings_, wish));
  }
  return slot;
}

std::vector<std::shared_ptr<Producer>> PresetProducers::all() const {
  const std::lock_guard lock(mutex_);
  std::vector<std::shared_ptr<Producer>> producers;
  std::ranges::copy_if(producers_, std::back_inserter(producers),
                       [](const auto& producer) { return producer != nullptr; });
  return producers;
}

Result<void> PresetProducers::flush(Milliseconds deadline) {
  const auto end = std::chrono::steady_clock::now() + deadline;
  // One after the other is enough: the others go on delivering meanwhile. The last error counts,
  // and none keeps the rest from being waited for.
  Result<void> outcome;
  for (const auto& producer : all()) {
    if (auto flushed = producer->flush(leftUntil(end)); !flushed) {
      outcome = std::move(flushed);
    }
  }
  return outcome;
}

Result<ShutdownReport> PresetProducers::close(Milliseconds deadline) {
  {
    const std::lock_guard lock(mutex_);
    closed_ = true;
  }
  const auto producers = all();
  std::vector<Result<ShutdownReport>> reports(producers.size());
  {
    std::vector<std::jthread> threads;
    for (std::size_t i = 1; i < producers.size(); ++i) {
      threads.emplace_back([&, i] { reports[i] = producers[i]->close(deadline); });
    }
    if (!producers.empty()) {
      reports[0] = producers[0]->close(deadline);
    }
  }
  ShutdownReport sum;
  for (auto& report : reports) {
    if (!report) {
      return report;
    }
    add(sum, *report);
  }
  return sum;
}

ProducerStats PresetProducers::stats() const {
  ProducerStats sum;
  for (const auto& producer : all()) {
    add(sum, producer->stats());
  }
  return sum;
}

}  // namespace caas::kafka::produce
