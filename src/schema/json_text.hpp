#pragma once

#include <cstddef>
#include <string_view>

#include <boost/json/value.hpp>

#include "caas/kafka/result.hpp"

namespace caas::kafka::schema {

inline constexpr std::size_t kMaxJsonDepth = 100;

/// JSON text, nested `maxDepth` deep at most; a number that is no 64-bit integer is the double next
/// to it. Errors: kInvalidArgument; `what` says what the text is.
[[nodiscard]] Result<boost::json::value> parseJson(std::string_view text, std::string_view what,
                                                   std::size_t maxDepth = kMaxJsonDepth);

}  // namespace caas::kafka::schema
