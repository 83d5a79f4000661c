#include "produce/event_fields.hpp"

#include "core/errors.hpp"
#include "produce/event_rules.hpp"

namespace caas::kafka::produce {
namespace {

FieldView fieldViewOf(const FieldValue& value) {
  return std::visit(
      [](const auto& held) -> FieldView {
        using Held = std::remove_cvref_t<decltype(held)>;
        if constexpr (std::is_same_v<Held, std::string>) {
          return std::string_view(held);
        } else if constexpr (std::is_same_v<Held, StringMap>) {
          return &held;
        } else {
          return held;
        }
      },
      value);
}

}  // namespace

std::string_view EventView::text(std::string_view name) const {
  const auto found = std::ranges::find(info->fields, name, &EventField::name);
  if (found == info->fields.end()) {
    return {};
  }
  const auto* text = std::get_if<std::string_view>(
      &fields[static_cast<std::size_t>(found - info->fields.begin())]);
  return text == nullptr ? std::string_view{} : *text;
}

EventView viewOf(const EventRef& typed) {
  return std::visit([](const auto* event) { return viewOf(*event); }, typed);
}

EventView viewOf(const EventTypeInfo& info, const Event& event) {
  EventView view{.info = &info};
  for (std::size_t i = 0; i < info.fields.size(); ++i) {
    if (const auto found = event.fields.find(info.fields[i].name); found != event.fields.end()) {
      view.fields[i] = fieldViewOf(found->second);
    }
  }
  return view;
}

std::string& EventTarget::text(std::size_t place) {
  auto& field = mark(place);
  if (auto* const* member = std::get_if<std::string*>(&field)) {
    return **member;
  }
  if (auto* const* member = std::get_if<std::optional<std::string>*>(&field)) {
    auto& held = **member;
    return held ? *held : held.emplace();
  }
  auto& value = *std::get<std::optional<FieldValue>*>(field);
  return std::get<std::string>(value ? *value : value.emplace(std::string()));
}

void EventTarget::flag(std::size_t place, bool value) {
  auto& field = mark(place);
  if (auto* const* member = std::get_if<bool*>(&field)) {
    **member = value;
  } else {
    *std::get<std::optional<FieldValue>*>(field) = value;
  }
}

void EventTarget::time(std::size_t place, Timestamp value) {
  auto& field = mark(place);
  if (auto* const* member = std::get_if<std::optional<Timestamp>*>(&field)) {
    **member = value;
  } else {
    *std::get<std::optional<FieldValue>*>(field) = value;
  }
}

StringMap& EventTarget::map(std::size_t place) {
  const bool first = !has(place);
  auto& field = mark(place);
  auto* const* member = std::get_if<StringMap*>(&field);
  auto& map = member != nullptr ? **member : std::get<StringMap>([&]() -> FieldValue& {
    auto& value = *std::get<std::optional<FieldValue>*>(field);
    return value ? *value : value.emplace(StringMap());
  }());
  if (first) {
    map.clear();
  }
  return map;
}

void EventTarget::set(std::size_t place, FieldValue&& value) {
  switch (info_->fields[place].kind) {
    case FieldKind::kString: text(place) = std::get<std::string>(std::move(value)); break;
    case FieldKind::kBool: flag(place, std::get<bool>(value)); break;
    case FieldKind::kTimestamp: time(place, std::get<Timestamp>(value)); break;
    case FieldKind::kStringMap: map(place) = std::get<StringMap>(std::move(value)); break;
  }
}

void EventTarget::drop(std::size_t place) {
  auto& field = fields_[place];
  if (auto* const* member = std::get_if<std::string*>(&field)) {
    (*member)->clear();
  } else if (auto* const* held = std::get_if<std::optional<std::string>*>(&field)) {
    (*held)->reset();
  } else {
    std::get<std::optional<FieldValue>*>(field)->reset();
  }
  read_ &= ~(1U << place);
}

EventTarget targetOf(const EventTypeInfo& info, FieldValues& values) {
  EventTarget::Fields fields;
  std::ranges::transform(values, fields.begin(), [](auto& value) { return FieldRef(&value); });
  return {info, fields};
}

Event toEvent(const EventTypeInfo& info, FieldValues&& values) {
  Event event{.type = std::string(info.type), .fields = {}};
  for (std::size_t i = 0; i < info.fields.size(); ++i) {
    if (auto& value = values[i]) {
      event.fields.emplace(info.fields[i].name, *std::move(value));
    }
  }
  return event;
}

Result<void> checkRequired(EventTarget& event) {
  const auto& info = event.info();
  for (std::size_t i = 0; i < info.fields.size(); ++i) {
    const auto& field = info.fields[i];
    if (!field.required) {
      continue;
    }
    const bool empty = event.has(i) && field.kind == FieldKind::kString && !field.mayBeEmpty &&
                       event.text(i).empty();
    if (!event.has(i) || empty) {
      return fail(fieldError(info.type, field.name, empty ? "an empty string" : "nothing",
                             allowedFor(field)));
    }
  }
  return {};
}

}  // namespace caas::kafka::produce
