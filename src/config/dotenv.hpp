#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "caas/kafka/result.hpp"
#include "caas/kafka/settings.hpp"

namespace caas::kafka::config {

/// What a .env file says.
struct DotEnv {
  EnvironmentMap values;
  /// E.g. a name that is given twice (the last one counts).
  std::vector<std::string> warnings;
};

/// Reads the text of a .env file:
///
///     file    := line*
///     line    := blank | '#' comment | ['export'] NAME '=' value ['#' comment]
///     value   := 'taken as it is' | "with \n \r \t \" \\ \$ escapes" | plain to the end or to ' #'
///
/// Values are not expanded ($OTHER stays as it is) and end with their line; CRLF is taken. Every
/// bad line is named as origin:line with what is wrong, never with its content: it may be a secret.
[[nodiscard]] Result<DotEnv> parseDotEnv(std::string_view text, std::string_view origin);

/// Reads the file; a missing one is empty.
[[nodiscard]] Result<DotEnv> readDotEnv(const std::filesystem::path& file);

}  // namespace caas::kafka::config
