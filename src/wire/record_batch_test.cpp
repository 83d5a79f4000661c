#include "wire/record_batch.hpp"

#include <gtest/gtest.h>

#include "wire/batch_reader.hpp"
#include "wire/crc32c.hpp"

namespace caas::kafka::wire {
namespace {

Bytes bytesOf(std::string_view text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

Record recordOf(std::string_view key, std::string_view value) {
  Record record;
  record.key = key;
  record.value = value;
  return record;
}

TEST(Crc32c, KnownAnswersAndBothWaysAlike) {
  EXPECT_EQ(crc32c(bytesOf("123456789")), 0xE3069283U);
  EXPECT_EQ(crc32c({}), 0U);
  EXPECT_EQ(crc32c(Buffer(32, 0)), 0x8A9136AAU);  // RFC 3720, B.4
  Buffer bytes;
  for (int i = 0; i < 200; ++i) {
    bytes.push_back(static_cast<std::uint8_t>(i * 37));
    EXPECT_EQ(crc32c(bytes), crc32cByTables(bytes)) << bytes.size();
  }
}

TEST(RecordBatch, ItsLimitIsHeldAndItStaysAsItWas) {
  const auto record = recordOf("key", "a value of some length");
  const std::size_t one = RecordBatch::sizeWith(record);
  RecordBatch batch(one);
  ASSERT_TRUE(batch.append(record, Timestamp{Milliseconds{5}}));
  EXPECT_EQ(batch.sizeBytes(), one);
  EXPECT_FALSE(batch.append(recordOf("", ""), Timestamp{Milliseconds{5}}));
  EXPECT_EQ(batch.count(), 1);
  Compressor compressor;
  Buffer scratch;
  batch.seal(Compression::kNone, compressor, scratch, {});
  Bytes bytes = batch.bytes();
  const auto read = readBatch(bytes);
  ASSERT_TRUE(read) << read.error().message;
  ASSERT_EQ(read->records.size(), 1);
  EXPECT_EQ(read->records[0].value, "a value of some length");
  RecordBatch tooSmall(one - 1);
  EXPECT_FALSE(tooSmall.append(record, Timestamp{}));
}

TEST(RecordBatch, AnotherStampLeavesTheRecordsAndTheChecksumFits) {
  RecordBatch batch(1'000'000);
  const std::string value(2'000, 'v');
  for (int i = 0; i < 10; ++i) {
    // Back in time too: a delta may be negative.
    ASSERT_TRUE(batch.append(recordOf("k", value), Timestamp{Milliseconds{1'000 - i}}));
  }
  Compressor compressor;
  Buffer scratch;
  batch.seal(Compression::kLz4, compressor, scratch,
             {.producerId = 1, .epoch = 2, .baseSequence = 3});
  EXPECT_LT(batch.sizeBytes(), 3'000);
  batch.stamp({.producerId = 70, .epoch = 0, .baseSequence = 0});
  Bytes bytes = batch.bytes();
  const auto read = readBatch(bytes);
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_EQ(read->codec, Compression::kLz4);
  EXPECT_EQ(read->producerId, 70);
  EXPECT_EQ(read->baseSequence, 0);
  EXPECT_EQ(read->maxTimestamp, 1'000);
  ASSERT_EQ(read->records.size(), 10);
  EXPECT_EQ(read->records[9].timestamp, 991);
}

TEST(RecordBatch, ABufferIsUsedAgain) {
  RecordBatch first(10'000);
  ASSERT_TRUE(first.append(recordOf("k", std::string(5'000, 'x')), Timestamp{}));
  Buffer buffer = std::move(first).release();
  const auto* where = buffer.data();
  RecordBatch second(10'000, std::move(buffer));
  EXPECT_TRUE(second.empty());
  ASSERT_TRUE(second.append(recordOf("k", "short"), Timestamp{}));
  EXPECT_EQ(second.bytes().data(), where);
}

TEST(RecordBatch, WhatDoesNotShrinkIsPlain) {
  for (const auto codec :
       {Compression::kGzip, Compression::kSnappy, Compression::kLz4, Compression::kZstd}) {
    RecordBatch batch(10'000);
    ASSERT_TRUE(batch.append(recordOf("k", "v"), Timestamp{}));
    Compressor compressor;
    Buffer scratch;
    batch.seal(codec, compressor, scratch, {});
    Bytes bytes = batch.bytes();
    const auto read = readBatch(bytes);
    ASSERT_TRUE(read);
    EXPECT_EQ(read->codec, Compression::kNone);
  }
}

TEST(BatchReader, EveryDamageIsSeen) {
  RecordBatch batch(10'000);
  ASSERT_TRUE(batch.append(recordOf("key", "value"), Timestamp{Milliseconds{1}}));
  Compressor compressor;
  Buffer scratch;
  batch.seal(Compression::kNone, compressor, scratch, {});
  const Buffer whole(batch.bytes().begin(), batch.bytes().end());
  for (std::size_t size = 0; size < whole.size(); ++size) {
    Bytes cut = Bytes(whole).first(size);
    EXPECT_FALSE(readBatch(cut)) << size;
  }
  // From the magic on each bit is covered, by the checksum or by itself.
  for (std::size_t at = 16; at < whole.size(); ++at) {
    Buffer damaged = whole;
    damaged[at] ^= 0x10;
    Bytes bytes = damaged;
    EXPECT_FALSE(readBatch(bytes)) << at;
  }
}

TEST(BatchReader, ABombIsRefusedAtTheLimit) {
  for (const auto codec :
       {Compression::kGzip, Compression::kSnappy, Compression::kLz4, Compression::kZstd}) {
    RecordBatch copy(40'000'000);
    ASSERT_TRUE(copy.append(recordOf("k", std::string(2'000'000, 'x')), Timestamp{}));
    Compressor compressor;
    Buffer scratch;
    copy.seal(codec, compressor, scratch, {});
    ASSERT_LT(copy.sizeBytes(), 200'000);
    Bytes bytes = copy.bytes();
    const auto read = readBatch(bytes, 1'000'000);
    ASSERT_FALSE(read);
    EXPECT_EQ(read.error().code, ErrorCode::kRecordTooLarge);
    EXPECT_TRUE(readBatch(bytes, 3'000'000)) << "it was taken off by a failure";
  }
}

TEST(Compression, RawSnappyAndGarbageAreTold) {
  // One literal of three bytes: as clients other than Java's write it.
  const Buffer raw{3, 2 << 2, 'a', 'b', 'c'};
  const auto read = decompress(Compression::kSnappy, raw, 100);
  ASSERT_TRUE(read);
  EXPECT_EQ(*read, (Buffer{'a', 'b', 'c'}));
  const Buffer garbage{0xFF, 0xFF, 0xFF, 0xFF, 0x0F, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13};
  for (const auto codec :
       {Compression::kGzip, Compression::kSnappy, Compression::kLz4, Compression::kZstd}) {
    EXPECT_FALSE(decompress(codec, garbage, 1'000'000)) << toString(codec);
    EXPECT_FALSE(decompress(codec, {}, 1'000'000)) << toString(codec);
  }
}

}  // namespace
}  // namespace caas::kafka::wire
