#pragma once

#include <array>
#include <memory>
#include <mutex>
#include <vector>

#include "caas/kafka/producer.hpp"
#include "caas/kafka/settings.hpp"

namespace caas::kafka::produce {

/// The producers of a publisher: one for each preset, made when it is first used. Thread-safe; no
/// lock is held while a record is sent.
class PresetProducers {
 public:
  /// `settings` must outlive it.
  explicit PresetProducers(const Settings& settings) : settings_(settings) {}

  /// kShutdown after close(); else the errors of Producer::create. kDefault is the settings' own.
  [[nodiscard]] Result<std::shared_ptr<Producer>> get(ProducerPreset preset);
  [[nodiscard]] Result<void> flush(Milliseconds deadline);
  /// Closes all side by side, so that each has the whole deadline; the sum of their reports.
  [[nodiscard]] Result<ShutdownReport> close(Milliseconds deadline);
  [[nodiscard]] ProducerStats stats() const;

 private:
  static constexpr std::size_t kPresets = 4;
  [[nodiscard]] std::vector<std::shared_ptr<Producer>> all() const;

  const Settings& settings_;
  mutable std::mutex mutex_;
  std::array<std::shared_ptr<Producer>, kPresets> producers_;
  bool closed_ = false;
};

}  // namespace caas::kafka::produce
