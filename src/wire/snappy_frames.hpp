#pragma once

#include "caas/kafka/result.hpp"
#include "wire/types.hpp"

namespace caas::kafka::wire {

// Snappy as Java frames it (xerial): 0x82 "SNAPPY" 0, int32 version 1, int32 oldest reader 1, then
// blocks of int32 length and raw snappy, each of at most 32 KB before compression.

/// Appends to `output`.
void snappyCompress(Bytes input, Buffer& output);
/// Of xerial's frames or one raw block.
[[nodiscard]] Result<Buffer> snappyDecompress(Bytes input, std::size_t limitBytes);

}  // namespace caas::kafka::wire
