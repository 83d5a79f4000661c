#pragma once

#include <memory>

#include "caas/kafka/groups.hpp"
#include "cli/commands.hpp"

namespace caas::kafka::cli {

/// groups lag
void addGroupsLag(CommandSet& commands, CLI::App& groups);
/// groups reset
void addGroupsReset(CommandSet& commands, CLI::App& groups);

/// The manager for the session's cluster, once some broker answers.
[[nodiscard]] Result<std::unique_ptr<GroupManager>> groupManager(Session& session);

}  // namespace caas::kafka::cli
