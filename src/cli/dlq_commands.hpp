#pragma once

#include <CLI/App.hpp>

#include "cli/commands.hpp"

namespace caas::kafka::cli {

/// dlq redrive and dlq discard.
void addDlqJobCommands(CommandSet& commands, CLI::App& dlq);

}  // namespace caas::kafka::cli
