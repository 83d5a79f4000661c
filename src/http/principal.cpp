#include "http/principal.hpp"

#include <algorithm>
#include <array>

namespace caas::kafka::http {
namespace {

struct RoleName {
  Role role;
  std::string_view name;
};
constexpr std::array kRoleNames{RoleName{Role::kViewer, "viewer"},
                                RoleName{Role::kOperator, "operator"},
                                RoleName{Role::kAdmin, "admin"}};

}  // namespace

std::string_view toString(Role role) {
  const auto* found = std::ranges::find(kRoleNames, role, &RoleName::role);
  return found == kRoleNames.end() ? "?" : found->name;
}

std::optional<Role> parseRole(std::string_view text) {
  const auto* found = std::ranges::find(kRoleNames, text, &RoleName::name);
  return found == kRoleNames.end() ? std::nullopt : std::optional(found->role);
}

}  // namespace caas::kafka::http
