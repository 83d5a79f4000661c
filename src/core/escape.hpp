#pragma once

#include <string>
#include <string_view>

namespace caas::kafka {

/// Makes bytes of strangers harmless: control characters (C0, DEL, C1), bidirectional overrides and
/// what is not UTF-8 become \n, \t, \xNN or \u{NNNN}; a backslash stays as it is.
[[nodiscard]] std::string escapeForTerminal(std::string_view text, bool keepNewlines = false);

}  // namespace caas::kafka
