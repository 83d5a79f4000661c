#pragma once

// Logging: one line a fact. `log::info("topics created", {{"tenant", id}, {"topics", n}})`: a
// constant event text and fields, so that the same line is readable as text and as JSON.

#include <concepts>
#include <initializer_list>
#include <string>
#include <string_view>

#include "caas/kafka/settings.hpp"

namespace caas::kafka::log {

struct Field {
  std::string_view name;
  std::string value;
  bool number = false;
  Field(std::string_view fieldName, std::string_view text) : name(fieldName), value(text) {}
  Field(std::string_view fieldName, const char* text) : name(fieldName), value(text) {}
  Field(std::string_view fieldName, const std::string& text) : name(fieldName), value(text) {}
  template <class T>
    requires std::integral<T>
  Field(std::string_view fieldName, T n)
      : name(fieldName), value(std::to_string(n)), number(true) {}
};
using Fields = std::initializer_list<Field>;

/// To stderr. Called once at start; before it, level info, text.
void configure(LogLevel level, LogFormat format);
[[nodiscard]] bool enabled(LogLevel level);
void write(LogLevel level, std::string_view event, Fields fields = {});

inline void debug(std::string_view event, Fields fields = {}) {
  write(LogLevel::kDebug, event, fields);
}
inline void info(std::string_view event, Fields fields = {}) {
  write(LogLevel::kInfo, event, fields);
}
inline void warn(std::string_view event, Fields fields = {}) {
  write(LogLevel::kWarn, event, fields);
}
inline void error(std::string_view event, Fields fields = {}) {
  write(LogLevel::kError, event, fields);
}

}  // namespace caas::kafka::log
