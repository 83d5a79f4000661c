#include "http/url.hpp"

#include <algorithm>

#include "core/utf8.hpp"

namespace caas::kafka::http {
namespace {

int hexDigit(char c) {
  if (c >= '0' && c <= '9') {
    return c - '0';
  }
  const char lower = static_cast<char>(c | 0x20);
  return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

bool isControl(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return byte < 0x20 || byte == 0x7F;
}

std::optional<std::string> decoded(std::string_view text, bool plusIsSpace) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '%') {
      const int high = i + 2 < text.size() ? hexDigit(text[i + 1]) : -1;
      const int low = i + 2 < text.size() ? hexDigit(text[i + 2]) : -1;
      if (high < 0 || low < 0) {
        return std::nullopt;
      }
      out += static_cast<char>(high * 16 + low);
      i += 2;
    } else {
      out += plusIsSpace && text[i] == '+' ? ' ' : text[i];
    }
  }
  if (!isUtf8(out) || std::ranges::any_of(out, isControl)) {
    return std::nullopt;
  }
  return out;
}

/// Takes the part up to `separator` off the front of `rest`.
std::string_view takePart(std::string_view& rest, char separator) {
  const auto end = std::min(rest.find(separator), rest.size());
  const auto part = rest.substr(0, end);
  rest.remove_prefix(std::min(end + 1, rest.size()));
  return part;
}

}  // namespace

std::optional<std::string> percentDecoded(std::string_view text) { return decoded(text, false); }

std::optional<std::vector<std::string>> pathSegments(std::string_view path) {
  if (!path.starts_with('/')) {
    return std::nullopt;
  }
  std::vector<std::string> segments;
  path.remove_prefix(1);
  if (path.ends_with('/')) {
    return std::nullopt;
  }
  while (!path.empty()) {
    auto segment = decoded(takePart(path, '/'), false);
    if (!segment || segment->empty() || *segment == "." || *segment == "..") {
      return std::nullopt;
    }
    segments.push_back(*std::move(segment));
  }
  return segments;
}

std::optional<QueryPairs> queryPairs(std::string_view query) {
  QueryPairs pairs;
  while (!query.empty()) {
    auto value = takePart(query, '&');
    if (value.empty()) {
      continue;
    }
    auto name = decoded(takePart(value, '='), true);
    auto text = decoded(value, true);
    if (!name || !text) {
      return std::nullopt;
    }
    pairs.emplace_back(*std::move(name), *std::move(text));
  }
  return pairs;
}

}  // namespace caas::kafka::http
