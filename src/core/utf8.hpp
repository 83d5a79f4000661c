#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace caas::kafka {

/// How many bytes from the front are well-formed UTF-8 (Unicode 15, table 3-7): `text.size()` when
/// all are.
[[nodiscard]] std::size_t validUtf8Prefix(std::string_view text);
[[nodiscard]] inline bool isUtf8(std::string_view text) {
  return validUtf8Prefix(text) == text.size();
}
/// At most so many bytes of it from the front; no character is cut in two.
[[nodiscard]] inline std::string_view utf8Excerpt(std::string_view text, std::size_t most) {
  return text.substr(0, validUtf8Prefix(text.substr(0, most)));
}

/// As it is, or with U+FFFD for each byte that does not belong.
[[nodiscard]] std::string toUtf8(std::string text);

}  // namespace caas::kafka
