#pragma once

// Errors that only topic management has. Like core/errors.hpp: named after the failure.

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "client/admin.hpp"
#include "core/errors.hpp"

namespace caas::kafka::topics {

/// Topic → why it is not there yet (or not gone yet).
using Pending = std::map<std::string, std::string, std::less<>>;

/// The first few of a list, and how many more there are: "a, b, c and 4 more".
[[nodiscard]] std::string joinSome(const std::vector<std::string>& items, std::size_t most = 5);

/// kPartialFailure: `done` names what exists, `failed` what does not and why.
[[nodiscard]] Error partialFailure(std::string_view what, const std::vector<std::string>& done,
                                   const std::vector<client::NamedResult>& failed,
                                   std::string_view remedy);

/// kTimeout of a wait: what is pending, and why.
[[nodiscard]] Error stillPending(std::string_view what, const Pending& pending, Milliseconds waited,
                                 std::string_view remedy);

/// kGroupActive: "orders (2 members)".
[[nodiscard]] Error groupsActive(std::string_view tenant, const std::vector<std::string>& groups);

/// kConflict.
[[nodiscard]] Error planConflict(std::string message);

}  // namespace caas::kafka::topics
