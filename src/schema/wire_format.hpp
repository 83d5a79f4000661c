#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "caas/kafka/result.hpp"

namespace caas::kafka::schema {

/// A record's value in Confluent's wire format (docs.confluent.io, "Wire format"): a zero byte, the
/// schema's id in four bytes, big end first, and what the schema describes.
struct Framed {
  int id = 0;
  std::string_view payload;
};

inline constexpr std::size_t kFrameBytes = 5;

/// Whether the bytes can be framed at all: text and JSON never begin with a zero byte.
[[nodiscard]] inline bool looksFramed(std::string_view bytes) {
  return bytes.size() >= kFrameBytes && bytes.front() == '\0';
}
/// Errors: kInvalidArgument (shorter than a frame, another magic byte).
[[nodiscard]] Result<Framed> unframe(std::string_view bytes);
void appendFrame(int id, std::string& out);

/// Which message of a Protobuf file it is: the place of the top-level message, then those of the
/// nested ones. In front of Protobuf's payload: their count and each of them as zigzag varints, and
/// one zero byte for the usual [0].
using MessageIndexes = std::vector<std::int32_t>;
inline constexpr std::size_t kMostMessageIndexes = 64;

/// Takes them off the payload's front. Errors: kInvalidArgument (truncated, negative, too many).
[[nodiscard]] Result<MessageIndexes> takeMessageIndexes(std::string_view& payload);
void appendMessageIndexes(const MessageIndexes& indexes, std::string& out);

}  // namespace caas::kafka::schema
