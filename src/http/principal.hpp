#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace caas::kafka::http {

/// What somebody may do, each more than the one before: look, act on data (publish, redrive,
/// reset), and everything (topics, tenants, configuration).
enum class Role { kViewer, kOperator, kAdmin };
[[nodiscard]] std::string_view toString(Role role);
[[nodiscard]] std::optional<Role> parseRole(std::string_view text);

/// Who asks.
struct Principal {
  std::string name = "anonymous";
  Role role = Role::kViewer;
};

}  // namespace caas::kafka::http
