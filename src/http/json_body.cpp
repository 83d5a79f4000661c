#include "http/json_body.hpp"

#include <boost/json/error.hpp>
#include <boost/json/parser.hpp>
#include <fmt/format.h>

#include "core/errors.hpp"
#include "core/utf8.hpp"

namespace caas::kafka::http {
namespace {

namespace json = boost::json;

/// What stands between values, outside of strings: at least as many as there are values, less one.
std::size_t countValues(std::string_view text) {
  std::size_t values = 1;
  bool inString = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (inString && c == '\\') {
      ++i;
    } else if (c == '"') {
      inString = !inString;
    } else if (!inString && (c == ',' || c == '[' || c == '{')) {
      ++values;
    }
  }
  return values;
}

Error notJson(std::string_view why, std::size_t at) {
  return errors::invalidArgument(fmt::format("the body is not JSON: {} at byte {}", why, at));
}

}  // namespace

Result<json::value> parseJson(std::string_view text) {
  if (const auto good = validUtf8Prefix(text); good != text.size()) {
    return fail(errors::invalidArgument(fmt::format("the body is not UTF-8: byte {}", good)));
  }
  if (countValues(text) > kMostJsonValues) {
    return fail(errors::invalidArgument(
        fmt::format("the body holds more than {} JSON values", kMostJsonValues)));
  }
  json::parse_options options;
  options.max_depth = kDeepestJson;
  json::parser parser({}, options);
  json::error_code error;
  const auto taken = parser.write_some(text.data(), text.size(), error);
  if (error == json::error::too_deep) {
    return fail(errors::invalidArgument(
        fmt::format("the body's JSON has more than {} levels", kDeepestJson)));
  }
  if (error) {
    return fail(notJson(error.message(), taken));
  }
  if (const auto rest = text.substr(taken); rest.find_first_not_of(" \t\r\n") != rest.npos) {
    return fail(notJson("something stands behind its end", taken));
  }
  return parser.release();
}

}  // namespace caas::kafka::http
