#include "catalog/names.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace caas::kafka::catalog {
namespace {

bool isAlphanumeric(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

}  // namespace

bool isTenantId(std::string_view text) {
  return !text.empty() && text.size() <= kMaxTenantIdLength && isAlphanumeric(text.front()) &&
         std::ranges::all_of(text,
                             [](char c) { return isAlphanumeric(c) || c == '-' || c == '_'; });
}

bool isTopicCharacter(char c) { return isAlphanumeric(c) || c == '.' || c == '_' || c == '-'; }

std::string metricName(std::string_view topic) {
  std::string name(topic);
  std::ranges::replace(name, '.', '_');
  return name;
}

std::string printable(std::string_view text) {
  constexpr std::size_t kLimit = 80;
  std::string result;
  for (const char c : text.substr(0, kLimit)) {
    if (c >= 0x20 && c < 0x7f) {
      result += c;
    } else {
      result += fmt::format("\\x{:02x}", static_cast<unsigned char>(c));
    }
  }
  return text.size() > kLimit ? result + "…" : result;
}

}  // namespace caas::kafka::catalog
