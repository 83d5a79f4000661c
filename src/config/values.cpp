#include "config/values.hpp"

#include <algorithm>
#include <arpa/inet.h>
#include <array>
#include <charconv>

#include <fmt/format.h>

#include "config/enum_names.hpp"

namespace caas::kafka::config {
namespace {

bool isIpv4(const std::string& text) {
  in_addr address{};
  return inet_pton(AF_INET, text.c_str(), &address) == 1;
}

bool isIpv6(const std::string& text) {
  in6_addr address{};
  return inet_pton(AF_INET6, text.c_str(), &address) == 1;
}

/// DNS names, IPv4 and what containers are called ('_' is common there).
bool isHostName(std::string_view text) {
  return !text.empty() && text.size() <= 253 && text.front() != '-' && text.front() != '.' &&
         std::ranges::all_of(text, [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                  c == '-' || c == '_' || c == '.';
         });
}

std::string portProblem(std::string_view text, int lowest) {
  const auto port = parseInteger(text);
  if (!port || *port < lowest || *port > 65'535) {
    return fmt::format("the port must be {} to 65535", lowest);
  }
  return {};
}

/// Takes "[…]" or a name off the front of `rest`; the problem, or "".
std::string takeHost(std::string_view& rest) {
  if (rest.starts_with('[')) {
    const auto close = rest.find(']');
    if (close == std::string_view::npos || !isIpv6(std::string(rest.substr(1, close - 1)))) {
      return "what stands in [ ] must be an IPv6 address";
    }
    rest.remove_prefix(close + 1);
    return {};
  }
  const auto end = std::min(rest.find(':'), rest.size());
  const auto host = rest.substr(0, end);
  rest.remove_prefix(end);
  if (host.empty()) {
    return "the host is missing";
  }
  if (std::ranges::count(rest, ':') > 1) {
    return "an IPv6 address must stand in [ ]";
  }
  return isHostName(host) ? std::string() : "that is no host name";
}

}  // namespace

std::string_view trim(std::string_view text) {
  constexpr std::string_view kSpace = " \t\r\n\v\f";
  const auto first = text.find_first_not_of(kSpace);
  if (first == std::string_view::npos) {
    return {};
  }
  return text.substr(first, text.find_last_not_of(kSpace) - first + 1);
}

std::vector<std::string> splitList(std::string_view text) {
  std::vector<std::string> parts;
  if (trim(text).empty()) {
    return parts;
  }
  while (true) {
    const auto comma = text.find(',');
    parts.emplace_back(trim(text.substr(0, comma)));
    if (comma == std::string_view::npos) {
      return parts;
    }
    text.remove_prefix(comma + 1);
  }
}

std::optional<std::int64_t> parseInteger(std::string_view text) {
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) {
    return std::nullopt;
  }
  return value;
}

std::optional<bool> parseBool(std::string_view text) {
  constexpr std::array<std::string_view, 4> kTrue{"true", "1", "yes", "on"};
  constexpr std::array<std::string_view, 4> kFalse{"false", "0", "no", "off"};
  const auto same = [text](std::string_view word) { return equalIgnoringCase(text, word); };
  if (std::ranges::any_of(kTrue, same)) {
    return true;
  }
  return std::ranges::any_of(kFalse, same) ? std::optional(false) : std::nullopt;
}

std::string hostPortProblem(std::string_view text, int lowestPort) {
  if (text.empty()) {
    return "it is empty";
  }
  if (text.find("://") != std::string_view::npos) {
    return "leave out the part with ://";
  }
  if (auto problem = takeHost(text); !problem.empty()) {
    return problem;
  }
  if (!text.starts_with(':')) {
    return "the port is missing";
  }
  return portProblem(text.substr(1), lowestPort);
}

std::string hostNameProblem(std::string_view text) {
  if (!text.empty() && (isHostName(text) || isIpv6(std::string(text)))) {
    return {};
  }
  return "it must be a name such as kafka.example.com, without a port";
}

std::string urlProblem(std::string_view text) {
  std::string_view rest = text;
  for (const std::string_view scheme : {"http://", "https://"}) {
    if (text.starts_with(scheme)) {
      rest = text.substr(scheme.size());
    }
  }
  if (rest.size() == text.size()) {
    return "it must begin with http:// or https://";
  }
  const bool printable = std::ranges::all_of(rest, [](char c) { return c > 0x20 && c < 0x7f; });
  if (!printable) {
    return "it holds a character that no URL has";
  }
  rest = rest.substr(0, rest.find_first_of("/?#"));
  if (rest.find('@') != std::string_view::npos) {
    return "a user and password in a URL end up in logs; they have variables of their own";
  }
  if (auto problem = takeHost(rest); !problem.empty()) {
    return problem;
  }
  if (rest.empty()) {
    return {};
  }
  return rest.front() == ':' ? portProblem(rest.substr(1), 1) : "that is no host name";
}

std::string urlListProblem(std::string_view text) {
  for (;;) {
    const auto comma = std::min(text.find(','), text.size());
    if (auto problem = urlProblem(text.substr(0, comma)); !problem.empty()) {
      return problem;
    }
    if (comma == text.size()) {
      return {};
    }
    text.remove_prefix(comma + 1);
  }
}

std::string cidrProblem(std::string_view text) {
  const auto slash = text.find('/');
  const std::string address(text.substr(0, slash));
  const bool v4 = isIpv4(address);
  if (!v4 && !isIpv6(address)) {
    return "it must be an IPv4 or IPv6 network, such as 10.0.0.0/8";
  }
  if (slash == std::string_view::npos) {
    return {};
  }
  const auto bits = parseInteger(text.substr(slash + 1));
  const int most = v4 ? 32 : 128;
  return bits && *bits >= 0 && *bits <= most
             ? std::string()
             : fmt::format("the part after / must be 0 to {}", most);
}

std::string nameProblem(std::string_view text) {
  constexpr std::size_t kMost = 249;
  if (text.size() > kMost) {
    return fmt::format("it has more than {} characters", kMost);
  }
  const bool control =
      std::ranges::any_of(text, [](char c) { return (c >= 0 && c < 0x20) || c == 0x7f; });
  return control ? "it holds a control character" : "";
}

std::string quotable(std::string_view text) {
  constexpr std::size_t kLimit = 120;
  std::string plain(text);
  for (auto at = plain.find('@'); at != std::string::npos;) {
    const auto before = plain.find_last_of("/,", at);
    const auto first = before == std::string::npos ? 0 : before + 1;
    constexpr std::string_view kStruck = "<redacted>";
    plain.replace(first, at - first, kStruck);
    at = plain.find('@', first + kStruck.size() + 1);
  }
  std::string result;
  for (const char c : std::string_view(plain).substr(0, kLimit)) {
    const bool control = (c >= 0 && c < 0x20) || c == 0x7f;
    result += control ? fmt::format("\\x{:02x}", static_cast<unsigned char>(c)) : std::string(1, c);
  }
  return plain.size() > kLimit ? result + "…" : result;
}

}  // namespace caas::kafka::config
