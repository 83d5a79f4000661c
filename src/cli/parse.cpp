#include "cli/parse.hpp"

#include <algorithm>
#include <charconv>

#include <boost/json.hpp>
#include <fmt/format.h>

#include "cli/text.hpp"
#include "core/errors.hpp"

namespace caas::kafka::cli {
namespace {

bool allDigits(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

std::optional<std::int64_t> number(std::string_view text) {
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) {
    return std::nullopt;
  }
  return value;
}

std::string_view trimmed(std::string_view text) {
  const auto first = text.find_first_not_of(" \t");
  if (first == std::string_view::npos) {
    return {};
  }
  return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

Error unknownField(std::string_view type, std::string_view name,
                   const std::vector<EventField>& fields) {
  std::vector<std::string> names;
  for (const auto& field : fields) {
    names.emplace_back(field.name);
  }
  const auto near = nearest(name, names);
  auto hint = near.empty() ? std::string{} : fmt::format("Did you mean '{}'? ", near);
  hint += fmt::format("A {} has: {}", type, join(names, ", "));
  return errors::invalidArgument(fmt::format("--field: '{}' has no field '{}'", type, name), hint);
}

Result<void> setKnownField(std::string_view type, const std::vector<EventField>& fields,
                           std::string_view name, std::string_view value,
                           boost::json::object& object) {
  const auto dot = name.find('.');
  const auto top = name.substr(0, dot);
  const auto field = std::ranges::find(fields, top, &EventField::name);
  if (field == fields.end()) {
    return fail(unknownField(type, top, fields));
  }
  if (field->kind == FieldKind::kStringMap) {
    if (dot == std::string_view::npos || dot + 1 == name.size()) {
      return fail(errors::invalidArgument(
          fmt::format("--field: '{}' is a map", top),
          fmt::format("Give its entries one by one: --field {}.NAME=VALUE", top)));
    }
    auto& entry = object[top];
    if (!entry.is_object()) {
      entry.emplace_object();
    }
    entry.as_object()[name.substr(dot + 1)] = value;
    return {};
  }
  if (dot != std::string_view::npos) {
    return fail(unknownField(type, name, fields));
  }
  if (field->kind == FieldKind::kBool) {
    if (value != "true" && value != "false") {
      return fail(errors::invalidArgument(
          fmt::format("--field: {} is '{}'; allowed are true and false", name, value)));
    }
    object[name] = value == "true";
    return {};
  }
  object[name] = value;
  return {};
}

}  // namespace

Result<Milliseconds> parseDuration(std::string_view option, std::string_view text) {
  constexpr std::int64_t kLongest = 24LL * 3'600'000;
  const auto unitAt = std::min(text.find_first_not_of("0123456789"), text.size());
  const auto unit = text.substr(unitAt);
  const std::int64_t factor = unit == "ms"                   ? 1
                              : unit.empty() || unit == "s"  ? 1'000
                              : unit == "m" || unit == "min" ? 60'000
                              : unit == "h"                  ? 3'600'000
                                                             : 0;
  const auto value = number(text.substr(0, unitAt));
  if (!value || factor == 0 || *value <= 0 || *value > kLongest / factor) {
    return fail(errors::invalidArgument(
        fmt::format("{}: '{}' is not a duration", option, text),
        "Allowed are 1ms to 24h: a number with ms, s, m or h; without a unit it is seconds"));
  }
  return Milliseconds{*value * factor};
}

Result<std::pair<std::string, std::string>> parseAssignment(std::string_view option,
                                                            std::string_view text) {
  const auto equals = text.find('=');
  if (equals == std::string_view::npos || equals == 0) {
    return fail(errors::invalidArgument(fmt::format("{}: '{}' is not NAME=VALUE", option, text)));
  }
  return std::pair{std::string{text.substr(0, equals)}, std::string{text.substr(equals + 1)}};
}

Result<FieldMap> parseFieldMap(const std::vector<std::string>& texts) {
  FieldMap map;
  for (const auto& text : texts) {
    std::string_view rest = text;
    while (!rest.empty()) {
      const auto comma = std::min(rest.find(','), rest.size());
      const auto pair = trimmed(rest.substr(0, comma));
      rest.remove_prefix(std::min(comma + 1, rest.size()));
      CAAS_ASSIGN(auto assignment, parseAssignment("--map", pair));
      if (assignment.second.empty()) {
        return fail(errors::invalidArgument(
            fmt::format("--map: '{}' names no field of the event", pair),
            "Write FIELD_IN_THE_FILE=FIELD_OF_THE_EVENT, e.g. conversation=conversationId"));
      }
      if (!map.insert(assignment).second) {
        return fail(
            errors::invalidArgument(fmt::format("--map: '{}' is mapped twice", assignment.first)));
      }
    }
  }
  return map;
}

Result<std::vector<Header>> parseHeaders(const std::vector<std::string>& texts) {
  std::vector<Header> headers;
  for (const auto& text : texts) {
    CAAS_ASSIGN(auto assignment, parseAssignment("--header", text));
    headers.push_back({std::move(assignment.first), std::move(assignment.second)});
  }
  return headers;
}

Result<ReadFrom> parseFrom(std::string_view text) {
  if (text == "earliest") {
    return FromEarliest{};
  }
  if (text == "latest") {
    return FromLatest{};
  }
  if (allDigits(text)) {
    if (const auto offset = number(text)) {
      return FromOffset{*offset};
    }
  } else if (const auto time = parseTimestamp(text)) {
    return FromTime{*time};
  }
  return fail(errors::invalidArgument(
      fmt::format("--from: '{}' is not a place to start", text),
      "Allowed are earliest, latest, an offset (digits), or a time like 2026-11-23T14:40:00Z"));
}

Result<std::optional<Timestamp>> parseUntil(std::string_view text) {
  if (text == "end") {
    return std::nullopt;
  }
  const auto time = parseTimestamp(text);
  if (!time) {
    return fail(errors::invalidArgument(fmt::format("--until: '{}' is not a place to stop", text),
                                        "Allowed are end, or a time like 2026-11-23T14:40:00Z"));
  }
  return *time;
}

Result<std::string> fieldsToJson(std::string_view type,
                                 const std::vector<std::string>& assignments) {
  const auto fields = eventFields(type);
  boost::json::object object;
  for (const auto& text : assignments) {
    CAAS_ASSIGN(const auto assignment, parseAssignment("--field", text));
    if (fields) {
      CAAS_TRY(setKnownField(type, *fields, assignment.first, assignment.second, object));
    } else {
      object[assignment.first] = assignment.second;
    }
  }
  return boost::json::serialize(object);
}

}  // namespace caas::kafka::cli
