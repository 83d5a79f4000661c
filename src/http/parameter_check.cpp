#include "http/parameter_check.hpp"

#include <algorithm>
#include <regex>

#include <boost/json/array.hpp>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "caas/kafka/clock.hpp"
#include "config/values.hpp"
#include "core/errors.hpp"

namespace caas::kafka::http {

struct ParameterCheck::Pattern {
  std::regex regex;
};

Schema schemaOf(const Parameter& parameter) {
  auto made = schema::text();
  switch (parameter.type) {
    case Parameter::Type::kInteger: made = schema::integer(parameter.least, parameter.most); break;
    case Parameter::Type::kBoolean: made = schema::boolean(); break;
    case Parameter::Type::kTime: made = schema::time(); break;
    case Parameter::Type::kText:
      made = parameter.words.empty()
                 ? schema::text(parameter.regex, parameter.in == Parameter::In::kPath ? 1 : 0,
                                parameter.mostLength)
                 : schema::oneOf(parameter.words);
  }
  if (const auto& value = parameter.defaultValue) {
    if (parameter.type == Parameter::Type::kInteger) {
      made.json["default"] = config::parseInteger(*value).value_or(0);
    } else if (parameter.type == Parameter::Type::kBoolean) {
      made.json["default"] = *value == "true";
    } else {
      made.json["default"] = *value;
    }
  }
  if (parameter.repeats) {
    made = schema::array(made);
  }
  return made;
}

Result<ParameterCheck> ParameterCheck::compile(const Parameter& parameter) {
  ParameterCheck check;
  check.parameter_ = &parameter;
  if (!parameter.regex.empty()) {
    try {
      check.pattern_ = std::make_shared<const Pattern>(std::regex(parameter.regex));
    } catch (const std::regex_error& error) {
      return fail(
          errors::internal(fmt::format("the pattern of parameter '{}' is no regular "
                                       "expression: {}",
                                       parameter.name, error.what())));
    }
  }
  return check;
}

std::string ParameterCheck::problemWith(const std::string& value) const {
  const auto& parameter = *parameter_;
  switch (parameter.type) {
    case Parameter::Type::kInteger: {
      const auto number = config::parseInteger(value);
      return number && *number >= parameter.least && *number <= parameter.most
                 ? std::string{}
                 : fmt::format("it must be a whole number from {} to {}", parameter.least,
                               parameter.most);
    }
    case Parameter::Type::kBoolean:
      return value == "true" || value == "false" ? "" : "it must be true or false";
    case Parameter::Type::kTime:
      return value.find('T') != std::string::npos && value.size() <= parameter.mostLength &&
                     parseTimestamp(value)
                 ? ""
                 : "it must be a time such as 2026-03-01T12:00:00Z";
    case Parameter::Type::kText: break;
  }
  if (!parameter.words.empty()) {
    return std::ranges::find(parameter.words, value) != parameter.words.end()
               ? std::string{}
               : fmt::format("it must be one of {}", fmt::join(parameter.words, ", "));
  }
  // First: std::regex takes stack for each byte.
  if (value.size() > parameter.mostLength) {
    return fmt::format("it must have at most {} bytes", parameter.mostLength);
  }
  if (pattern_ && !std::regex_match(value, pattern_->regex)) {
    return fmt::format("it must match {}", parameter.regex);
  }
  return {};
}

}  // namespace caas::kafka::http
