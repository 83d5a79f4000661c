#include "produce/event_rules.hpp"

#include <algorithm>
#include <ranges>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "core/errors.hpp"
#include "core/utf8.hpp"

namespace caas::kafka::produce {
namespace {

constexpr std::size_t kShownBytes = 60;

std::string_view nameOf(FieldKind kind) {
  switch (kind) {
    case FieldKind::kString: return "a string";
    case FieldKind::kBool: return "true or false";
    case FieldKind::kTimestamp: return "a time";
    case FieldKind::kStringMap: return "names with strings";
  }
  return "nothing";
}

/// The order of FieldView's alternatives, after the missing one, is that of FieldKind.
FieldKind kindOf(const FieldView& value) { return static_cast<FieldKind>(value.index() - 1); }
static_assert(std::is_same_v<std::variant_alternative_t<1, FieldView>, std::string_view>);
static_assert(std::is_same_v<std::variant_alternative_t<2, FieldView>, bool>);
static_assert(std::is_same_v<std::variant_alternative_t<3, FieldView>, Timestamp>);

Error notUtf8(std::string_view type, std::string_view field, std::string_view value) {
  return errors::invalidArgument(
      fmt::format("field '{}' of event type '{}' is not UTF-8: {} is broken at byte {}", field,
                  type, shown(value), validUtf8Prefix(value)),
      "Send text as UTF-8; bytes go into a string as base64");
}

Result<void> checkString(std::string_view type, const EventField& field, std::string_view value) {
  if (!isUtf8(value)) {
    return fail(notUtf8(type, field.name, value));
  }
  if (value.empty() && !field.mayBeEmpty) {
    return fail(fieldError(type, field.name, "an empty string", allowedFor(field)));
  }
  if (!field.allowed.empty() && std::ranges::find(field.allowed, value) == field.allowed.end()) {
    return fail(fieldError(type, field.name, shown(value), allowedFor(field)));
  }
  return {};
}

Result<void> checkValue(std::string_view type, const EventField& field, const FieldView& value) {
  if (kindOf(value) != field.kind) {
    return fail(fieldError(type, field.name, nameOf(kindOf(value)), allowedFor(field)));
  }
  if (const auto* text = std::get_if<std::string_view>(&value)) {
    return checkString(type, field, *text);
  }
  if (const auto* map = std::get_if<const StringMap*>(&value)) {
    for (const auto& [name, text] : **map) {
      if (!isUtf8(name) || !isUtf8(text)) {
        return fail(notUtf8(type, field.name, isUtf8(name) ? text : name));
      }
    }
  }
  return {};
}

Error unknownField(const Event& event, std::string_view name, const EventTypeInfo& info) {
  return errors::invalidArgument(
      fmt::format("event type '{}' has no field {}; it has {}", event.type, shown(name),
                  fmt::join(info.fields | std::views::transform(&EventField::name), ", ")));
}

}  // namespace

std::string shown(std::string_view value) {
  const bool cut = value.size() > kShownBytes;
  auto end = std::min(value.size(), kShownBytes);
  // Not through the middle of a character: its bytes after the first are 10xxxxxx.
  while (cut && end > kShownBytes - 3 && (static_cast<unsigned char>(value[end]) & 0xC0) == 0x80) {
    --end;
  }
  auto rest = value.substr(0, end);
  std::string out = "\"";
  while (!rest.empty()) {
    const auto good = rest.substr(0, validUtf8Prefix(rest));
    for (const char c : good) {
      if (c == '"' || c == '\\') {
        out += '\\';
        out += c;
      } else if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F) {
        out += fmt::format("\\x{:02x}", static_cast<unsigned char>(c));
      } else {
        out += c;
      }
    }
    rest.remove_prefix(good.size());
    if (!rest.empty()) {
      out += fmt::format("\\x{:02x}", static_cast<unsigned char>(rest.front()));
      rest.remove_prefix(1);
    }
  }
  out += cut ? "…\"" : "\"";
  return out;
}

Error fieldError(std::string_view type, std::string_view field, std::string_view found,
                 std::string_view allowed, std::string_view source) {
  const auto from =
      source.empty() || source == field ? std::string() : fmt::format(" (read from '{}')", source);
  return errors::invalidArgument(fmt::format("field '{}'{} of event type '{}' is {}; allowed is {}",
                                             field, from, type, found, allowed));
}

std::string allowedFor(const EventField& field) {
  if (!field.allowed.empty()) {
    return fmt::format("one of {}", fmt::join(field.allowed, ", "));
  }
  switch (field.kind) {
    case FieldKind::kString:
      if (field.generatedId) {
        return "a string that is not empty, or no field at all for a generated id";
      }
      return field.mayBeEmpty ? "a string" : "a string that is not empty";
    case FieldKind::kBool: return "true or false";
    case FieldKind::kTimestamp:
      return "a time: ISO 8601 (\"2026-11-23T14:40:00Z\") or milliseconds since 1970";
    case FieldKind::kStringMap: return "an object whose values are strings, integers or booleans";
  }
  return "nothing";
}

Result<void> validateEvent(const EventView& view) {
  for (std::size_t i = 0; i < view.info->fields.size(); ++i) {
    const auto& field = view.info->fields[i];
    if (!std::holds_alternative<std::monostate>(view.fields[i])) {
      CAAS_TRY(checkValue(view.info->type, field, view.fields[i]));
    } else if (field.required) {
      return fail(fieldError(view.info->type, field.name, "missing", allowedFor(field)));
    }
  }
  return {};
}

Result<void> validateEvent(const Event& event, const EventTypeInfo& info) {
  for (const auto& [name, value] : event.fields) {
    if (std::ranges::find(info.fields, std::string_view(name), &EventField::name) ==
        info.fields.end()) {
      return fail(unknownField(event, name, info));
    }
  }
  return validateEvent(viewOf(info, event));
}

std::optional<Timestamp> completeEvent(EventView& view, std::string& id, const Clock& clock,
                                       Random& random) {
  std::optional<Timestamp> own;
  for (std::size_t i = 0; i < view.info->fields.size(); ++i) {
    const auto& field = view.info->fields[i];
    auto& value = view.fields[i];
    if (!std::holds_alternative<std::monostate>(value)) {
      if (field.eventTime) {
        own = std::get<Timestamp>(value);
      }
    } else if (field.generatedId) {
      id = makeId(clock, random);
      value = std::string_view(id);
    } else if (field.eventTime) {
      value = clock.now();
    } else if (field.kind == FieldKind::kBool) {
      value = false;
    }
  }
  return own;
}

}  // namespace caas::kafka::produce
