#include <algorithm>
#include <array>
#include <ranges>

#include <boost/json.hpp>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "core/errors.hpp"
#include "produce/event_json_value.hpp"
#include "produce/event_rules.hpp"

namespace caas::kafka {
namespace {

namespace json = boost::json;
using produce::allowedFor;
using produce::EventTypeInfo;
using produce::fieldError;
using produce::shown;

std::string_view view(json::string_view text) { return {text.data(), text.size()}; }

/// What stands in the input, for errors.
std::string found(const json::value& value) {
  switch (value.kind()) {
    case json::kind::null: return "null";
    case json::kind::object: return "an object";
    case json::kind::array: return "an array";
    case json::kind::string: return shown(view(value.get_string()));
    case json::kind::bool_: return value.get_bool() ? "true" : "false";
    case json::kind::int64: return std::to_string(value.get_int64());
    case json::kind::uint64: return std::to_string(value.get_uint64());
    case json::kind::double_:
      return fmt::format("the number {}, which is no integer", value.get_double());
  }
  return "unknown";
}

/// The text of a string or an integer; nullopt for anything else.
std::optional<std::string> textOf(const json::value& value) {
  if (value.is_string()) {
    return std::string(view(value.get_string()));
  }
  if (value.is_int64()) {
    return std::to_string(value.get_int64());
  }
  if (value.is_uint64()) {
    return std::to_string(value.get_uint64());
  }
  return std::nullopt;
}

/// nullopt: not what the field takes.
std::optional<FieldValue> readMap(const json::value& value) {
  if (!value.is_object()) {
    return std::nullopt;
  }
  std::map<std::string, std::string> map;
  for (const auto& [name, item] : value.get_object()) {
    auto text = item.is_bool() ? std::optional<std::string>(item.get_bool() ? "true" : "false")
                               : textOf(item);
    if (!text) {
      return std::nullopt;
    }
    map.emplace(view(name), std::move(*text));
  }
  return map;
}

std::optional<FieldValue> readValue(FieldKind kind, const json::value& value) {
  switch (kind) {
    case FieldKind::kString:
      if (auto text = textOf(value)) {
        return std::move(*text);
      }
      return std::nullopt;
    case FieldKind::kBool:
      return value.is_bool() ? std::optional<FieldValue>(value.get_bool()) : std::nullopt;
    case FieldKind::kTimestamp:
      if (const auto text = textOf(value)) {
        if (const auto time = parseTimestamp(*text)) {
          return *time;
        }
      }
      return std::nullopt;
    case FieldKind::kStringMap: return readMap(value);
  }
  return std::nullopt;
}

/// What in a map's values is wrong: more use than "an object".
std::string foundInMap(const json::value& value) {
  for (const auto& [name, item] : value.get_object()) {
    if (!item.is_bool() && !textOf(item)) {
      return fmt::format("an object whose {} is {}", shown(view(name)), found(item));
    }
  }
  return found(value);
}

Result<json::value> parseObject(std::string_view text, json::storage_ptr storage) {
  if (text.size() > kMaxEventJsonBytes) {
    return fail(errors::invalidArgument(fmt::format(
        "the JSON text has {} bytes; at most {} are read", text.size(), kMaxEventJsonBytes)));
  }
  std::array<unsigned char, 2048> temporary;
  json::parser parser(storage, {.max_depth = kMaxEventJsonDepth}, temporary.data(),
                      temporary.size());
  parser.reset(std::move(storage));
  json::error_code code;
  const auto consumed = parser.write(text.data(), text.size(), code);
  if (code) {
    return fail(errors::invalidArgument(
        fmt::format("not valid JSON at byte {} ({}): {}", consumed, code.message(), shown(text)),
        "One JSON object in UTF-8 is expected"));
  }
  auto value = parser.release();
  if (!value.is_object()) {
    return fail(
        errors::invalidArgument(fmt::format("a JSON object is expected, found {}", found(value))));
  }
  return value;
}

Result<void> checkFieldMap(const FieldMap& map, const EventTypeInfo& info) {
  for (const auto& [source, target] : map) {
    if (std::ranges::find(info.fields, std::string_view(target), &EventField::name) ==
        info.fields.end()) {
      return fail(errors::invalidArgument(
          fmt::format("the field map sends '{}' to '{}', and event type '{}' has no such field; it "
                      "has {}",
                      source, target, info.type,
                      fmt::join(info.fields | std::views::transform(&EventField::name), ", "))));
    }
  }
  return {};
}

void addOnce(std::vector<std::string>& names, std::string_view name) {
  if (std::ranges::find(names, name) == names.end()) {
    names.emplace_back(name);
  }
}

/// Reads one member into the event.
Result<void> readField(Event& event, const EventField& field, std::string_view source,
                       const json::value& value) {
  CAAS_ASSIGN(auto read, produce::readJsonField(event.type, field, value, source));
  if (read && !event.fields.try_emplace(std::string(field.name), *std::move(read)).second) {
    return fail(errors::invalidArgument(
        fmt::format("field '{}' of event type '{}' is given twice (the second time as '{}')",
                    field.name, event.type, source),
        "Name one source for it in the field map, and rename or drop the other"));
  }
  return {};
}

}  // namespace

Result<std::optional<FieldValue>> produce::readJsonField(std::string_view type,
                                                         const EventField& field,
                                                         const json::value& value,
                                                         std::string_view source) {
  if (value.is_null()) {
    return std::nullopt;
  }
  auto read = readValue(field.kind, value);
  if (!read) {
    const bool badMap = field.kind == FieldKind::kStringMap && value.is_object();
    return fail(fieldError(type, field.name, badMap ? foundInMap(value) : found(value),
                           allowedFor(field), source));
  }
  return read;
}

Result<Event> eventFromJson(std::string_view type, std::string_view text, const FieldMap& map,
                            std::vector<std::string>* ignoredFields) {
  const auto* info = produce::findEventType(type);
  if (info == nullptr) {
    return fail(errors::invalidArgument(
        fmt::format("event type {} has no known fields; those that have are {}", shown(type),
                    produce::builtInTypeNames()),
        "An event type that was added to the catalog is published as raw bytes"));
  }
  CAAS_TRY(checkFieldMap(map, *info));
  // One block on the stack holds the tree of nearly every line.
  std::array<unsigned char, 4096> block;
  json::monotonic_resource resource(block.data(), block.size());
  CAAS_ASSIGN(const auto root, parseObject(text, &resource));

  Event event{.type = std::string(type), .fields = {}};
  for (const auto& [key, value] : root.get_object()) {
    const auto source = view(key);
    const auto mapped = map.find(source);
    const auto target = mapped == map.end() ? source : std::string_view(mapped->second);
    const auto field = std::ranges::find(info->fields, target, &EventField::name);
    if (field != info->fields.end()) {
      CAAS_TRY(readField(event, *field, source, value));
    } else if (ignoredFields != nullptr) {
      addOnce(*ignoredFields, source);
    }
  }
  CAAS_TRY(produce::validateEvent(event, *info));
  return event;
}

}  // namespace caas::kafka
