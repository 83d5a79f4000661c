#include "core/escape.hpp"

#include <fmt/format.h>

#include "core/code_points.hpp"
#include "core/utf8.hpp"

namespace caas::kafka {
namespace {

void appendHarmless(std::string& out, std::string_view sequence, bool keepNewlines) {
  const auto c = decodeUtf8(sequence);
  if (!isDangerous(c) || (c == '\n' && keepNewlines)) {
    out += sequence;
  } else if (c == '\n') {
    out += "\\n";
  } else if (c == '\t') {
    out += "\\t";
  } else if (c == '\r') {
    out += "\\r";
  } else if (c <= 0x7F) {
    out += fmt::format("\\x{:02x}", static_cast<unsigned>(c));
  } else {
    out += fmt::format("\\u{{{:x}}}", static_cast<unsigned>(c));
  }
}

}  // namespace

std::string escapeForTerminal(std::string_view text, bool keepNewlines) {
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    const auto valid = text.substr(0, validUtf8Prefix(text));
    text.remove_prefix(valid.size());
    forEachCodePoint(
        valid, [&](std::string_view sequence) { appendHarmless(out, sequence, keepNewlines); });
    if (!text.empty()) {
      out += fmt::format("\\x{:02x}", static_cast<unsigned char>(text.front()));
      text.remove_prefix(1);
    }
  }
  return out;
}

}  // namespace caas::kafka
