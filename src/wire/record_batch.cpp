#include "wire/record_batch.hpp"

#include <algorithm>
#include <array>
#include <limits>

#include "wire/batch_layout.hpp"
#include "wire/crc32c.hpp"

namespace caas::kafka::wire {
namespace {

using namespace batch;

constexpr std::uint64_t zigzag(std::int64_t value) {
  return (static_cast<std::uint64_t>(value) << 1) ^ static_cast<std::uint64_t>(value >> 63);
}

constexpr std::size_t varintBytes(std::int64_t value) {
  std::size_t bytes = 1;
  for (std::uint64_t left = zigzag(value); left >= 0x80; left >>= 7) {
    ++bytes;
  }
  return bytes;
}

/// A few varints, put together before they are appended at one go.
class Varints {
 public:
  void put(std::int64_t value) {
    std::uint64_t left = zigzag(value);
    while (left >= 0x80) {
      bytes_[size_++] = static_cast<std::uint8_t>(left | 0x80);
      left >>= 7;
    }
    bytes_[size_++] = static_cast<std::uint8_t>(left);
  }
  void appendTo(Buffer& buffer) {
    buffer.insert(buffer.end(), bytes_.begin(), bytes_.begin() + size_);
    size_ = 0;
  }

 private:
  static constexpr std::size_t kMostBytes = 10;
  static constexpr std::size_t kMostValues = 5;
  std::array<std::uint8_t, kMostBytes * kMostValues> bytes_{};
  std::ptrdiff_t size_ = 0;
};

void appendText(Buffer& buffer, std::string_view text) {
  buffer.insert(buffer.end(), text.begin(), text.end());
}

using Text = std::optional<std::string_view>;
std::int64_t lengthOf(const Text& text) {
  return text ? static_cast<std::int64_t>(text->size()) : -1;
}
std::size_t fieldBytes(const Text& text) {
  return varintBytes(lengthOf(text)) + (text ? text->size() : 0);
}

/// Of a record without its own length.
std::size_t bodyBytes(const Record& record, std::int64_t timestampDelta, std::int32_t offsetDelta) {
  std::size_t bytes = 1 + varintBytes(timestampDelta) + varintBytes(offsetDelta) +
                      fieldBytes(record.key) + fieldBytes(record.value) +
                      varintBytes(static_cast<std::int64_t>(record.headers.size()));
  for (const auto& header : record.headers) {
    bytes += fieldBytes(header.name) + fieldBytes(header.value);
  }
  return bytes;
}

template <class T>
void store(Buffer& buffer, std::size_t at, T value) {
  const auto bits = static_cast<std::make_unsigned_t<T>>(value);
  for (std::size_t i = 0; i < sizeof(T); ++i) {
    buffer[at + i] = static_cast<std::uint8_t>(bits >> (8 * (sizeof(T) - 1 - i)));
  }
}

}  // namespace

RecordBatch::RecordBatch(std::size_t limitBytes, Buffer buffer)
    : buffer_(std::move(buffer)), limitBytes_(limitBytes) {
  buffer_.assign(kHeadBytes, 0);
}

std::size_t RecordBatch::sizeWith(const Record& record) {
  const std::size_t body = bodyBytes(record, 0, 0);
  return kHeadBytes + varintBytes(static_cast<std::int64_t>(body)) + body;
}

bool RecordBatch::append(const Record& record, Timestamp timestamp) {
  const std::int64_t time = timestamp.time_since_epoch().count();
  // Unsigned: two times may lie further apart than a signed difference can say.
  const auto delta = static_cast<std::int64_t>(
      count_ == 0 ? 0
                  : static_cast<std::uint64_t>(time) - static_cast<std::uint64_t>(baseTimestamp_));
  const auto body = static_cast<std::int64_t>(bodyBytes(record, delta, count_));
  const std::size_t size = buffer_.size() + varintBytes(body) + static_cast<std::size_t>(body);
  if (size > limitBytes_ || size > std::numeric_limits<std::int32_t>::max() ||
      count_ == std::numeric_limits<std::int32_t>::max()) {
    return false;
  }
  if (count_ == 0) {
    baseTimestamp_ = maxTimestamp_ = time;
  }
  maxTimestamp_ = std::max(maxTimestamp_, time);

  Varints varints;
  varints.put(body);
  varints.put(0);  // attributes: none are in use, and a zero is the same byte either way
  varints.put(delta);
  varints.put(count_);
  varints.put(lengthOf(record.key));
  varints.appendTo(buffer_);
  appendText(buffer_, record.key.value_or(""));
  varints.put(lengthOf(record.value));
  varints.appendTo(buffer_);
  appendText(buffer_, record.value.value_or(""));
  varints.put(static_cast<std::int64_t>(record.headers.size()));
  for (const auto& header : record.headers) {
    varints.put(lengthOf(header.name));
    varints.appendTo(buffer_);
    appendText(buffer_, header.name);
    varints.put(lengthOf(header.value));
    varints.appendTo(buffer_);
    appendText(buffer_, header.value.value_or(""));
  }
  varints.appendTo(buffer_);
  ++count_;
  return true;
}

void RecordBatch::seal(Compression codec, Compressor& compressor, Buffer& scratch,
                       const ProducerStamp& stamped) {
  if (codec != Compression::kNone) {
    scratch.assign(kHeadBytes, 0);
    if (compressor.compress(codec, bytes().subspan(kHeadBytes), scratch)) {
      std::swap(buffer_, scratch);
      codec_ = codecNumber(codec);
    }
  }
  store(buffer_, kBaseOffset, std::int64_t{0});
  store(buffer_, kLength, static_cast<std::int32_t>(buffer_.size() - kBeforeLengthBytes));
  store(buffer_, kLeaderEpoch, std::int32_t{-1});
  store(buffer_, kMagic, static_cast<std::int8_t>(kMagicNumber));
  store(buffer_, kLastOffsetDelta, count_ - 1);
  store(buffer_, kBaseTimestamp, baseTimestamp_);
  store(buffer_, kMaxTimestamp, maxTimestamp_);
  store(buffer_, kCount, count_);
  stamp(stamped);
}

void RecordBatch::stamp(const ProducerStamp& stamped) {
  const int attributes = codec_ | (stamped.transactional ? kTransactional : 0);
  store(buffer_, kAttributes, static_cast<std::int16_t>(attributes));
  store(buffer_, kProducerId, stamped.producerId);
  store(buffer_, kProducerEpoch, stamped.epoch);
  store(buffer_, kBaseSequence, stamped.baseSequence);
  store(buffer_, kCrc, crc32c(bytes().subspan(kAttributes)));
}

}  // namespace caas::kafka::wire
