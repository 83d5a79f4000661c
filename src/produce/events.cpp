#include "caas/kafka/events.hpp"

#include <algorithm>
#include <type_traits>

#include <fmt/format.h>

#include "core/errors.hpp"
#include "produce/event_rules.hpp"
#include "produce/event_table.hpp"

namespace caas::kafka {
namespace produce {
namespace {

template <class E>
constexpr auto fieldsOf() {
  std::array<EventField, EventTable<E>::kBindings.size()> fields{};
  for (std::size_t i = 0; i < fields.size(); ++i) {
    fields[i] = EventTable<E>::kBindings[i].field;
  }
  return fields;
}
template <class E>
constexpr auto kFields = fieldsOf<E>();

template <class Tuple>
struct TypeInfos;
template <class... E>
struct TypeInfos<std::tuple<E...>> {
  static constexpr std::array kAll{EventTypeInfo{EventTable<E>::kType, kFields<E>}...};
};
constexpr auto& kTypes = TypeInfos<BuiltInEvents>::kAll;

template <class E>
Event makeEvent(const E& typed) {
  Event event{.type = std::string(EventTable<E>::kType), .fields = {}};
  for (const auto& [field, member] : EventTable<E>::kBindings) {
    const auto put = [&](const auto& value) { event.fields.emplace(field.name, value); };
    std::visit(
        [&](auto pointer) {
          const auto& value = typed.*pointer;
          using Value = std::remove_cvref_t<decltype(value)>;
          if constexpr (std::is_same_v<Value, bool>) {
            put(value);
          } else if constexpr (std::is_same_v<Value, std::string>) {
            // An empty required field stays in, so that the error says "empty", not "missing".
            if (!value.empty() || !field.generatedId) {
              put(value);
            }
          } else if constexpr (std::is_same_v<Value, std::map<std::string, std::string>>) {
            if (!value.empty()) {
              put(value);
            }
          } else if (value.has_value()) {
            put(*value);
          }
        },
        member);
  }
  return event;
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
      continue;
    }
    const bool fits = std::visit(
        [&](auto pointer) {
          auto& to = typed.*pointer;
          return std::visit(
              [&](const auto& value) {
                if constexpr (std::is_assignable_v<decltype(to), decltype(value)> &&
                              !(std::is_same_v<std::remove_cvref_t<decltype(to)>, bool> !=
                                std::is_same_v<std::remove_cvref_t<decltype(value)>, bool>)) {
                  to = value;
                  return true;
                } else {
                  return false;
                }
              },
              found->second);
        },
        member);
    if (!fits) {
      return fail(fieldError(event.type, field.name, "a value of another kind", allowedFor(field)));
    }
  }
  return {};
}

}  // namespace

const EventTypeInfo* findEventType(std::string_view type) {
  const auto* found = std::ranges::find(kTypes, type, &EventTypeInfo::type);
  return found == kTypes.end() ? nullptr : found;
}

std::string builtInTypeNames() {
  std::string names;
  for (const auto& info : kTypes) {
    names += names.empty() ? "" : ", ";
    names += info.type;
  }
  return names;
}

}  // namespace produce

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
