#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace caas::kafka::avro {

/// An int or a long (Avro 1.12, "Binary Encoding"): zig-zag, so that small numbers of either sign
/// are short.
inline void appendLong(std::int64_t value, std::string& out) {
  auto rest = (static_cast<std::uint64_t>(value) << 1U) ^ static_cast<std::uint64_t>(value >> 63);
  while (rest >= 0x80) {
    out += static_cast<char>(rest | 0x80U);
    rest >>= 7U;
  }
  out += static_cast<char>(rest);
}

/// A string or bytes: the length and they.
inline void appendText(std::string_view value, std::string& out) {
  appendLong(static_cast<std::int64_t>(value.size()), out);
  out += value;
}

}  // namespace caas::kafka::avro
