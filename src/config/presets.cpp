#include "config/presets.hpp"

#include <array>

namespace caas::kafka {
namespace config {
namespace {

constexpr std::int64_t kBatchCap = ProducerSettings{}.batchMaxBytes;

// The batch cap stays at 1 MB everywhere: a topic takes 1,048,588 bytes a batch unless told
// otherwise, and a cap below what is waiting only makes more requests (docs/decisions/).
constexpr std::array kTable{
    PresetValues{ProducerPreset::kDefault, Milliseconds{5}, Compression::kSnappy, 16384, kBatchCap,
                 "people waiting for messages: 5 ms are not noticed, and batches form under load"},
    PresetValues{ProducerPreset::kHighThroughput, Milliseconds{10}, Compression::kSnappy, 32768,
                 kBatchCap, "streams that nobody watches live, such as analytics"},
    PresetValues{ProducerPreset::kLowLatency, Milliseconds{0}, Compression::kNone, 1024, kBatchCap,
                 "a few records that must leave at once; costs a request for nearly each record"},
    PresetValues{ProducerPreset::kMaxThroughput, Milliseconds{50}, Compression::kLz4, kBatchCap,
                 kBatchCap, "imports and replays: full batches, the cheapest compression to undo"},
};

/// A value that differs from the default and from what its own preset would have set can only have
/// been put there by hand.
template <class T>
bool setByHand(const T& value, const T& ofDefault, const T& ofPreset) {
  return value != ofDefault && value != ofPreset;
}

}  // namespace

std::span<const PresetValues> presetTable() { return kTable; }

const PresetValues& valuesOf(ProducerPreset preset) {
  for (const auto& values : kTable) {
    if (values.preset == preset) {
      return values;
    }
  }
  return kTable.front();
}

}  // namespace config

ProducerSettings withPreset(const ProducerSettings& settings, ProducerPreset preset) {
  using config::setByHand;
  const auto& now = config::valuesOf(settings.preset);
  const auto& base = config::valuesOf(ProducerPreset::kDefault);
  auto result = settings;
  if (preset != ProducerPreset::kDefault) {
    result.preset = preset;
  }
  const auto& wanted = config::valuesOf(result.preset);

  auto& given = result.given;
  given.linger |= setByHand(settings.linger, base.linger, now.linger);
  given.compression |= setByHand(settings.compression, base.compression, now.compression);
  given.batchSizeBytes |=
      setByHand(settings.batchSizeBytes, base.batchSizeBytes, now.batchSizeBytes);
  given.batchMaxBytes |= setByHand(settings.batchMaxBytes, base.batchMaxBytes, now.batchMaxBytes);

  if (!given.linger) {
    result.linger = wanted.linger;
  }
  if (!given.compression) {
    result.compression = wanted.compression;
  }
  if (!given.batchSizeBytes) {
    result.batchSizeBytes = wanted.batchSizeBytes;
  }
  if (!given.batchMaxBytes) {
    result.batchMaxBytes = wanted.batchMaxBytes;
  }
  return result;
}

}  // namespace caas::kafka
