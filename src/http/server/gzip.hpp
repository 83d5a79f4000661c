#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace caas::kafka::http {

/// As a gzip member (RFC 1952), fast rather than small; nullopt when it would not get smaller.
[[nodiscard]] std::optional<std::string> gzipped(std::string_view text);

}  // namespace caas::kafka::http
