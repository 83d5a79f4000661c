// groups reset

#include <optional>

#include <CLI/Option.hpp>
#include <fmt/format.h>

#include "cli/groups_commands.hpp"
#include "cli/parse.hpp"
#include "core/errors.hpp"
#include "http/json/groups_json.hpp"

namespace caas::kafka::cli {
namespace {

constexpr Milliseconds kLook{30'000};

struct ResetCommand {
  std::string group;
  std::string to;
  std::optional<std::int64_t> shiftBy{};
  std::vector<std::string> topics;
  std::vector<int> partitions;
  bool create = false;
  bool yes = false;
};

Result<ResetTarget> targetOf(const ResetCommand& command) {
  if (command.to.empty() == !command.shiftBy.has_value()) {
    return fail(errors::invalidArgument("groups reset needs --to or --shift-by (not both)",
                                        "caas-kafka groups reset orders --to earliest"));
  }
  if (command.shiftBy) {
    return ResetShiftBy{*command.shiftBy};
  }
  const auto place = parseFrom(command.to);
  if (!place) {
    return fail(errors::invalidArgument(
        fmt::format("--to: '{}' is not a place to go on from", command.to), place.error().hint));
  }
  struct ToTarget {
    ResetTarget operator()(FromEarliest) const { return ResetToEarliest{}; }
    ResetTarget operator()(FromLatest) const { return ResetToLatest{}; }
    ResetTarget operator()(const FromOffset& at) const { return ResetToOffset{at.offset}; }
    ResetTarget operator()(const FromTime& at) const { return ResetToTime{at.time}; }
  };
  return std::visit(ToTarget{}, *place);
}

Result<ResetRequest> requestOf(const ResetCommand& command) {
  CAAS_ASSIGN(const auto target, targetOf(command));
  ResetRequest request{.group = command.group, .target = target, .createGroup = command.create};
  if (command.partitions.empty()) {
    request.topics = command.topics;
    return request;
  }
  if (command.topics.size() != 1) {
    return fail(errors::invalidArgument("--partition needs exactly one --topic"));
  }
  for (const int partition : command.partitions) {
    request.partitions.push_back({command.topics.front(), partition});
  }
  return request;
}

void printPlan(Session& session, const ResetPlan& plan) {
  Table table{{"TOPIC", ">P", ">FROM", ">TO", ">AGAIN", ">SKIPPED", "NOTE"}};
  for (const auto& step : plan.steps) {
    const bool moved = step.from != step.to;
    table.add({Cell{step.topic}, Cell{std::to_string(step.partition)},
               Cell{step.from ? std::to_string(*step.from) : "-"},
               Cell{std::to_string(step.to), moved ? Tone::kBold : Tone::kDim},
               Cell{formatCount(step.reread)},
               Cell{formatCount(step.skipped), step.skipped > 0 ? Tone::kWarn : Tone::kPlain},
               Cell{step.note}});
  }
  session.out() << table.render(session.style());
  for (const auto& left : plan.skipped) {
    session.warn("left out: " + left);
  }
}

Result<int> reset(Session& session, const ResetCommand& command) {
  CAAS_ASSIGN(const auto request, requestOf(command));
  CAAS_ASSIGN(const auto manager, groupManager(session));
  CAAS_ASSIGN(const auto plan, manager->planReset(request, session.deadline(kLook)));
  if (!session.json()) {
    printPlan(session, plan);
    session.out() << fmt::format("{} of {} move: {} will be read again, {} skipped\n",
                                 plan.changes(), plural(std::ssize(plan.steps), "partition"),
                                 plural(plan.reread(), "record"),
                                 plural(plan.recordsSkipped(), "record"));
    session.out().flush();
  }
  if (command.yes) {
    CAAS_TRY(manager->reset(plan, session.deadline(kLook)));
  }
  if (session.json()) {
    session.print(toJson(plan, command.yes));
    return kExitDone;
  }
  if (command.yes) {
    session.out() << fmt::format("group {} is set, and was read back\n",
                                 escapeForTerminal(plan.group));
    return kExitDone;
  }
  session.out() << "a dry run: nothing was changed; --yes does it\n";
  if (!plan.members.empty()) {
    session.warn(
        fmt::format("it would be refused: the group has members: {}", join(plan.members, ", ")));
  }
  return kExitDone;
}

}  // namespace

void addGroupsReset(CommandSet& commands, CLI::App& groups) {
  auto command = std::make_shared<ResetCommand>();
  auto& app = commands.command(
      groups,
      {"reset",
       "Sets where a group goes on reading. Shows what moves from where to where and what would be "
       "read again or skipped, and changes nothing without --yes. Refused while the group has "
       "members. What lies outside of the log is taken to its nearest end, and said.",
       "  caas-kafka groups reset orders --to earliest\n"
       "  caas-kafka groups reset orders --to 2026-11-23T14:40:00Z --topic chat.messages.acme "
       "--yes\n"
       "  caas-kafka groups reset orders --shift-by -100 --topic chat.messages.acme --partition 3"},
      [command](Session& session) { return reset(session, *command); });
  app.add_option("GROUP", command->group, "The group's id")->required();
  app.add_option("--to", command->to,
                 "earliest, latest, an offset (digits), or a time: the first record at or after it")
      ->type_name("WHERE");
  app.add_option("--shift-by", command->shiftBy,
                 "So many offsets on from the committed one; negative goes back")
      ->type_name("N");
  app.add_option("--topic", command->topics,
                 "All partitions of these topics; without it, all that the group has a commit for")
      ->delimiter(',')
      ->type_name("NAME");
  app.add_option("--partition", command->partitions, "Only these partitions of the one --topic")
      ->delimiter(',')
      ->type_name("N");
  app.add_flag("--create", command->create,
               "Take a group that does not exist yet: it will begin there");
  app.add_flag("-y,--yes", command->yes, "Do it");
}

}  // namespace caas::kafka::cli
