#include "http/accept.hpp"

#include <algorithm>
#include <optional>

#include "config/enum_names.hpp"
#include "config/values.hpp"

namespace caas::kafka::http {
namespace {

std::string_view takePart(std::string_view& rest, char separator) {
  const auto end = std::min(rest.find(separator), rest.size());
  const auto part = rest.substr(0, end);
  rest.remove_prefix(std::min(end + 1, rest.size()));
  return config::trim(part);
}

/// q=0, q=0.0 …: not wanted at all.
bool isRefused(std::string_view parameters) {
  while (!parameters.empty()) {
    const auto parameter = takePart(parameters, ';');
    if (parameter.size() >= 2 && (parameter[0] | 0x20) == 'q' && parameter[1] == '=') {
      const auto weight = parameter.substr(2);
      return !weight.empty() && weight.find_first_not_of("0.") == std::string_view::npos;
    }
  }
  return false;
}

/// How closely a range names a type: 0 not at all, 1 */*, 2 text/*, 3 the type itself.
int closeness(std::string_view range, std::string_view type) {
  if (config::equalIgnoringCase(range, type)) {
    return 3;
  }
  if (range == "*/*" || range == "*") {
    return 1;
  }
  const auto slash = type.find('/');
  return range.ends_with("/*") && slash != std::string_view::npos &&
                 config::equalIgnoringCase(range.substr(0, range.size() - 2), type.substr(0, slash))
             ? 2
             : 0;
}

/// The closest of the header's ranges decides; nullopt when none names the type.
std::optional<bool> verdict(std::string_view header, std::string_view type) {
  int best = 0;
  std::optional<bool> wanted;
  while (!header.empty()) {
    auto item = takePart(header, ',');
    const auto range = takePart(item, ';');
    if (const int close = closeness(range, type); close > best) {
      best = close;
      wanted = !isRefused(item);
    }
  }
  return wanted;
}

}  // namespace

bool accepts(std::string_view acceptHeader, std::string_view mediaType) {
  return config::trim(acceptHeader).empty() || verdict(acceptHeader, mediaType).value_or(false);
}

bool acceptsGzip(std::string_view acceptEncodingHeader) {
  return verdict(acceptEncodingHeader, "gzip").value_or(false);
}

}  // namespace caas::kafka::http
