#pragma once

// How commands are declared: each group's file adds its own to the CommandSet.

#include <functional>
#include <map>
#include <string>

#include <CLI/App.hpp>

#include "cli/session.hpp"

namespace caas::kafka::cli {

/// Does the command; the value is the exit code.
using Handler = std::function<Result<int>(Session&)>;

inline constexpr int kExitDone = 0;
inline constexpr int kExitFailed = 1;
inline constexpr int kExitUsage = 2;
/// Not healthy, or drift found.
inline constexpr int kExitNotHealthy = 3;

/// Headings of the root's help page.
inline constexpr char kServiceHeading[] = "Service and cluster";
inline constexpr char kTopicsHeading[] = "Topics and tenants";
inline constexpr char kRecordsHeading[] = "Records";
inline constexpr char kGroupsHeading[] = "Consumer groups";
inline constexpr char kPlanningHeading[] = "Keys and partitions";

/// What the help page says: a sentence (more may follow it) and example command lines.
struct CommandText {
  std::string name;
  std::string description;
  std::string examples;
  std::string heading = "Commands";
};

class CommandSet {
 public:
  explicit CommandSet(CLI::App& root) : root_(root) {}
  [[nodiscard]] CLI::App& root() { return root_; }
  /// A word that has commands of its own ("topics").
  CLI::App& group(const CommandText& text);
  CLI::App& command(CLI::App& parent, const CommandText& text, Handler handler);
  CLI::App& command(const CommandText& text, Handler handler) {
    return command(root_, text, std::move(handler));
  }
  /// nullptr for a group.
  [[nodiscard]] const Handler* handlerOf(const CLI::App* app) const;

 private:
  CLI::App& add(CLI::App& parent, const CommandText& text);
  CLI::App& root_;
  std::map<const CLI::App*, Handler> handlers_;
};

void addServeCommand(CommandSet& commands);
void addConfigCommand(CommandSet& commands);
void addClusterCommands(CommandSet& commands);
void addTopicsCommands(CommandSet& commands);
void addTenantsCommands(CommandSet& commands);
void addStrategyCommands(CommandSet& commands);
void addPublishCommand(CommandSet& commands);
void addProduceCommand(CommandSet& commands);
void addConsumeCommand(CommandSet& commands);
void addGroupsCommands(CommandSet& commands);
void addDlqCommands(CommandSet& commands);
void addSchemasCommands(CommandSet& commands);
void addTokensCommands(CommandSet& commands);

}  // namespace caas::kafka::cli
