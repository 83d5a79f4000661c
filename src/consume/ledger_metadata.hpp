#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "consume/offset_ledger.hpp"

// The out-of-order map in a commit's metadata. Kafka's metadata is text of at most 4,096 characters
// (offset.metadata.max.bytes); binary comes back broken. So base64url (RFC 4648, no padding) of
//
//   byte  0..1   magic "cL"
//   byte  2      version, 1
//   then         unsigned LEB128 numbers in pairs: offsets to skip, offsets that are completed;
//                the first skip counts from the committed offset
//   last 4       CRC-32C of everything before, little-endian

namespace caas::kafka {

/// Longest metadata that we write, in characters. Ranges that do not fit are left out, the highest
/// first: those records run again after a restart.
inline constexpr std::size_t kLedgerMetadataLimit = 3072;

struct EncodedLedger {
  std::string metadata;             ///< empty if there is nothing to tell
  std::int64_t offsetsLeftOut = 0;  ///< completed offsets that did not fit
};
[[nodiscard]] EncodedLedger encodeLedger(std::int64_t committed,
                                         const std::vector<OffsetRange>& completed,
                                         std::size_t limit = kLedgerMetadataLimit);

/// Why metadata was ignored.
enum class LedgerProblem {
  kForeign,        ///< not ours: another application's words
  kBroken,         ///< ours, and damaged
  kFutureVersion,  ///< written by a newer library
};
[[nodiscard]] std::string_view toString(LedgerProblem problem);

/// Empty metadata is an empty set.
[[nodiscard]] std::variant<CompletedOffsets, LedgerProblem> decodeLedger(std::int64_t committed,
                                                                         std::string_view metadata);

}  // namespace caas::kafka
