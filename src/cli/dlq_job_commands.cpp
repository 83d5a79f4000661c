// dlq redrive | discard

#include <memory>

#include <CLI/Option.hpp>
#include <CLI/Validators.hpp>
#include <fmt/format.h>

#include "cli/dlq_commands.hpp"
#include "cli/dlq_options.hpp"
#include "cli/progress.hpp"
#include "core/errors.hpp"
#include "http/json/dlq_json.hpp"
#include "http/json/error_json.hpp"

namespace caas::kafka::cli {
namespace {

struct JobOptions {
  bool redrive = true;
  DlqSelection selection;
  bool all = false;
  bool dryRun = false;
  bool yes = false;
  std::optional<double> rate;
  std::int64_t maxFailures = 100;
  std::optional<std::string> toGroup;
  std::optional<std::string> by;

  [[nodiscard]] const char* name() const { return redrive ? "dlq redrive" : "dlq discard"; }
};

Result<DlqJobReport> runJob(DeadLetterQueue& dlq, const JobOptions& options,
                            const DlqFilter& filter, const DlqJobOptions& job) {
  return options.redrive ? dlq.redrive(filter, job) : dlq.discard(filter, job);
}

void printReport(Session& session, const JobOptions& options, const DlqJobReport& report) {
  if (session.json()) {
    session.print(toJson(report));
    return;
  }
  for (const auto& failure : report.failures) {
    session.err() << escapeForTerminal(failure.error.describe()) << '\n';
  }
  if (report.failed > std::ssize(report.failures)) {
    session.err() << fmt::format("… and {} more\n", report.failed - std::ssize(report.failures));
  }
  const auto* done = options.redrive ? "redriven" : "discarded";
  auto line = fmt::format(
      "{} {}{}, {} failed, {} done before",
      fmt::format("{} {}", formatCount(report.done), report.done == 1 ? "entry" : "entries"),
      report.dryRun ? "would be " : "", done, formatCount(report.failed),
      formatCount(report.alreadyDone));
  if (report.stoppedByFailures) {
    line += "; stopped: too many failed (--max-failures)";
  }
  if (report.stoppedByCaller) {
    line += "; interrupted: run it again for the rest";
  }
  session.out() << line << '\n';
}

/// Says what would be done and asks. false: no.
Result<bool> confirmed(Session& session, DeadLetterQueue& dlq, const JobOptions& options,
                       const DlqFilter& filter, DlqJobOptions job) {
  job.dryRun = true;
  CAAS_ASSIGN(const auto report, runJob(dlq, options, filter, job));
  printReport(session, options, report);
  if (report.done == 0) {
    return false;
  }
  CAAS_ASSIGN(const auto answer,
              session.ask(fmt::format("{} them? [y/N] ", options.redrive ? "Redrive" : "Discard"),
                          "Add --yes"));
  return answer == "y" || answer == "yes";
}

Result<int> run(Session& session, const JobOptions& options) {
  auto& context = session.context();
  if (options.selection.empty() && !options.all) {
    return fail(errors::invalidArgument(
        fmt::format("{} needs to know which entries", options.name()),
        "Give ids or filters (caas-kafka dlq list shows what they name), or --all"));
  }
  if (!options.dryRun && !options.yes && !context.inIsTerminal) {
    return fail(errors::invalidArgument(
        fmt::format("{} asks before it writes, and there is no terminal to ask on", options.name()),
        "Add --yes, or --dry-run to see what it would do"));
  }
  CAAS_ASSIGN(const auto filter, dlqFilterOf(options.selection, *context.clock));
  const auto interrupt = context.watchSignals();
  CAAS_ASSIGN(const auto dlq, openDlq(session));
  Progress progress{context};
  DlqJobOptions job{.dryRun = options.dryRun,
                    .ratePerSecond = options.rate,
                    .maxFailures = options.maxFailures,
                    .by = options.by.value_or(operatorName(context)),
                    .toGroup = options.toGroup,
                    .onProgress =
                        [&](const DlqProgress& now) {
                          progress.update([&] {
                            return fmt::format("{} of {} found so far, {} failed",
                                               formatCount(now.done), formatCount(now.matched),
                                               formatCount(now.failed));
                          });
                        },
                    .stop = [&] { return interrupt->count() > 0; },
                    .stallTimeout = session.deadline(Milliseconds{60'000})};
  if (!options.dryRun && !options.yes) {
    CAAS_ASSIGN(const bool sure, confirmed(session, *dlq, options, filter, job));
    progress.clear();
    if (!sure) {
      session.err() << "nothing was written\n";
      return kExitFailed;
    }
  }
  interrupt->arm();
  const auto report = runJob(*dlq, options, filter, job);
  progress.clear();
  if (!report) {
    return fail(report.error());
  }
  printReport(session, options, *report);
  const bool whole = report->failed == 0 && !report->stoppedByCaller;
  return whole ? kExitDone : kExitFailed;
}

void addJobOptions(CLI::App& app, JobOptions& options) {
  app.add_option("ID", options.selection.ids, "Entries, by id or failure id");
  addDlqFilterOptions(app, options.selection);
  app.add_flag("--all", options.all, "Every open entry, when no filter is given");
  app.add_flag("--dry-run", options.dryRun, "Only count; nothing is written");
  app.add_option("--rate", options.rate, "Entries a second at most")
      ->type_name("N")
      ->check(CLI::PositiveNumber);
  app.add_option("--max-failures", options.maxFailures, "Stop when so many could not be done (100)")
      ->type_name("N")
      ->check(CLI::PositiveNumber);
  app.add_option("--by", options.by, "Who does it; the user's name, if not given")
      ->type_name("NAME");
  app.add_flag("-y,--yes", options.yes, "Do not ask; needed without a terminal");
}

}  // namespace

void addDlqJobCommands(CommandSet& commands, CLI::App& dlq) {
  auto redrive = std::make_shared<JobOptions>();
  auto& redriveApp = commands.command(
      dlq,
      {"redrive",
       "Sends open entries back to the consumer group that failed: due at once, attempts counted "
       "anew. Each entry gets one copy, also when it is killed, or begun twice: the later one "
       "takes over. Killed or stopped, run it again for the rest.",
       "  caas-kafka dlq redrive --fingerprint 5f0c1a2b3c4d5e6f --dry-run\n"
       "  caas-kafka dlq redrive --group billing --since 2h --rate 50 --yes\n"
       "  caas-kafka dlq redrive 2-1234 2-1235"},
      [redrive](Session& session) { return run(session, *redrive); });
  addJobOptions(redriveApp, *redrive);
  redriveApp
      .add_option("--to-group", redrive->toGroup, "To this group instead of the one that failed")
      ->type_name("ID");

  auto discard = std::make_shared<JobOptions>();
  discard->redrive = false;
  auto& discardApp = commands.command(
      dlq,
      {"discard",
       "Closes open entries: they are listed as discarded from then on and never redriven. The "
       "records stay until the queue's retention ends.",
       "  caas-kafka dlq discard --tenant acme --reason undecodable --dry-run\n"
       "  caas-kafka dlq discard 2-1234 --yes"},
      [discard](Session& session) { return run(session, *discard); });
  addJobOptions(discardApp, *discard);
}

}  // namespace caas::kafka::cli
