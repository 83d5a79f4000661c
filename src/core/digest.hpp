#pragma once

#include <string>
#include <string_view>

namespace caas::kafka {

/// SHA-256 (FIPS 180-4) in small hexadecimal letters.
[[nodiscard]] std::string sha256Hex(std::string_view data);

}  // namespace caas::kafka
