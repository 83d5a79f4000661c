#include "schema/wire_format.hpp"

#include <fmt/format.h>

#include "core/errors.hpp"

namespace caas::kafka::schema {
namespace {

constexpr int kMostVarintBytes = 5;

std::uint32_t zigzag(std::int32_t value) {
  return (static_cast<std::uint32_t>(value) << 1U) ^ static_cast<std::uint32_t>(value >> 31);
}

void appendVarint(std::int32_t value, std::string& out) {
  std::uint32_t rest = zigzag(value);
  while (rest >= 0x80) {
    out += static_cast<char>((rest & 0x7FU) | 0x80U);
    rest >>= 7U;
  }
  out += static_cast<char>(rest);
}

Result<std::int32_t> takeVarint(std::string_view& bytes) {
  std::uint64_t value = 0;
  for (int i = 0; i < kMostVarintBytes; ++i) {
    if (bytes.empty()) {
      return fail(errors::invalidArgument("the message indexes are cut off"));
    }
    const auto byte = static_cast<unsigned char>(bytes.front());
    bytes.remove_prefix(1);
    value |= static_cast<std::uint64_t>(byte & 0x7FU) << (7 * i);
    if ((byte & 0x80U) == 0) {
      if (value > 0xFFFF'FFFFU) {
        break;
      }
      const auto narrow = static_cast<std::uint32_t>(value);
      return static_cast<std::int32_t>((narrow >> 1U) ^ (~(narrow & 1U) + 1U));
    }
  }
  return fail(errors::invalidArgument("a message index is longer than 32 bits"));
}

}  // namespace

Result<Framed> unframe(std::string_view bytes) {
  if (bytes.size() < kFrameBytes) {
    return fail(errors::invalidArgument(
        fmt::format("{} bytes are no value in the registry's wire format, which has at least {}",
                    bytes.size(), kFrameBytes)));
  }
  if (bytes.front() != '\0') {
    return fail(errors::invalidArgument(
        fmt::format("the value begins with 0x{:02x} and not with the wire format's 0x00",
                    static_cast<unsigned char>(bytes.front()))));
  }
  std::uint32_t id = 0;
  for (std::size_t i = 1; i < kFrameBytes; ++i) {
    id = (id << 8U) | static_cast<unsigned char>(bytes[i]);
  }
  return Framed{static_cast<int>(id), bytes.substr(kFrameBytes)};
}

void appendFrame(int id, std::string& out) {
  const auto bits = static_cast<std::uint32_t>(id);
  out += '\0';
  for (const unsigned shift : {24U, 16U, 8U, 0U}) {
    out += static_cast<char>((bits >> shift) & 0xFFU);
  }
}

Result<MessageIndexes> takeMessageIndexes(std::string_view& payload) {
  CAAS_ASSIGN(const auto count, takeVarint(payload));
  if (count == 0) {
    return MessageIndexes{0};
  }
  if (count < 0 || static_cast<std::size_t>(count) > kMostMessageIndexes) {
    return fail(errors::invalidArgument(
        fmt::format("{} message indexes are not between 1 and {}", count, kMostMessageIndexes)));
  }
  MessageIndexes indexes;
  for (std::int32_t i = 0; i < count; ++i) {
    CAAS_ASSIGN(const auto index, takeVarint(payload));
    if (index < 0) {
      return fail(errors::invalidArgument(fmt::format("message index {} is negative", index)));
    }
    indexes.push_back(index);
  }
  return indexes;
}

void appendMessageIndexes(const MessageIndexes& indexes, std::string& out) {
  if (indexes == MessageIndexes{0}) {
    out += '\0';
    return;
  }
  appendVarint(static_cast<std::int32_t>(indexes.size()), out);
  for (const auto index : indexes) {
    appendVarint(index, out);
  }
}

}  // namespace caas::kafka::schema
