// dlq list | groups | show (redrive and discard: dlq_job_commands.cpp)

#include "cli/dlq_commands.hpp"

#include <memory>

#include <CLI/Option.hpp>
#include <CLI/Validators.hpp>
#include <fmt/format.h>

#include "cli/dlq_options.hpp"
#include "cli/progress.hpp"
#include "cli/record_text.hpp"
#include "cli/value_view.hpp"
#include "core/errors.hpp"
#include "http/json/dlq_json.hpp"
#include "http/json/error_json.hpp"

namespace caas::kafka::cli {
namespace {

constexpr Milliseconds kRead{120'000};
constexpr char kReading[] = "reading the dead letter queue";

struct ListOptions {
  DlqSelection selection;
  std::string state = "open";
  int limit = 50;
  bool oldestFirst = false;
  std::string after;
};

Result<std::optional<DlqState>> parseState(const std::string& text) {
  if (text == "all") {
    return std::nullopt;
  }
  for (const auto state : {DlqState::kOpen, DlqState::kRedriven, DlqState::kDiscarded}) {
    if (text == toString(state)) {
      return state;
    }
  }
  return fail(errors::invalidArgument(fmt::format("--state '{}' is none", text),
                                      "Use open, redriven, discarded or all"));
}

std::string originOf(const DlqEntry& entry) {
  return entry.topic.empty() ? "?"
                             : fmt::format("{}/{}@{}", entry.topic, entry.partition, entry.offset);
}

std::string reasonOf(const DlqEntry& entry) {
  return entry.reason ? std::string(toString(*entry.reason)) : "?";
}

Cell stateCell(DlqState state) {
  const auto tone = state == DlqState::kOpen ? Tone::kWarn : Tone::kDim;
  return {std::string(toString(state)), tone};
}

std::string shortened(const std::string& text) {
  constexpr std::size_t kMost = 60;
  if (text.size() <= kMost) {
    return text;
  }
  std::size_t end = kMost;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) {
    --end;
  }
  return text.substr(0, end) + "…";
}

Result<int> list(Session& session, const ListOptions& options) {
  CAAS_ASSIGN(auto filter, dlqFilterOf(options.selection, *session.context().clock));
  CAAS_ASSIGN(filter.state, parseState(options.state));
  CAAS_ASSIGN(const auto dlq, openDlq(session));
  const auto listed = whileWaiting(session.context(), kReading, [&] {
    return dlq->list(filter, {.limit = options.limit,
                              .newestFirst = !options.oldestFirst,
                              .after = options.after,
                              .deadline = session.deadline(kRead)});
  });
  CAAS_ASSIGN(const auto page, listed);
  if (session.json()) {
    boost::json::array entries;
    for (const auto& entry : page.entries) {
      entries.push_back(toJson(entry));
    }
    session.print({{"entries", std::move(entries)},
                   {"matched", page.matched},
                   {"next", page.next.empty() ? boost::json::value(nullptr)
                                              : boost::json::value(page.next)}});
    return kExitDone;
  }
  if (page.entries.empty()) {
    session.out() << "no entries\n";
    return kExitDone;
  }
  Table table{{"ID", "SINCE", "STATE", "REASON", "FROM", "GROUP", ">RUNS", "CODE", "MESSAGE"}};
  for (const auto& entry : page.entries) {
    table.add({entry.id, formatTimestamp(entry.deadLetteredAt), stateCell(entry.state),
               reasonOf(entry), originOf(entry), entry.group, std::to_string(entry.attempts),
               entry.code, shortened(entry.problem.empty() ? entry.message : entry.problem)});
  }
  session.out() << table.render(session.style());
  if (!page.next.empty()) {
    session.out() << fmt::format("{} of {}; the next: --after {}\n", page.entries.size(),
                                 formatCount(page.matched), page.next);
  }
  return kExitDone;
}

Result<int> groups(Session& session, const DlqSelection& selection) {
  CAAS_ASSIGN(const auto filter, dlqFilterOf(selection, *session.context().clock));
  CAAS_ASSIGN(const auto dlq, openDlq(session));
  const auto counted = whileWaiting(session.context(), kReading,
                                    [&] { return dlq->groups(filter, session.deadline(kRead)); });
  CAAS_ASSIGN(const auto kinds, counted);
  if (session.json()) {
    boost::json::array array;
    for (const auto& kind : kinds) {
      array.push_back(toJson(kind));
    }
    session.print({{"groups", std::move(array)}});
    return kExitDone;
  }
  if (kinds.empty()) {
    session.out() << "no open entries\n";
    return kExitDone;
  }
  Table table{{"FINGERPRINT", ">COUNT", "FIRST", "LAST", "EXAMPLE", "CODE", "MESSAGE"}};
  for (const auto& kind : kinds) {
    table.add({kind.fingerprint.empty() ? "-" : kind.fingerprint, formatCount(kind.count),
               formatTimestamp(kind.firstSeen), formatTimestamp(kind.lastSeen), kind.exampleId,
               kind.code, shortened(kind.message)});
  }
  session.out() << table.render(session.style());
  return kExitDone;
}

void printDetails(Session& session, const DlqDetails& details) {
  const auto& entry = details.entry;
  Table table{{"", ""}};
  const auto row = [&](const char* name, std::string value) {
    if (!value.empty()) {
      table.add({Cell{name, Tone::kDim}, Cell{std::move(value)}});
    }
  };
  const auto time = [](Timestamp at) {
    return at == Timestamp{} ? std::string{} : formatTimestamp(at);
  };
  row("entry", entry.id);
  row("state", entry.state == DlqState::kOpen
                   ? std::string("open")
                   : fmt::format("{} by {} at {} (job {})", toString(entry.state), entry.by,
                                 formatTimestamp(entry.doneAt), entry.jobId));
  row("problem", entry.problem);
  row("failure", entry.failureId);
  row("from", originOf(entry));
  row("tenant", entry.tenant);
  row("group", entry.group);
  row("reason", reasonOf(entry));
  row("error", entry.code);
  row("message", entry.message);
  row("stage", entry.stage);
  row("fingerprint", entry.fingerprint);
  row("runs", std::to_string(entry.attempts));
  row("redriven before", entry.redriveCount > 0 ? std::to_string(entry.redriveCount) : "");
  row("published", time(entry.publishedAt));
  row("first failed", time(entry.firstFailedAt));
  row("last failed", time(entry.lastFailedAt));
  row("in the DLQ since", time(entry.deadLetteredAt));
  session.out() << table.render(session.style())
                << recordToText(details.record, true, session.style(),
                                ValueViewer(session).view(details.record))
                << '\n';
}

Result<int> show(Session& session, const std::string& id) {
  CAAS_ASSIGN(const auto dlq, openDlq(session));
  const auto found = whileWaiting(session.context(), kReading,
                                  [&] { return dlq->show(id, session.deadline(kRead)); });
  CAAS_ASSIGN(const auto details, found);
  if (session.json()) {
    auto json = toJson(details.entry);
    json["record"] =
        boost::json::parse(recordToJson(details.record, ValueViewer(session).view(details.record)));
    session.print(json);
  } else {
    printDetails(session, details);
  }
  return kExitDone;
}

void addList(CommandSet& commands, CLI::App& dlq) {
  auto options = std::make_shared<ListOptions>();
  auto& app = commands.command(
      dlq,
      {"list", "Lists entries of the dead letter queue, the newest first, without their values.",
       "  caas-kafka dlq list --tenant acme --reason rejected --since 2h\n"
       "  caas-kafka dlq list --group billing --state all --json"},
      [options](Session& session) { return list(session, *options); });
  addDlqFilterOptions(app, options->selection);
  app.add_option("--state", options->state, "open (if not given), redriven, discarded or all")
      ->type_name("STATE");
  app.add_option("--limit", options->limit, "So many at most (50)")
      ->type_name("N")
      ->check(CLI::Range(1, 10'000));
  app.add_option("--after", options->after, "The page after the one that named this")
      ->type_name("MARK");
  app.add_flag("--oldest-first", options->oldestFirst, "In the order in which they came");
}

}  // namespace

void addDlqCommands(CommandSet& commands) {
  auto& dlq = commands.group(
      {"dlq", "Looks into the dead letter queue, and sends its records back or closes them.",
       "  caas-kafka dlq groups\n  caas-kafka dlq redrive --fingerprint 9c1f… --dry-run",
       kRecordsHeading});
  addList(commands, dlq);
  auto selection = std::make_shared<DlqSelection>();
  auto& groupsApp = commands.command(
      dlq,
      {"groups",
       "Counts open entries by the kind of failure: error code, stage and message without its "
       "numbers, ids and names.",
       "  caas-kafka dlq groups --since 1d\n  caas-kafka dlq groups --group billing --json"},
      [selection](Session& session) { return groups(session, *selection); });
  addDlqFilterOptions(groupsApp, *selection);
  auto shown = std::make_shared<std::string>();
  auto& showApp = commands.command(
      dlq,
      {"show", "Shows one entry with its headers and its value.",
       "  caas-kafka dlq show 2-1234\n  caas-kafka dlq show 2-1234 --json | jq .record"},
      [shown](Session& session) { return show(session, *shown); });
  showApp.add_option("ID", *shown, "The entry's id, or its failure's (caas.id)")->required();
  addDlqJobCommands(commands, dlq);
}

}  // namespace caas::kafka::cli
