#pragma once

#include <cstdint>

#include "caas/kafka/record.hpp"
#include "wire/compression.hpp"
#include "wire/types.hpp"

namespace caas::kafka::wire {

/// Whose a batch is, for the broker to tell a repetition. The defaults: nobody's.
struct ProducerStamp {
  std::int64_t producerId = -1;
  std::int16_t epoch = -1;
  std::int32_t baseSequence = -1;  ///< of its first record
  bool transactional = false;
};

/// A record batch (magic 2) that is built where it is sent from: each record is copied once, to its
/// place, and nothing is allocated for it but what the buffer grows. For one thread.
class RecordBatch {
 public:
  /// `buffer` is emptied and used on: what a pool hands out.
  explicit RecordBatch(std::size_t limitBytes, Buffer buffer = {});

  /// The bytes that the batch has when only this record is in it, plain.
  [[nodiscard]] static std::size_t sizeWith(const Record& record);

  /// False when the batch would grow beyond its limit, plain; then it is as it was. Topic and
  /// partition are the caller's business; timestamps may go back and forth.
  [[nodiscard]] bool append(const Record& record, Timestamp timestamp);

  [[nodiscard]] bool empty() const { return count_ == 0; }
  [[nodiscard]] std::int32_t count() const { return count_; }
  /// As it stands, plain or (sealed) compressed.
  [[nodiscard]] std::size_t sizeBytes() const { return buffer_.size(); }

  /// Ends it: compresses the records, where that makes them shorter, and writes the head. `scratch`
  /// is where the compressor writes; the two buffers change places when it was of use. Once only,
  /// and not empty.
  void seal(Compression codec, Compressor& compressor, Buffer& scratch, const ProducerStamp& stamp);
  /// Writes another stamp into the sealed batch: for one that is sent again under a new producer id
  /// or epoch.
  void stamp(const ProducerStamp& stamp);

  /// The sealed batch; valid until this changes.
  [[nodiscard]] Bytes bytes() const { return buffer_; }
  /// Gives the buffer back for the next one.
  [[nodiscard]] Buffer release() && { return std::move(buffer_); }

 private:
  Buffer buffer_;
  std::size_t limitBytes_;
  std::int32_t count_ = 0;
  std::int64_t baseTimestamp_ = 0;
  std::int64_t maxTimestamp_ = 0;
  int codec_ = 0;
};

}  // namespace caas::kafka::wire
