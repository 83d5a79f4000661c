#pragma once

#include <string_view>

#include "caas/kafka/result.hpp"

namespace caas::kafka::produce {

inline constexpr std::string_view kTraceparent = "traceparent";

/// Checks a W3C Trace Context `traceparent`: `00-<32 hex>-<16 hex>-<2 hex>`, lower case, neither id
/// all zero. A later version than 00 may go on after another `-`; version ff does not exist.
/// kInvalidArgument otherwise.
[[nodiscard]] Result<void> checkTraceparent(std::string_view value);

}  // namespace caas::kafka::produce
