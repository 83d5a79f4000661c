#pragma once

#include <string_view>

namespace caas::kafka::http {

/// The words of a status (RFC 9110, 15).
[[nodiscard]] std::string_view reasonOf(int status);

}  // namespace caas::kafka::http
