#pragma once

// A built-in event's fields in their order, whether they stand in its struct or in an Event: what
// each format writes and reads.

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <variant>

#include "caas/kafka/events.hpp"
#include "produce/event_table.hpp"

namespace caas::kafka::produce {

using StringMap = std::map<std::string, std::string>;

template <class E>
constexpr auto fieldsOf() {
  std::array<EventField, EventTable<E>::kBindings.size()> fields{};
  for (std::size_t i = 0; i < fields.size(); ++i) {
    fields[i] = EventTable<E>::kBindings[i].field;
  }
  return fields;
}
template <class E>
inline constexpr auto kFields = fieldsOf<E>();
template <class E>
inline constexpr EventTypeInfo kInfo{EventTable<E>::kType, kFields<E>};

/// Whether each member can hold what its field is said to be.
template <class E>
constexpr bool membersFit() {
  constexpr std::array kKinds{FieldKind::kString, FieldKind::kString, FieldKind::kBool,
                              FieldKind::kTimestamp, FieldKind::kStringMap};
  return std::ranges::all_of(EventTable<E>::kBindings, [&](const auto& binding) {
    return kKinds[binding.member.index()] == binding.field.kind;
  });
}
template <class Tuple>
inline constexpr bool kMembersFit = false;
template <class... E>
inline constexpr bool kMembersFit<std::tuple<E...>> = (membersFit<E>() && ...);
static_assert(kMembersFit<BuiltInEvents>, "a member is not what event_table.hpp says of its field");

template <class Tuple>
inline constexpr std::size_t kMostFieldsIn = 0;
template <class... E>
inline constexpr std::size_t kMostFieldsIn<std::tuple<E...>> =
    std::max({EventTable<E>::kBindings.size()...});
inline constexpr std::size_t kMostFields = kMostFieldsIn<BuiltInEvents>;

/// A field where it stands; std::monostate: missing.
using FieldView = std::variant<std::monostate, std::string_view, bool, Timestamp, const StringMap*>;

/// An event that is to be written, without a copy: lives as long as what it looks at.
struct EventView {
  const EventTypeInfo* info = nullptr;
  std::array<FieldView, kMostFields> fields{};  ///< in the order of the type's fields

  /// The text of a field; empty if the type has none of that name, or it is missing.
  [[nodiscard]] std::string_view text(std::string_view name) const;
};

inline FieldView fieldViewOf(const std::string& text, const EventField& field) {
  // An empty required field stays in, so that the error says "empty", not "missing".
  return text.empty() && field.generatedId ? FieldView() : FieldView(std::string_view(text));
}
inline FieldView fieldViewOf(bool value, const EventField& /*field*/) { return value; }
inline FieldView fieldViewOf(const StringMap& map, const EventField& /*field*/) {
  return map.empty() ? FieldView() : FieldView(&map);
}
template <class T>
FieldView fieldViewOf(const std::optional<T>& value, const EventField& /*field*/) {
  if constexpr (std::is_same_v<T, std::string>) {
    return value ? FieldView(std::string_view(*value)) : FieldView();
  } else {
    return value ? FieldView(*value) : FieldView();
  }
}

template <class E>
[[nodiscard]] EventView viewOf(const E& typed) {
  EventView view{.info = &kInfo<E>};
  std::size_t place = 0;
  for (const auto& [field, member] : EventTable<E>::kBindings) {
    view.fields[place++] =
        std::visit([&](auto pointer) { return fieldViewOf(typed.*pointer, field); }, member);
  }
  return view;
}
[[nodiscard]] EventView viewOf(const EventRef& typed);
/// Fields that the type does not have are not seen.
[[nodiscard]] EventView viewOf(const EventTypeInfo& info, const Event& event);

/// Where a field is read to: a member of a struct, or a value of its own.
using FieldRef = std::variant<std::monostate, std::string*, std::optional<std::string>*, bool*,
                              std::optional<Timestamp>*, StringMap*, std::optional<FieldValue>*>;

/// An event that is being read, wherever it goes. The calls are those of the field's kind. A field
/// that is not read stays as it is.
class EventTarget {
 public:
  using Fields = std::array<FieldRef, kMostFields>;
  EventTarget(const EventTypeInfo& info, const Fields& fields) : info_(&info), fields_(fields) {}

  [[nodiscard]] const EventTypeInfo& info() const { return *info_; }
  [[nodiscard]] bool has(std::size_t place) const { return ((read_ >> place) & 1U) != 0; }
  [[nodiscard]] std::string& text(std::size_t place);
  void flag(std::size_t place, bool value);
  void time(std::size_t place, Timestamp value);
  /// Empty when it is asked for first.
  [[nodiscard]] StringMap& map(std::size_t place);
  void set(std::size_t place, FieldValue&& value);
  /// Of a text: as if it had not been read.
  void drop(std::size_t place);

 private:
  FieldRef& mark(std::size_t place) {
    read_ |= 1U << place;
    return fields_[place];
  }
  const EventTypeInfo* info_;
  Fields fields_;
  std::uint32_t read_ = 0;  ///< a bit for each field
  static_assert(kMostFields <= 32);
};

template <class E>
[[nodiscard]] EventTarget targetOf(E& typed) {
  EventTarget::Fields fields;
  std::size_t place = 0;
  for (const auto& binding : EventTable<E>::kBindings) {
    fields[place++] =
        std::visit([&](auto pointer) { return FieldRef(&(typed.*pointer)); }, binding.member);
  }
  return {kInfo<E>, fields};
}

/// The fields of an event that has no struct, in the order of its type's.
using FieldValues = std::array<std::optional<FieldValue>, kMostFields>;
[[nodiscard]] EventTarget targetOf(const EventTypeInfo& info, FieldValues& values);
[[nodiscard]] Event toEvent(const EventTypeInfo& info, FieldValues&& values);

/// Whether what the type requires was read. Words are not held against the type's: a newer writer
/// may know more of them. Errors: kInvalidArgument, with the field.
[[nodiscard]] Result<void> checkRequired(EventTarget& event);

}  // namespace caas::kafka::produce
