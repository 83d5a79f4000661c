#include "core/utf8.hpp"

#include <cstdint>
#include <cstring>

namespace caas::kafka {
namespace {

struct Lead {
  std::size_t length = 0;  ///< 0: not a lead byte
  unsigned char secondMin = 0x80;
  unsigned char secondMax = 0xBF;
};

Lead leadOf(unsigned char byte) {
  if (byte >= 0xC2 && byte <= 0xDF) {
    return {.length = 2};
  }
  if (byte >= 0xE0 && byte <= 0xEF) {
    // E0 could be overlong, ED a surrogate.
    return {.length = 3,
            .secondMin = static_cast<unsigned char>(byte == 0xE0 ? 0xA0 : 0x80),
            .secondMax = static_cast<unsigned char>(byte == 0xED ? 0x9F : 0xBF)};
  }
  if (byte >= 0xF0 && byte <= 0xF4) {
    // F0 could be overlong, F4 beyond U+10FFFF.
    return {.length = 4,
            .secondMin = static_cast<unsigned char>(byte == 0xF0 ? 0x90 : 0x80),
            .secondMax = static_cast<unsigned char>(byte == 0xF4 ? 0x8F : 0xBF)};
  }
  return {};
}

std::size_t skipAscii(std::string_view text, std::size_t at) {
  // Eight bytes a step: nearly all text is ASCII, and every publish passes here.
  while (text.size() - at >= sizeof(std::uint64_t)) {
    std::uint64_t word = 0;
    std::memcpy(&word, text.data() + at, sizeof(word));
    if ((word & 0x8080808080808080ULL) != 0) {
      break;
    }
    at += sizeof(word);
  }
  while (at < text.size() && static_cast<unsigned char>(text[at]) < 0x80) {
    ++at;
  }
  return at;
}

}  // namespace

std::size_t validUtf8Prefix(std::string_view text) {
  std::size_t at = 0;
  while ((at = skipAscii(text, at)) < text.size()) {
    const auto lead = leadOf(static_cast<unsigned char>(text[at]));
    if (lead.length == 0 || text.size() - at < lead.length) {
      return at;
    }
    const auto second = static_cast<unsigned char>(text[at + 1]);
    if (second < lead.secondMin || second > lead.secondMax) {
      return at;
    }
    for (std::size_t i = 2; i < lead.length; ++i) {
      if ((static_cast<unsigned char>(text[at + i]) & 0xC0) != 0x80) {
        return at;
      }
    }
    at += lead.length;
  }
  return at;
}

std::string toUtf8(std::string text) {
  if (isUtf8(text)) {
    return text;
  }
  std::string out;
  for (std::string_view rest = text; !rest.empty();) {
    const auto good = validUtf8Prefix(rest);
    out += rest.substr(0, good);
    rest.remove_prefix(good);
    if (!rest.empty()) {
      out += "\uFFFD";
      rest.remove_prefix(1);
    }
  }
  return out;
}

}  // namespace caas::kafka
