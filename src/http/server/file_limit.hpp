#pragma once

#include <cstddef>

namespace caas::kafka::http {

/// Raises the process's limit of open files as far as it goes, and says how many connections of
/// `wanted` fit below it, with `others` left for everything else.
[[nodiscard]] std::size_t connectionsThatFit(std::size_t wanted, std::size_t others);

}  // namespace caas::kafka::http
