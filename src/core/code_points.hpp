#pragma once

#include <cstddef>
#include <string_view>

namespace caas::kafka {

/// The code point of one well-formed UTF-8 sequence.
[[nodiscard]] inline char32_t decodeUtf8(std::string_view sequence) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(sequence[i]); };
  switch (sequence.size()) {
    case 1: return byte(0);
    case 2: return ((byte(0) & 0x1FU) << 6U) | (byte(1) & 0x3FU);
    case 3: return ((byte(0) & 0x0FU) << 12U) | ((byte(1) & 0x3FU) << 6U) | (byte(2) & 0x3FU);
    default:
      return ((byte(0) & 0x07U) << 18U) | ((byte(1) & 0x3FU) << 12U) | ((byte(2) & 0x3FU) << 6U) |
             (byte(3) & 0x3FU);
  }
}

/// Would move a terminal's cursor, start an escape sequence or turn the reading direction around:
/// C0, DEL, C1, line separators, bidirectional controls (Unicode TR 36).
[[nodiscard]] inline bool isDangerous(char32_t c) {
  return c < 0x20 || (c >= 0x7F && c <= 0x9F) || c == 0x061C || c == 0x200E || c == 0x200F ||
         (c >= 0x2028 && c <= 0x202E) || (c >= 0x2066 && c <= 0x2069);
}

/// Calls `each` with each sequence of well-formed UTF-8.
template <class Each>
void forEachCodePoint(std::string_view text, Each each) {
  while (!text.empty()) {
    const auto lead = static_cast<unsigned char>(text.front());
    const std::size_t length = lead < 0x80 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
    each(text.substr(0, length));
    text.remove_prefix(length);
  }
}

}  // namespace caas::kafka
