#pragma once

#include <cstddef>
#include <string_view>

#include <boost/json/value.hpp>

#include "caas/kafka/result.hpp"

namespace caas::kafka::http {

inline constexpr std::size_t kDeepestJson = 32;
/// Values of a document at most: "[[],[],…" takes ten times its own size.
inline constexpr std::size_t kMostJsonValues = 200'000;

/// A JSON document (RFC 8259) in UTF-8, within these bounds. kInvalidArgument says where it ends to
/// be one.
[[nodiscard]] Result<boost::json::value> parseJson(std::string_view text);

}  // namespace caas::kafka::http
