// groups lag

#include <algorithm>

#include <CLI/Option.hpp>
#include <fmt/format.h>

#include "cli/groups_commands.hpp"
#include "cli/parse.hpp"
#include "cli/progress.hpp"
#include "core/errors.hpp"
#include "http/json/groups_json.hpp"

namespace caas::kafka::cli {
namespace {

constexpr Milliseconds kLook{30'000};
constexpr Milliseconds kCheckFor{10'000};
constexpr Milliseconds kWatchEvery{5'000};
constexpr Milliseconds kShortestPause{500};
constexpr int kLooks = 5;  ///< of --for, unless --every says otherwise

struct LagCommand {
  std::string group;
  std::vector<std::string> topics;
  std::string lookFor;
  std::string every;
  bool partitions = false;
  bool watch = false;
  bool check = false;
  bool uncommitted = false;
  bool noAge = false;
};

/// How often and for how long is looked.
struct Schedule {
  Milliseconds total{0};
  Milliseconds every{kWatchEvery};
};

Result<Schedule> scheduleOf(const LagCommand& command) {
  Schedule schedule;
  if (command.watch && (!command.lookFor.empty() || command.check)) {
    return fail(errors::invalidArgument("--watch goes on until Ctrl-C",
                                        "Leave --for and --check out, or --watch"));
  }
  if (!command.lookFor.empty()) {
    CAAS_ASSIGN(schedule.total, parseDuration("--for", command.lookFor));
  } else if (command.check) {
    schedule.total = kCheckFor;
  }
  if (schedule.total > Milliseconds{0}) {
    schedule.every = std::max(schedule.total / kLooks, kShortestPause);
  }
  if (!command.every.empty()) {
    CAAS_ASSIGN(schedule.every, parseDuration("--every", command.every));
    if (schedule.total == Milliseconds{0} && !command.watch) {
      return fail(errors::invalidArgument("--every needs --for or --watch"));
    }
  }
  return schedule;
}

LagTrackerOptions trackerOptions(const Schedule& schedule) {
  LagTrackerOptions options;
  if (schedule.total > Milliseconds{0}) {
    options.samples =
        static_cast<int>(std::min<std::int64_t>(schedule.total / schedule.every, 998)) + 2;
    options.window = schedule.total + schedule.every * 10;
  } else {
    options.window = schedule.every * (options.samples * 2);
  }
  return options;
}

Cell stateCell(LagState state) {
  const auto text = std::string{toString(state)};
  switch (state) {
    case LagState::kUnknown: return {text, Tone::kDim};
    case LagState::kOk: return {text, Tone::kGood};
    case LagState::kWarning:
    case LagState::kRewound: return {text, Tone::kWarn};
    default: return {text, Tone::kBad};
  }
}

std::string ageText(const std::optional<Milliseconds>& age, AgeSource source) {
  if (!age) {
    return "-";
  }
  const auto text = formatDuration(*age);
  return source == AgeSource::kAtLeast        ? "> " + text
         : source == AgeSource::kInterpolated ? "~ " + text
                                              : text;
}

std::string offsetText(const std::optional<std::int64_t>& offset) {
  return offset ? std::to_string(*offset) : "-";
}

Table groupsTable(const LagSnapshot& snapshot) {
  Table table{{"GROUP", "IN KAFKA", ">MEMBERS", ">LAG", ">OLDEST", "STATE"}};
  for (const auto& group : snapshot.groups) {
    table.add({Cell{group.group}, Cell{group.groupState},
               Cell{group.members ? std::to_string(*group.members) : "-"},
               Cell{formatCount(group.records)}, Cell{ageText(group.age, group.ageSource)},
               stateCell(group.state)});
  }
  return table;
}

/// Why a topic is in its state: the worst partition's word.
std::string topicReason(const TopicLag& topic) {
  const auto worst = std::ranges::max_element(topic.partitions, {}, &PartitionLag::state);
  if (worst == topic.partitions.end() || worst->state == LagState::kOk) {
    return {};
  }
  return fmt::format("partition {}: {}", worst->partition, worst->reason);
}

Table topicsTable(const GroupLag& group) {
  Table table{{"TOPIC", ">PARTITIONS", ">LAG", ">OLDEST", "STATE", "WHY"}};
  for (const auto& topic : group.topics) {
    table.add({Cell{topic.topic}, Cell{std::to_string(topic.partitions.size())},
               Cell{formatCount(topic.records)}, Cell{ageText(topic.age, topic.ageSource)},
               stateCell(topic.state), Cell{topicReason(topic)}});
  }
  return table;
}

Table partitionsTable(const GroupLag& group) {
  Table table{{"TOPIC", ">P", ">COMMITTED", ">END", ">LAG", ">OLDEST", "STATE", "CONSUMER", "WHY"}};
  for (const auto& topic : group.topics) {
    for (const auto& p : topic.partitions) {
      table.add({Cell{topic.topic}, Cell{std::to_string(p.partition)},
                 Cell{offsetText(p.committed)}, Cell{p.error ? "-" : std::to_string(p.endOffset)},
                 Cell{p.records ? formatCount(*p.records) : "-"}, Cell{ageText(p.age, p.ageSource)},
                 stateCell(p.state), Cell{p.clientId.empty() ? "-" : p.clientId + " " + p.host},
                 Cell{p.reason}});
    }
  }
  return table;
}

void printNotes(Session& session, const LagCommand& command, const LagSnapshot& snapshot) {
  bool unknown = false;
  for (const auto& group : snapshot.groups) {
    if (group.expired > 0) {
      session.warn(fmt::format("{}: {} deleted (retention) before the group handled them",
                               group.group, plural(group.expired, "record")));
    }
    if (group.withoutCommit > 0) {
      session.warn(
          fmt::format("{}: {} in partitions for which the group has no commit; they are "
                      "not in its lag",
                      group.group, plural(group.withoutCommit, "record")));
    }
    for (const auto& topic : group.topics) {
      for (const auto& partition : topic.partitions) {
        unknown =
            unknown || (partition.state == LagState::kUnknown && partition.records.value_or(0) > 0);
      }
    }
  }
  if (unknown) {
    session.out() << "unknown: what has lag can be judged by more looks only, e.g. --for 10s\n";
  }
  if (snapshot.agesNotRead > 0 && !command.noAge) {
    session.out() << fmt::format("the age of {} was not read\n",
                                 plural(snapshot.agesNotRead, "partition"));
  }
}

void printLag(Session& session, const LagCommand& command, const LagSnapshot& snapshot) {
  for (const auto& failure : snapshot.failures) {
    session.warn(fmt::format("{}: {}", failure.group, failure.error.describe()));
  }
  if (session.json()) {
    session.print(toJson(snapshot));
    return;
  }
  auto& out = session.out();
  if (command.group.empty() && !command.partitions) {
    out << (snapshot.groups.empty() ? "no consumer groups\n"
                                    : groupsTable(snapshot).render(session.style()));
  }
  for (const auto& group : snapshot.groups) {
    if (command.group.empty() && !command.partitions) {
      break;
    }
    out << fmt::format("{}: {} behind, {}; {}; {}\n",
                       session.style().paint(Tone::kBold, escapeForTerminal(group.group)),
                       plural(group.records, "record"),
                       group.age ? "oldest " + ageText(group.age, group.ageSource) : "age unknown",
                       group.members ? plural(*group.members, "member") : "commits without members",
                       session.style().paint(stateCell(group.state).tone, toString(group.state)));
    if (!group.topics.empty()) {
      out << (command.partitions ? partitionsTable(group) : topicsTable(group))
                 .render(session.style());
    }
  }
  printNotes(session, command, snapshot);
  out.flush();
}

bool allWell(const LagSnapshot& snapshot) {
  return snapshot.failures.empty() &&
         std::ranges::all_of(snapshot.groups, [](const GroupLag& group) {
           return group.state <= LagState::kOk &&
                  std::ranges::all_of(group.topics, [](const TopicLag& topic) {
                    return std::ranges::none_of(topic.partitions, [](const PartitionLag& p) {
                      return p.error.has_value();
                    });
                  });
         });
}

Result<int> lag(Session& session, const LagCommand& command) {
  CAAS_ASSIGN(const auto schedule, scheduleOf(command));
  const auto interrupt = session.context().watchSignals();
  CAAS_ASSIGN(const auto manager, groupManager(session));
  LagOptions options{.topics = command.topics, .readCommitted = !command.uncommitted};
  if (!command.group.empty()) {
    options.group = command.group;
  }
  if (command.noAge) {
    options.maxAgeReads = 0;
  }
  if (command.watch) {
    interrupt->arm();
  }
  LagTracker tracker{trackerOptions(schedule)};
  auto& clock = *session.context().clock;
  const auto started = clock.steadyNow();
  Progress progress{session.context()};
  for (;;) {
    CAAS_ASSIGN(auto look, manager->lag(options, session.deadline(kLook)));
    const bool series = command.watch || schedule.total > Milliseconds{0};
    const auto snapshot = series ? tracker.add(std::move(look)) : std::move(look);
    const auto elapsed = std::chrono::duration_cast<Milliseconds>(clock.steadyNow() - started);
    const bool last = !command.watch && elapsed >= schedule.total;
    if (command.watch || last) {
      progress.clear();
      printLag(session, command, snapshot);
    } else {
      progress.update([&] {
        return fmt::format("looking at the lag: {} of {}", formatDuration(elapsed),
                           formatDuration(schedule.total));
      });
    }
    if (last) {
      return command.check && !allWell(snapshot) ? kExitNotHealthy : kExitDone;
    }
    if (interrupt->waitFor(schedule.every, 0)) {
      return command.watch ? kExitDone : kExitFailed;
    }
  }
}

}  // namespace

void addGroupsLag(CommandSet& commands, CLI::App& groups) {
  auto command = std::make_shared<LagCommand>();
  auto& app = commands.command(
      groups,
      {"lag",
       "Shows how far groups are behind, in records and in time. The time is the age of the oldest "
       "record that is not handled, by its own timestamp; of a retry topic, for how long the "
       "oldest record there is overdue. Whether a lag is a fault shows only over time: several "
       "looks (--for, --watch) give ok, warning (commits go on, the lag grows), rewound, stalled "
       "(members, but commits do not advance) or stopped (nobody reads).",
       "  caas-kafka groups lag\n"
       "  caas-kafka groups lag orders --partitions\n"
       "  caas-kafka groups lag orders --for 10s --check\n"
       "  caas-kafka groups lag orders --watch --every 5s"},
      [command](Session& session) { return lag(session, *command); });
  app.add_option("GROUP", command->group, "The group's id; without it, all groups");
  app.add_option("--topic", command->topics, "Only these topics (several with commas)")
      ->delimiter(',')
      ->type_name("NAME");
  app.add_flag("--partitions", command->partitions, "A line for each partition");
  app.add_option("--for", command->lookFor,
                 "Look several times for so long, then judge (10s with --check)")
      ->type_name("TIME");
  app.add_flag("--watch", command->watch, "Look and print until Ctrl-C");
  app.add_option("--every", command->every,
                 "Between two looks: a fifth of --for, or 5s with --watch, unless given")
      ->type_name("TIME");
  app.add_flag("--check", command->check,
               "Exit code 3 if a group is not ok: warning or worse, or its offsets cannot be read");
  app.add_flag("--uncommitted", command->uncommitted,
               "Count records of open transactions too, as a read_uncommitted reader would");
  app.add_flag("--no-age", command->noAge, "Do not read records to find out how old they are");
}

}  // namespace caas::kafka::cli
