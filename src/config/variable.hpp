#pragma once

// The one table of settings: loadSettings, `caas-kafka config`, docs/configuration.md and
// .env.example all read it.

#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "caas/kafka/settings.hpp"

namespace caas::kafka::config {

/// One environment variable.
struct Variable {
  std::string name;
  /// What is allowed, for errors and documentation.
  std::string allowed;
  std::string description;
  /// Puts a non-empty value in (trimmed, but for secrets). The result is what is wrong with it
  /// (kNotAllowed: nothing beyond `allowed`), or "" when it was taken.
  std::function<std::string(Settings&, const std::string&)> set;
  /// The value as text. Of a secret: "<redacted>" or "".
  std::function<std::string(const Settings&)> get;
  /// Set but empty is an error instead of "not set".
  bool needed = false;
  /// May be read from the file that {name}_FILE names; its value is never printed.
  bool secret = false;
};

/// What `set` returns for a value that is simply not among `allowed`.
inline constexpr std::string_view kNotAllowed = " ";

/// A chapter of the documentation.
struct VariableGroup {
  std::string title;
  std::string introduction;
  std::vector<Variable> variables;
};

[[nodiscard]] std::span<const VariableGroup> variableGroups();

/// Every name that is read, `…_FILE` among them.
[[nodiscard]] std::vector<std::string_view> knownNames();
/// Name of the variable that holds a secret's file.
[[nodiscard]] std::string fileNameOf(const Variable& variable);

}  // namespace caas::kafka::config
