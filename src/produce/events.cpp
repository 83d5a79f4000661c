#include "caas/kafka/events.hpp"

#include <algorithm>
#include <type_traits>

#include <fmt/format.h>

#include "core/errors.hpp"
#include "produce/event_fields.hpp"
#include "produce/event_rules.hpp"

namespace caas::kafka {
namespace produce {
namespace {

template <class Tuple>
struct TypeInfos;
template <class... E>
struct TypeInfos<std::tuple<E...>> {
  static constexpr std::array kAll{&kInfo<E>...};
};
constexpr auto& kTypes = TypeInfos<BuiltInEvents>::kAll;

template <class E>
Event makeEvent(const E& typed) {
  Event event{.type = std::string(EventTable<E>::kType), .fields = {}};
  const auto view = viewOf(typed);
  for (std::size_t i = 0; i < view.info->fields.size(); ++i) {
    std::visit(
        [&](const auto& value) {
          using Value = std::remove_cvref_t<decltype(value)>;
          const auto name = view.info->fields[i].name;
          if constexpr (std::is_same_v<Value, std::string_view>) {
            event.fields.emplace(name, std::string(value));
          } else if constexpr (std::is_same_v<Value, const StringMap*>) {
            event.fields.emplace(name, *value);
          } else if constexpr (!std::is_same_v<Value, std::monostate>) {
            event.fields.emplace(name, value);
          }
        },
        view.fields[i]);
  }
  return event;
}

/// False where the value is of another kind.
template <class T>
bool assign(T& to, const FieldValue& from) {
  const auto* value = std::get_if<T>(&from);
  if (value != nullptr) {
    to = *value;
  }
  return value != nullptr;
}
template <class T>
bool assign(std::optional<T>& to, const FieldValue& from) {
  return assign(to.emplace(), from);
}

template <class E>
Result<void> readEvent(const Event& event, E& typed) {
  if (event.type != EventTable<E>::kType) {
    return fail(errors::invalidArgument(
        fmt::format("the event is a {} and not a {}", shown(event.type), EventTable<E>::kType)));
  }
  for (const auto& [field, member] : EventTable<E>::kBindings) {
    const auto found = event.fields.find(field.name);
    if (found == event.fields.end()) {
      if (field.required) {
        return fail(fieldError(event.type, field.name, "nothing", allowedFor(field)));
      }
    } else if (!std::visit([&](auto pointer) { return assign(typed.*pointer, found->second); },
                           member)) {
      return fail(fieldError(event.type, field.name, "a value of another kind", allowedFor(field)));
    }
  }
  return {};
}

}  // namespace

const EventTypeInfo* findEventType(std::string_view type) {
  const auto* found = std::ranges::find(kTypes, type, &EventTypeInfo::type);
  return found == kTypes.end() ? nullptr : *found;
}

std::string builtInTypeNames() {
  std::string names;
  for (const auto* info : kTypes) {
    names += names.empty() ? "" : ", ";
    names += info->type;
  }
  return names;
}

}  // namespace produce

std::string_view typeOf(const EventRef& event) {
  return std::visit([]<class E>(const E* /*event*/) { return produce::EventTable<E>::kType; },
                    event);
}

std::optional<std::vector<EventField>> eventFields(std::string_view type) {
  const auto* info = produce::findEventType(type);
  if (info == nullptr) {
    return std::nullopt;
  }
  return std::vector<EventField>(info->fields.begin(), info->fields.end());
}

Event toEvent(const ChatMessage& event) { return produce::makeEvent(event); }
Event toEvent(const Reaction& event) { return produce::makeEvent(event); }
Event toEvent(const Typing& event) { return produce::makeEvent(event); }
Event toEvent(const ReadReceipt& event) { return produce::makeEvent(event); }
Event toEvent(const Presence& event) { return produce::makeEvent(event); }
Event toEvent(const AnalyticsEvent& event) { return produce::makeEvent(event); }
Event toEvent(const Notification& event) { return produce::makeEvent(event); }
Event toEvent(const PlatformEvent& event) { return produce::makeEvent(event); }
Event toEvent(const AuditEvent& event) { return produce::makeEvent(event); }
Event toEvent(const PlatformNotification& event) { return produce::makeEvent(event); }

Result<void> fromEvent(const Event& event, ChatMessage& typed) {
  return produce::readEvent(event, typed);
}
Result<void> fromEvent(const Event& event, Reaction& typed) {
  return produce::readEvent(event, typed);
}
Result<void> fromEvent(const Event& event, Typing& typed) {
  return produce::readEvent(event, typed);
}
Result<void> fromEvent(const Event& event, ReadReceipt& typed) {
  return produce::readEvent(event, typed);
}
Result<void> fromEvent(const Event& event, Presence& typed) {
  return produce::readEvent(event, typed);
}
Result<void> fromEvent(const Event& event, AnalyticsEvent& typed) {
  return produce::readEvent(event, typed);
}
Result<void> fromEvent(const Event& event, Notification& typed) {
  return produce::readEvent(event, typed);
}
Result<void> fromEvent(const Event& event, PlatformEvent& typed) {
  return produce::readEvent(event, typed);
}
Result<void> fromEvent(const Event& event, AuditEvent& typed) {
  return produce::readEvent(event, typed);
}
Result<void> fromEvent(const Event& event, PlatformNotification& typed) {
  return produce::readEvent(event, typed);
}

}  // namespace caas::kafka
