#pragma once

#include <cstdint>

#include "wire/types.hpp"

namespace caas::kafka::wire {

/// CRC-32C (Castagnoli), as record batches carry it: by the processor's own instruction where there
/// is one (SSE 4.2, ARMv8), else by tables.
[[nodiscard]] std::uint32_t crc32c(Bytes bytes);

/// By tables always; what crc32c() falls back to.
[[nodiscard]] std::uint32_t crc32cByTables(Bytes bytes);

}  // namespace caas::kafka::wire
