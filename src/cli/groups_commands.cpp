// groups list | describe (lag and reset have files of their own)

#include "cli/groups_commands.hpp"

#include <algorithm>

#include <CLI/Option.hpp>
#include <fmt/format.h>

#include "core/errors.hpp"
#include "http/json/error_json.hpp"
#include "http/json/groups_json.hpp"

namespace caas::kafka::cli {

Result<std::unique_ptr<GroupManager>> groupManager(Session& session) {
  CAAS_ASSIGN(const auto* loaded, session.settings());
  CAAS_ASSIGN(auto catalog, session.catalog());
  CAAS_TRY(session.reach());
  return GroupManager::create(loaded->settings, std::move(catalog), *session.context().clock);
}

namespace {

constexpr Milliseconds kLook{30'000};

struct ListOptions {
  std::string tenant;
};

Tone toneOf(std::string_view state) {
  return state == "Stable" ? Tone::kGood : state == "Empty" ? Tone::kDim : Tone::kWarn;
}

std::string shortened(const std::vector<std::string>& names) {
  constexpr std::size_t kShown = 3;
  const std::vector<std::string> first(
      names.begin(), names.begin() + static_cast<std::ptrdiff_t>(std::min(names.size(), kShown)));
  return join(first, ", ") +
         (names.size() > kShown ? fmt::format(" and {} more", names.size() - kShown) : "");
}

Result<int> list(Session& session, const ListOptions& options) {
  CAAS_ASSIGN(const auto manager, groupManager(session));
  CAAS_ASSIGN(auto groups, manager->listGroups({}, session.deadline(kLook)));
  if (!options.tenant.empty()) {
    std::erase_if(groups, [&](const GroupSummary& group) {
      return std::ranges::find(group.tenants, options.tenant) == group.tenants.end();
    });
  }
  if (session.json()) {
    session.print({{"groups", toJsonArray(groups)}});
    return kExitDone;
  }
  if (groups.empty()) {
    session.out() << "no consumer groups\n";
    return kExitDone;
  }
  Table table{{"GROUP", "STATE", ">MEMBERS", "PROTOCOL", "READS", "TENANTS"}};
  bool unasked = false;
  for (const auto& group : groups) {
    unasked = unasked || !group.members;
    table.add({Cell{group.id}, Cell{group.state, toneOf(group.state)},
               Cell{group.members ? std::to_string(*group.members) : "-"},
               Cell{std::string{toString(group.type)}}, Cell{shortened(group.entries)},
               Cell{shortened(group.tenants)}});
  }
  session.out() << table.render(session.style());
  if (unasked) {
    session.warn(
        fmt::format("members were asked for {} groups only", ListGroupsOptions{}.describeAtMost));
  }
  return kExitDone;
}

/// "chat.messages.acme: 0-3, 7" a line for each topic.
std::vector<std::string> assignmentLines(const std::vector<GroupPartition>& assignment) {
  std::vector<std::string> lines;
  for (std::size_t i = 0; i < assignment.size();) {
    const auto& topic = assignment[i].topic;
    std::vector<std::string> runs;
    while (i < assignment.size() && assignment[i].topic == topic) {
      const int first = assignment[i].partition;
      int last = first;
      while (++i < assignment.size() && assignment[i].topic == topic &&
             assignment[i].partition == last + 1) {
        ++last;
      }
      runs.push_back(first == last ? std::to_string(first) : fmt::format("{}-{}", first, last));
    }
    lines.push_back(fmt::format("{}: {}", topic, join(runs, ", ")));
  }
  return lines;
}

Result<int> describe(Session& session, const std::string& id) {
  CAAS_ASSIGN(const auto manager, groupManager(session));
  CAAS_ASSIGN(const auto group, manager->describeGroup(id, session.deadline(kLook)));
  if (session.json()) {
    session.print(toJson(group));
    return kExitDone;
  }
  auto& out = session.out();
  out << fmt::format("group        {}\nstate        {}\nprotocol     {}\n",
                     escapeForTerminal(group.id),
                     session.style().paint(toneOf(group.state), group.state), toString(group.type));
  if (!group.assignor.empty()) {
    out << "assignor     " << escapeForTerminal(group.assignor) << '\n';
  }
  if (group.coordinatorId >= 0) {
    out << fmt::format("coordinator  broker {} at {}\n", group.coordinatorId,
                       escapeForTerminal(group.coordinator));
  }
  if (group.simple) {
    out << "it commits offsets and never had members\n";
  }
  out << fmt::format("members      {}\n", group.members.size());
  for (const auto& member : group.members) {
    out << fmt::format(
        "\n{} at {}\n  {}\n", escapeForTerminal(member.clientId), escapeForTerminal(member.host),
        escapeForTerminal(member.memberId) +
            (member.instanceId.empty() ? ""
                                       : ", static as " + escapeForTerminal(member.instanceId)));
    const auto lines = assignmentLines(member.assignment);
    for (const auto& line : lines) {
      out << "  " << escapeForTerminal(line) << '\n';
    }
    if (lines.empty()) {
      out << "  has no partitions\n";
    }
  }
  return kExitDone;
}

}  // namespace

void addGroupsCommands(CommandSet& commands) {
  auto& groups = commands.group(
      {"groups", "Consumer groups: who reads, how far behind, and where they go on.",
       "  caas-kafka groups list\n  caas-kafka groups lag orders --for 10s", kGroupsHeading});
  auto listed = std::make_shared<ListOptions>();
  auto& listApp = commands.command(
      groups,
      {"list", "Lists the consumer groups of the cluster with what their members read.",
       "  caas-kafka groups list\n  caas-kafka groups list --tenant acme --json"},
      [listed](Session& session) { return list(session, *listed); });
  listApp.add_option("--tenant", listed->tenant, "Only groups that read this tenant's topics now")
      ->type_name("ID");
  auto described = std::make_shared<std::string>();
  auto& describeApp =
      commands.command(groups,
                       {"describe", "Shows a group's state, members and what is assigned to each.",
                        "  caas-kafka groups describe orders"},
                       [described](Session& session) { return describe(session, *described); });
  describeApp.add_option("GROUP", *described, "The group's id")->required();
  addGroupsLag(commands, groups);
  addGroupsReset(commands, groups);
}

}  // namespace caas::kafka::cli
