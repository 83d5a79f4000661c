#pragma once

// Makers of table rows, one for each kind of value. `access` gives the member of Settings.

#include <filesystem>
#include <type_traits>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "config/enum_names.hpp"
#include "config/values.hpp"
#include "config/variable.hpp"

namespace caas::kafka::config {

struct Range {
  std::int64_t least;
  std::int64_t most;
};

/// A whole number, or a time in milliseconds.
template <class Access>
Variable numberVariable(std::string name, Range range, std::string description, Access access) {
  using Value = std::remove_cvref_t<decltype(access(std::declval<Settings&>()))>;
  constexpr bool kIsTime = std::is_same_v<Value, Milliseconds>;
  return {.name = std::move(name),
          .allowed = fmt::format("{} to {}", range.least, range.most),
          .description = std::move(description),
          .set = [access, range](Settings& settings, const std::string& text) -> std::string {
            const auto value = parseInteger(text);
            if (!value || *value < range.least || *value > range.most) {
              return std::string(kNotAllowed);
            }
            access(settings) = static_cast<Value>(*value);
            return {};
          },
          .get =
              [access](const Settings& settings) {
                if constexpr (kIsTime) {
                  return std::to_string(access(settings).count());
                } else {
                  return std::to_string(access(settings));
                }
              }};
}

template <class Access>
Variable boolVariable(std::string name, std::string description, Access access) {
  return {.name = std::move(name),
          .allowed = "true, false (also 1/0, yes/no, on/off)",
          .description = std::move(description),
          .set = [access](Settings& settings, const std::string& text) -> std::string {
            const auto value = parseBool(text);
            if (!value) {
              return std::string(kNotAllowed);
            }
            access(settings) = *value;
            return {};
          },
          .get = [access](const Settings& settings) -> std::string {
            return access(settings) ? "true" : "false";
          }};
}

template <class Access>
Variable enumVariable(std::string name, std::string description, Access access) {
  using Value = std::remove_cvref_t<decltype(access(std::declval<Settings&>()))>;
  return {.name = std::move(name),
          .allowed = allowedNames<Value>(),
          .description = std::move(description),
          .set = [access](Settings& settings, const std::string& text) -> std::string {
            const auto value = parseEnum<Value>(text);
            if (!value) {
              return std::string(kNotAllowed);
            }
            access(settings) = *value;
            return {};
          },
          .get = [access](
                     const Settings& settings) { return std::string(toString(access(settings))); }};
}

using Problem = std::string (*)(std::string_view);

template <class Access>
Variable textVariable(std::string name, std::string allowed, std::string description,
                      Problem problem, Access access) {
  return {.name = std::move(name),
          .allowed = std::move(allowed),
          .description = std::move(description),
          .set =
              [access, problem](Settings& settings, const std::string& text) {
                auto wrong = problem(text);
                if (wrong.empty()) {
                  access(settings) = text;
                }
                return wrong;
              },
          .get = [access](const Settings& settings) -> std::string { return access(settings); }};
}

/// Comma-separated; each bad part is named.
template <class Access>
Variable listVariable(std::string name, std::string allowed, std::string description,
                      Problem problem, Access access) {
  return {.name = std::move(name),
          .allowed = std::move(allowed),
          .description = std::move(description),
          .set =
              [access, problem](Settings& settings, const std::string& text) {
                std::string wrong;
                auto parts = splitList(text);
                for (const auto& part : parts) {
                  if (const auto bad = problem(part); !bad.empty()) {
                    wrong +=
                        fmt::format("{}'{}': {}", wrong.empty() ? "" : "; ", quotable(part), bad);
                  }
                }
                if (wrong.empty()) {
                  access(settings) = std::move(parts);
                }
                return wrong;
              },
          .get =
              [access](const Settings& settings) {
                return fmt::format("{}", fmt::join(access(settings), ","));
              }};
}

/// A file. Whether it is there is checked when it is known to be used (checks.cpp).
template <class Access>
Variable pathVariable(std::string name, std::string description, Access access) {
  return {.name = std::move(name),
          .allowed = "path of a file",
          .description = std::move(description),
          .set = [access](Settings& settings, const std::string& text) -> std::string {
            access(settings) = std::filesystem::path(text);
            return {};
          },
          .get = [access](const Settings& settings) { return access(settings).string(); }};
}

template <class Access>
Variable secretVariable(std::string name, std::string description, Access access) {
  return {
      .name = std::move(name),
      .allowed = "any text",
      .description = std::move(description),
      .set = [access](Settings& settings, const std::string& text) -> std::string {
        if (text.find('\0') != std::string::npos) {
          return "it holds a NUL character";
        }
        access(settings) = Secret(text);
        return {};
      },
      .get = [access](const Settings& settings) { return std::string(toString(access(settings))); },
      .secret = true};
}

}  // namespace caas::kafka::config

/// The member of Settings that a row is about, for a `const` Settings and for one that is written.
#define CAAS_SETTING(member) [](auto& settings) -> auto& { return settings.member; }
