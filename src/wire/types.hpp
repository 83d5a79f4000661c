#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "wire/generated/api.hpp"

namespace caas::kafka::wire {

using Bytes = std::span<const std::uint8_t>;
using Buffer = std::vector<std::uint8_t>;
using Uuid = std::array<std::uint8_t, 16>;

/// Bytes of Kafka's type "bytes": another overload than text.
struct Blob {
  std::string bytes;
  [[nodiscard]] bool empty() const { return bytes.empty(); }
  bool operator==(const Blob&) const = default;
};

/// Record batches in their wire form, owned by somebody else: a batch that is sent, or the frame
/// that was received. They must stay as long as the message, and the frame it was encoded into.
struct Records {
  Bytes bytes;
  [[nodiscard]] bool empty() const { return bytes.empty(); }
  bool operator==(const Records& other) const { return std::ranges::equal(bytes, other.bytes); }
};

/// Versions of a request, both ends in it.
struct VersionRange {
  int low = 0;
  int high = -1;
  [[nodiscard]] constexpr bool empty() const { return low > high; }
  bool operator==(const VersionRange&) const = default;
};

/// As kFlexibleSince: never.
inline constexpr int kNeverFlexible = 32767;

}  // namespace caas::kafka::wire
