#pragma once

// The words of each enumeration, once: loadSettings, the catalog, documentation and output use
// them.

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "caas/kafka/settings.hpp"

namespace caas::kafka::config {

template <class Enum>
struct EnumName {
  Enum value;
  std::string_view name;
  /// Taken as input too, but never printed.
  std::string_view alias{};
};

template <class Enum>
[[nodiscard]] std::span<const EnumName<Enum>> enumNames();
template <>
std::span<const EnumName<Acks>> enumNames();
template <>
std::span<const EnumName<Compression>> enumNames();
template <>
std::span<const EnumName<ProducerPreset>> enumNames();
template <>
std::span<const EnumName<OffsetReset>> enumNames();
template <>
std::span<const EnumName<GroupProtocol>> enumNames();
template <>
std::span<const EnumName<SaslMechanism>> enumNames();
template <>
std::span<const EnumName<LogLevel>> enumNames();
template <>
std::span<const EnumName<LogFormat>> enumNames();
template <>
std::span<const EnumName<EventFormat>> enumNames();
template <>
std::span<const EnumName<SubjectStrategy>> enumNames();

/// "unknown" for a value that has no name.
template <class Enum>
[[nodiscard]] std::string_view nameOf(Enum value) {
  for (const auto& entry : enumNames<Enum>()) {
    if (entry.value == value) {
      return entry.name;
    }
  }
  return "unknown";
}

/// Letters compared without case, ASCII only.
[[nodiscard]] bool equalIgnoringCase(std::string_view a, std::string_view b);

template <class Enum>
[[nodiscard]] std::optional<Enum> parseEnum(std::string_view text) {
  for (const auto& entry : enumNames<Enum>()) {
    if (equalIgnoringCase(text, entry.name) ||
        (!entry.alias.empty() && equalIgnoringCase(text, entry.alias))) {
      return entry.value;
    }
  }
  return std::nullopt;
}

/// "none, gzip, snappy": what is allowed, for errors and documentation.
template <class Enum>
[[nodiscard]] std::string allowedNames() {
  std::string text;
  for (const auto& entry : enumNames<Enum>()) {
    text += text.empty() ? "" : ", ";
    text += entry.name;
  }
  return text;
}

}  // namespace caas::kafka::config
