#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string_view>

namespace caas::kafka::config {

/// Number of single-character changes, additions, removals and swaps of neighbours between two
/// texts (optimal string alignment).
[[nodiscard]] std::size_t editDistance(std::string_view a, std::string_view b);

struct Nearest {
  std::string_view name;
  std::size_t distance = 0;
};

/// The nearest of `names` to a mistyped one; nullopt if there are none.
[[nodiscard]] std::optional<Nearest> nearestOf(std::string_view text,
                                               std::span<const std::string_view> names);

}  // namespace caas::kafka::config
