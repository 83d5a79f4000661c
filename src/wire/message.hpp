#pragma once

// Whole messages to bytes and back.

#include <string_view>

#include "caas/kafka/result.hpp"
#include "wire/decoder.hpp"
#include "wire/encoder.hpp"

namespace caas::kafka::wire {

/// The largest frame that is read; what a broker can answer to what we ask is far below.
inline constexpr std::size_t kMaxFrameBytes = 64U * 1024 * 1024;

namespace detail {
[[nodiscard]] Error cannotEncode(std::string_view message, int version, std::string_view problem);
[[nodiscard]] Error cannotDecode(std::string_view message, int version, std::string_view problem);
[[nodiscard]] Result<void> finish(Decoder& decoder, std::string_view message, int version);
}  // namespace detail

/// kInvalidArgument: a value that this version cannot carry.
template <class Message>
[[nodiscard]] Result<Frame> encode(const Message& message, int version) {
  Encoder encoder(version >= Message::kFlexibleSince);
  Message::visit(encoder, message, version);
  if (!encoder.ok()) {
    return std::unexpected(detail::cannotEncode(Message::kName, version, encoder.problem()));
  }
  return std::move(encoder).take();
}

/// All of `bytes` must be one message; Records in it are views into them. kInternal: bytes that we
/// do not understand.
template <class Message>
[[nodiscard]] Result<Message> decode(Bytes bytes, int version) {
  Decoder decoder(bytes, version >= Message::kFlexibleSince);
  Message message;
  Message::visit(decoder, message, version);
  auto finished = detail::finish(decoder, Message::kName, version);
  if (!finished) {
    return std::unexpected(std::move(finished).error());
  }
  return message;
}

/// The header of requests and responses of this version. An ApiVersionsResponse has the oldest
/// header always, because it must be readable before versions are known (KIP-511).
[[nodiscard]] constexpr int requestHeaderVersion(int version, int flexibleSince) {
  return version >= flexibleSince ? 2 : 1;
}
[[nodiscard]] constexpr int responseHeaderVersion(Api api, int version, int flexibleSince) {
  return api != Api::kApiVersions && version >= flexibleSince ? 1 : 0;
}

}  // namespace caas::kafka::wire
