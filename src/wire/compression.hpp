#pragma once

#include <cstdint>
#include <memory>

#include "caas/kafka/result.hpp"
#include "caas/kafka/settings.hpp"
#include "wire/types.hpp"

namespace caas::kafka::wire {

/// Kafka's number of a codec, in a batch's attributes.
[[nodiscard]] int codecNumber(Compression codec);
/// kUnsupported for a number that we do not know.
[[nodiscard]] Result<Compression> codecOf(int number);

/// Compresses the records of batches as Kafka's Java client frames them: snappy in xerial's blocks
/// of 32 KB, lz4 in frames of independent 64 KB blocks, zstd, gzip. Keeps the codecs' own memory
/// from one batch to the next. For one thread.
class Compressor {
 public:
  Compressor();
  ~Compressor();
  Compressor(Compressor&&) noexcept;
  Compressor& operator=(Compressor&&) noexcept;

  /// Appends what `input` becomes to `output`. False, and `output` as it was, when that would be no
  /// shorter than `input` (or the codec failed): then it is sent plain. kNone is always false.
  [[nodiscard]] bool compress(Compression codec, Bytes input, Buffer& output);

 private:
  struct Contexts;
  std::unique_ptr<Contexts> contexts_;
};

/// The other way; raw snappy, as other clients write it, is understood too. kInternal for what is
/// no such data; kRecordTooLarge when it would take more than `limitBytes`.
[[nodiscard]] Result<Buffer> decompress(Compression codec, Bytes input, std::size_t limitBytes);

}  // namespace caas::kafka::wire
