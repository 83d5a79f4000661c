#include <algorithm>

#include <fmt/format.h>

#include "caas/kafka/catalog.hpp"
#include "catalog/names.hpp"
#include "core/errors.hpp"

namespace caas::kafka {

Result<TenantId> TenantId::parse(std::string_view text) {
  if (catalog::isTenantId(text)) {
    return TenantId(std::string(text));
  }
  const char* hint =
      "A tenant id has 1 to 64 letters, digits, '-' and '_', and begins with a letter or a digit";
  if (text.empty()) {
    return fail(errors::invalidArgument("the tenant id is empty", hint));
  }
  if (text.size() > catalog::kMaxTenantIdLength) {
    return fail(
        errors::invalidArgument(fmt::format("tenant id '{}…' has {} characters",
                                            catalog::printable(text.substr(0, 16)), text.size()),
                                hint));
  }
  return fail(errors::invalidArgument(
      fmt::format("'{}' is not a tenant id", catalog::printable(text)), hint));
}

}  // namespace caas::kafka
