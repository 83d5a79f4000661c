#pragma once

#include <span>
#include <string_view>

#include "caas/kafka/settings.hpp"

namespace caas::kafka::config {

/// What a preset sets, and for whom.
struct PresetValues {
  ProducerPreset preset;
  Milliseconds linger;
  Compression compression;
  std::int64_t batchSizeBytes;
  std::int64_t batchMaxBytes;
  std::string_view purpose;
};

[[nodiscard]] std::span<const PresetValues> presetTable();
[[nodiscard]] const PresetValues& valuesOf(ProducerPreset preset);

}  // namespace caas::kafka::config
