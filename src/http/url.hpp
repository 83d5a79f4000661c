#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace caas::kafka::http {

/// %XX undone (RFC 3986). nullopt: a broken escape, or what comes out is no UTF-8 or holds a
/// control character.
[[nodiscard]] std::optional<std::string> percentDecoded(std::string_view text);

/// The segments of a path that begins with '/', decoded; an escaped slash stays within its segment.
/// nullopt: one is empty, "." or "..", or broken. "/" has none.
[[nodiscard]] std::optional<std::vector<std::string>> pathSegments(std::string_view path);

using QueryPairs = std::vector<std::pair<std::string, std::string>>;
/// "a=1&b=x+y" as HTML forms write it. nullopt: broken.
[[nodiscard]] std::optional<QueryPairs> queryPairs(std::string_view query);

}  // namespace caas::kafka::http
