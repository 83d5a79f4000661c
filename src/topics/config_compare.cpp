#include "topics/config_compare.hpp"

#include <algorithm>
#include <cctype>
#include <charconv>
#include <cstdint>
#include <optional>
#include <set>
#include <string>

namespace caas::kafka::topics {
namespace {

template <class Number>
std::optional<Number> parseAll(std::string_view text) {
  Number number{};
  const char* begin = text.data();
  const char* end = begin + text.size();
  const auto [stop, error] = std::from_chars(begin, end, number);
  return error == std::errc{} && stop == end ? std::optional(number) : std::nullopt;
}

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view kSpaces = " \t";
  const auto first = text.find_first_not_of(kSpaces);
  if (first == std::string_view::npos) {
    return {};
  }
  return text.substr(first, text.find_last_not_of(kSpaces) - first + 1);
}

std::set<std::string_view> listItems(std::string_view text) {
  std::set<std::string_view> items;
  while (true) {
    const auto comma = text.find(',');
    items.insert(trimmed(text.substr(0, comma)));
    if (comma == std::string_view::npos) {
      return items;
    }
    text.remove_prefix(comma + 1);
  }
}

bool isBoolean(std::string_view text) {
  std::string lower(text);
  std::ranges::transform(lower, lower.begin(), [](unsigned char c) { return std::tolower(c); });
  return lower == "true" || lower == "false";
}

}  // namespace

bool sameConfigValue(std::string_view one, std::string_view other) {
  one = trimmed(one);
  other = trimmed(other);
  if (one == other) {
    return true;
  }
  // Integers first: as a double, the largest 64-bit values would run together.
  const auto oneInteger = parseAll<std::int64_t>(one);
  const auto otherInteger = parseAll<std::int64_t>(other);
  if (oneInteger && otherInteger) {
    return *oneInteger == *otherInteger;
  }
  const auto oneReal = parseAll<double>(one);
  const auto otherReal = parseAll<double>(other);
  if (oneReal && otherReal) {
    return *oneReal == *otherReal;
  }
  if (isBoolean(one) && isBoolean(other)) {
    return std::ranges::equal(one, other, [](unsigned char a, unsigned char b) {
      return std::tolower(a) == std::tolower(b);
    });
  }
  return listItems(one) == listItems(other);
}

std::vector<ConfigDifference> configDifferences(const std::map<std::string, std::string>& declared,
                                                const client::ConfigMap& actual) {
  std::vector<ConfigDifference> differences;
  for (const auto& [name, value] : declared) {
    const auto found = actual.find(name);
    if (found != actual.end() && sameConfigValue(found->second.value, value)) {
      continue;
    }
    const bool onTopic =
        found != actual.end() && found->second.source == client::ConfigSource::kTopic;
    differences.push_back({name, onTopic ? found->second.value : std::string{}, value});
  }
  return differences;
}

}  // namespace caas::kafka::topics
