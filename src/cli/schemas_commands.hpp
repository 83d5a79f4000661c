#pragma once

#include <CLI/App.hpp>

#include "cli/commands.hpp"

namespace caas::kafka::cli {

/// register and check, under `schemas`.
void addSchemaCandidateCommands(CommandSet& commands, CLI::App& group);

}  // namespace caas::kafka::cli
