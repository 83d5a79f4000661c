#pragma once

// The head of a record batch (magic 2), big endian; offsets from its first byte:
//
//   0 int64 base offset          21 int16 attributes           43 int64 producer id
//   8 int32 length from here on  23 int32 last offset's delta  51 int16 producer epoch
//  12 int32 leader epoch         27 int64 base timestamp       53 int32 base sequence
//  16 int8  magic                35 int64 max timestamp        57 int32 records
//  17 uint32 CRC-32C of all from 21 on                         61 the records
//
// A record: varint length, int8 attributes, varlong timestamp's delta, varint offset's delta, key,
// value, varint headers, each name and value; each text a varint length (-1: null) and its bytes.
// Varints are zigzag. Compression covers the records alone.
// https://kafka.apache.org/documentation/#recordbatch

#include <cstddef>

namespace caas::kafka::wire::batch {

inline constexpr std::size_t kBaseOffset = 0;
inline constexpr std::size_t kLength = 8;
inline constexpr std::size_t kLeaderEpoch = 12;
inline constexpr std::size_t kMagic = 16;
inline constexpr std::size_t kCrc = 17;
inline constexpr std::size_t kAttributes = 21;
inline constexpr std::size_t kLastOffsetDelta = 23;
inline constexpr std::size_t kBaseTimestamp = 27;
inline constexpr std::size_t kMaxTimestamp = 35;
inline constexpr std::size_t kProducerId = 43;
inline constexpr std::size_t kProducerEpoch = 51;
inline constexpr std::size_t kBaseSequence = 53;
inline constexpr std::size_t kCount = 57;
inline constexpr std::size_t kHeadBytes = 61;
/// What `length` does not count: the base offset and itself.
inline constexpr std::size_t kBeforeLengthBytes = 12;

inline constexpr int kMagicNumber = 2;
inline constexpr int kCodecMask = 0x07;
inline constexpr int kLogAppendTime = 0x08;
inline constexpr int kTransactional = 0x10;
inline constexpr int kControl = 0x20;

}  // namespace caas::kafka::wire::batch
