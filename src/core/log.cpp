#include "core/log.hpp"

#include <atomic>
#include <iterator>
#include <memory>

#include <fmt/format.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include "caas/kafka/clock.hpp"

namespace caas::kafka::log {
namespace {

std::atomic<LogFormat> format{LogFormat::kText};

spdlog::level::level_enum toSpdlog(LogLevel level) {
  switch (level) {
    case LogLevel::kTrace: return spdlog::level::trace;
    case LogLevel::kDebug: return spdlog::level::debug;
    case LogLevel::kInfo: return spdlog::level::info;
    case LogLevel::kWarn: return spdlog::level::warn;
    case LogLevel::kError: return spdlog::level::err;
    case LogLevel::kOff: return spdlog::level::off;
  }
  return spdlog::level::info;
}

std::string_view word(LogLevel level) {
  switch (level) {
    case LogLevel::kTrace: return "trace";
    case LogLevel::kDebug: return "debug";
    case LogLevel::kInfo: return "info";
    case LogLevel::kWarn: return "warn";
    default: return "error";
  }
}

/// A logger of our own: an embedding application's spdlog settings are not ours to change. It is
/// never destroyed, because client threads may still log while the process exits.
spdlog::logger& logger() {
  static spdlog::logger* const instance = [] {
    auto* made =
        new spdlog::logger("caas-kafka", std::make_shared<spdlog::sinks::stderr_sink_mt>());
    made->set_pattern("%v");
    made->set_level(spdlog::level::info);
    made->flush_on(spdlog::level::trace);
    return made;
  }();
  return *instance;
}

/// JSON's escapes (RFC 8259); in text lines too, so that one fact stays one line and no terminal
/// control character of a message gets through.
void appendEscaped(std::string& out, std::string_view text) {
  for (const char c : text) {
    switch (c) {
      case '"': out += "\\\""; break;
      case '\\': out += "\\\\"; break;
      case '\n': out += "\\n"; break;
      case '\r': out += "\\r"; break;
      case '\t': out += "\\t"; break;
      default:
        if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) {
          fmt::format_to(std::back_inserter(out), "\\u{:04x}", static_cast<unsigned>(c));
        } else {
          out += c;
        }
    }
  }
}

bool needsQuotes(std::string_view text) {
  if (text.empty()) {
    return true;
  }
  for (const char c : text) {
    if (static_cast<unsigned char>(c) <= 0x20 || c == '"' || c == '=' || c == '\\' || c == 0x7f) {
      return true;
    }
  }
  return false;
}

std::string asText(LogLevel level, std::string_view event, Fields fields) {
  std::string line = fmt::format("{} {:<5} ", formatTimestamp(systemClock().now()), word(level));
  appendEscaped(line, event);
  for (const auto& field : fields) {
    fmt::format_to(std::back_inserter(line), " {}=", field.name);
    if (field.number || !needsQuotes(field.value)) {
      line += field.value;
    } else {
      line += '"';
      appendEscaped(line, field.value);
      line += '"';
    }
  }
  return line;
}

std::string asJson(LogLevel level, std::string_view event, Fields fields) {
  std::string line = fmt::format(R"({{"time":"{}","level":"{}","event":")",
                                 formatTimestamp(systemClock().now()), word(level));
  appendEscaped(line, event);
  line += '"';
  for (const auto& field : fields) {
    fmt::format_to(std::back_inserter(line), R"(,"{}":)", field.name);
    if (field.number) {
      line += field.value;
    } else {
      line += '"';
      appendEscaped(line, field.value);
      line += '"';
    }
  }
  line += '}';
  return line;
}

}  // namespace

void configure(LogLevel level, LogFormat chosen) {
  format = chosen;
  logger().set_level(toSpdlog(level));
}

bool enabled(LogLevel level) { return logger().should_log(toSpdlog(level)); }

void write(LogLevel level, std::string_view event, Fields fields) {
  if (!enabled(level)) {
    return;
  }
  const auto line =
      format == LogFormat::kJson ? asJson(level, event, fields) : asText(level, event, fields);
  logger().log(toSpdlog(level), std::string_view(line));
}

}  // namespace caas::kafka::log
