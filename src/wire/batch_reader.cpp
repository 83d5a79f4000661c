#include "wire/batch_reader.hpp"

#include <fmt/format.h>

#include "core/errors.hpp"
#include "wire/batch_layout.hpp"
#include "wire/crc32c.hpp"

namespace caas::kafka::wire {
namespace {

using namespace batch;

Error broken(std::string_view why) {
  return errors::internal(fmt::format("the record batch is broken: {}", why));
}

template <class T>
T load(Bytes bytes, std::size_t at) {
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < sizeof(T); ++i) {
    value = value << 8 | bytes[at + i];
  }
  return static_cast<T>(value);
}

/// Reads the fields of records; like Decoder, the first problem stays and the rest is nothing.
class RecordDecoder {
 public:
  explicit RecordDecoder(Bytes bytes) : left_(bytes) {}

  [[nodiscard]] bool ok() const { return ok_; }
  [[nodiscard]] std::size_t left() const { return left_.size(); }

  std::int64_t varlong() {
    std::uint64_t value = 0;
    constexpr int kMaxShift = 63;
    for (int shift = 0; shift <= kMaxShift; shift += 7) {
      const Bytes byte = take(1);
      if (byte.empty()) {
        return 0;
      }
      value |= static_cast<std::uint64_t>(byte[0] & 0x7F) << shift;
      if ((byte[0] & 0x80) == 0) {
        return static_cast<std::int64_t>((value >> 1) ^ (0 - (value & 1)));
      }
    }
    ok_ = false;
    return 0;
  }
  Bytes take(std::size_t count) {
    if (!ok_ || count > left_.size()) {
      ok_ = false;
      left_ = {};
      return {};
    }
    const Bytes bytes = left_.first(count);
    left_ = left_.subspan(count);
    return bytes;
  }
  std::optional<std::string> text() {
    const std::int64_t length = varlong();
    if (length == -1) {
      return std::nullopt;
    }
    const Bytes bytes = take(length < 0 ? left_.size() + 1 : static_cast<std::size_t>(length));
    return std::string(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  }
  /// A number of things that take at least `fewest` bytes each.
  std::size_t count(std::size_t fewest) {
    const std::int64_t value = varlong();
    if (value < 0 || static_cast<std::uint64_t>(value) > left_.size() / fewest) {
      ok_ = false;
      return 0;
    }
    return static_cast<std::size_t>(value);
  }

 private:
  Bytes left_;
  bool ok_ = true;
};

constexpr std::size_t kFewestRecordBytes = 7;
constexpr std::size_t kFewestHeaderBytes = 2;

/// Without overflow's undefined behaviour, whatever the bytes say.
std::int64_t plus(std::int64_t a, std::int64_t b) {
  return static_cast<std::int64_t>(static_cast<std::uint64_t>(a) + static_cast<std::uint64_t>(b));
}

bool readRecord(RecordDecoder& outer, const ReadBatch& batch, ReadBatch::Entry& record) {
  RecordDecoder in(outer.take(outer.count(1)));
  in.take(1);  // attributes
  const std::int64_t timestamp = plus(batch.baseTimestamp, in.varlong());
  record.timestamp = batch.logAppendTime ? batch.maxTimestamp : timestamp;
  record.offset = plus(batch.baseOffset, in.varlong());
  record.key = in.text();
  record.value = in.text();
  for (std::size_t left = in.count(kFewestHeaderBytes); left > 0 && in.ok(); --left) {
    auto name = in.text();
    auto value = in.text();
    if (!name) {
      return false;
    }
    record.headers.push_back({.name = *std::move(name), .value = std::move(value)});
  }
  return outer.ok() && in.ok() && in.left() == 0;
}

Result<ReadBatch> readHead(Bytes bytes) {
  ReadBatch batch;
  batch.baseOffset = load<std::int64_t>(bytes, kBaseOffset);
  batch.leaderEpoch = load<std::int32_t>(bytes, kLeaderEpoch);
  const int attributes = load<std::int16_t>(bytes, kAttributes);
  CAAS_ASSIGN(batch.codec, codecOf(attributes & kCodecMask));
  batch.logAppendTime = (attributes & kLogAppendTime) != 0;
  batch.transactional = (attributes & kTransactional) != 0;
  batch.control = (attributes & kControl) != 0;
  batch.baseTimestamp = load<std::int64_t>(bytes, kBaseTimestamp);
  batch.maxTimestamp = load<std::int64_t>(bytes, kMaxTimestamp);
  batch.producerId = load<std::int64_t>(bytes, kProducerId);
  batch.producerEpoch = load<std::int16_t>(bytes, kProducerEpoch);
  batch.baseSequence = load<std::int32_t>(bytes, kBaseSequence);
  return batch;
}

}  // namespace

Result<ReadBatch> readBatch(Bytes& input, std::size_t limitBytes) {
  if (input.size() < kHeadBytes) {
    return fail(broken(fmt::format("{} bytes are less than its head", input.size())));
  }
  const auto length = load<std::int32_t>(input, kLength);
  if (length < static_cast<std::int32_t>(kHeadBytes - kBeforeLengthBytes) ||
      static_cast<std::size_t>(length) > input.size() - kBeforeLengthBytes) {
    return fail(broken(fmt::format("its length is {}, and {} bytes are there", length,
                                   input.size() - kBeforeLengthBytes)));
  }
  if (const int magic = load<std::int8_t>(input, kMagic); magic != kMagicNumber) {
    return fail(broken(fmt::format("its magic is {} and not {}", magic, kMagicNumber)));
  }
  const Bytes bytes = input.first(static_cast<std::size_t>(length) + kBeforeLengthBytes);
  if (load<std::uint32_t>(bytes, kCrc) != crc32c(bytes.subspan(kAttributes))) {
    return fail(broken("its checksum does not fit"));
  }
  CAAS_ASSIGN(ReadBatch batch, readHead(bytes));
  Buffer plain;
  Bytes records = bytes.subspan(kHeadBytes);
  if (batch.codec != Compression::kNone) {
    CAAS_ASSIGN(plain, decompress(batch.codec, records, limitBytes));
    records = plain;
  }
  const auto count = load<std::int32_t>(bytes, kCount);
  if (count < 0 || static_cast<std::size_t>(count) > records.size() / kFewestRecordBytes) {
    return fail(broken(fmt::format("{} records in {} bytes", count, records.size())));
  }
  RecordDecoder decoder(records);
  batch.records.reserve(static_cast<std::size_t>(count));
  for (std::int32_t i = 0; i < count; ++i) {
    if (!readRecord(decoder, batch, batch.records.emplace_back())) {
      return fail(broken(fmt::format("record {} of {}", i + 1, count)));
    }
  }
  if (decoder.left() > 0) {
    return fail(broken(fmt::format("{} bytes behind its last record", decoder.left())));
  }
  input = input.subspan(bytes.size());
  return batch;
}

}  // namespace caas::kafka::wire
