#include "wire/decoder.hpp"

#include <fmt/format.h>

namespace caas::kafka::wire {

std::uint32_t Decoder::varint(std::string_view name) {
  constexpr int kMaxShift = 28;
  std::uint64_t value = 0;
  for (int shift = 0; shift <= kMaxShift; shift += 7) {
    const auto byte = take<std::uint8_t>(name);
    value |= static_cast<std::uint64_t>(byte & 0x7F) << shift;
    if ((byte & 0x80) == 0) {
      if (value > 0xFFFFFFFFU) {
        break;
      }
      return static_cast<std::uint32_t>(value);
    }
  }
  refuse(name, "is a number of more than 32 bits");
  return 0;
}

Bytes Decoder::raw(std::string_view name, std::size_t count) {
  if (!ok()) {
    return {};
  }
  if (count > left_.size()) {
    refuse(name, fmt::format("needs {} bytes, and {} are left", count, left_.size()));
    return {};
  }
  const Bytes bytes = left_.first(count);
  left_ = left_.subspan(count);
  return bytes;
}

std::optional<std::size_t> Decoder::length(std::string_view name, int rigidBytes,
                                           std::size_t fewest, bool nullAllowed) {
  std::int64_t count = 0;
  if (flexible_) {
    count = static_cast<std::int64_t>(varint(name)) - 1;
  } else if (rigidBytes == 2) {
    count = static_cast<std::int16_t>(take<std::uint16_t>(name));
  } else {
    count = static_cast<std::int32_t>(take<std::uint32_t>(name));
  }
  if (!ok()) {
    return std::nullopt;
  }
  if (count == -1) {
    if (!nullAllowed) {
      refuse(name, "is null where it must not be");
    }
    return std::nullopt;
  }
  if (count < 0 || static_cast<std::uint64_t>(count) > left_.size() / fewest) {
    refuse(name, fmt::format("has a length of {}, and {} bytes are left", count, left_.size()));
    return std::nullopt;
  }
  return static_cast<std::size_t>(count);
}

std::optional<Bytes> Decoder::blob(std::string_view name, int rigidBytes, bool nullAllowed) {
  const auto count = length(name, rigidBytes, 1, nullAllowed);
  return count ? std::optional(raw(name, *count)) : std::nullopt;
}

void Decoder::refuse(std::string_view name, std::string_view why) {
  if (ok()) {
    problem_ = fmt::format("{} {}", name, why);
    left_ = {};
  }
}

}  // namespace caas::kafka::wire
