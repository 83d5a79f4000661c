#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "caas/kafka/record.hpp"
#include "wire/compression.hpp"
#include "wire/types.hpp"

namespace caas::kafka::wire {

/// A record batch (magic 2) that was read: for tests and diagnosis.
struct ReadBatch {
  std::int64_t baseOffset = 0;
  std::int32_t leaderEpoch = -1;
  Compression codec = Compression::kNone;
  bool logAppendTime = false;
  bool transactional = false;
  bool control = false;
  std::int64_t baseTimestamp = 0;
  std::int64_t maxTimestamp = 0;
  std::int64_t producerId = -1;
  std::int16_t producerEpoch = -1;
  std::int32_t baseSequence = -1;

  struct Entry {
    std::int64_t offset = 0;
    std::int64_t timestamp = 0;
    std::optional<std::string> key;
    std::optional<std::string> value;
    std::vector<Header> headers;
  };
  std::vector<Entry> records;
};

/// The most that one batch's records may take when they are no longer compressed.
inline constexpr std::size_t kMaxBatchBytes = 256U * 1024 * 1024;

/// Reads the batch at the front of `input` and takes it off. The CRC must fit. kInternal: no batch,
/// or a broken one; kRecordTooLarge: it grows beyond `limitBytes`.
[[nodiscard]] Result<ReadBatch> readBatch(Bytes& input, std::size_t limitBytes = kMaxBatchBytes);

}  // namespace caas::kafka::wire
