#pragma once

#include "cli/context.hpp"

namespace caas::kafka::cli {

/// The whole command line: parses, does the command, prints. Returns the exit code: 0 done, 1
/// failed, 2 usage, 3 not healthy or drift found. Never throws.
[[nodiscard]] int runCli(int argc, const char* const* argv, CliContext& context);

}  // namespace caas::kafka::cli
