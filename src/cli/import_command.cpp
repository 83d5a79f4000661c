#include "cli/import_command.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>

#include <CLI/Option.hpp>
#include <fmt/format.h>

#include "cli/parse.hpp"
#include "core/errors.hpp"
#include "http/json/error_json.hpp"

namespace caas::kafka::cli {
namespace {

constexpr std::size_t kProblemsShown = 20;
constexpr std::int64_t kMinLineBytes = 4 * 1024 * 1024;
constexpr std::int64_t kMaxLineBytes = 16 * 1024 * 1024;

/// JSON around a record takes room too; twice the record's limit leaves enough of it.
std::size_t maxLineBytes(const Settings& settings) {
  return static_cast<std::size_t>(
      std::clamp(settings.producer.maxRecordBytes * 2, kMinLineBytes, kMaxLineBytes));
}

std::int64_t perSecond(const ImportSummary& summary) {
  return summary.delivered * 1'000 / std::max<std::int64_t>(summary.elapsed.count(), 1);
}

boost::json::object summaryJson(const ImportSummary& summary,
                                const std::map<std::string, std::int64_t>& ignored) {
  boost::json::object fields;
  for (const auto& [name, count] : ignored) {
    fields[name] = count;
  }
  return {{"type", "summary"},
          {"lines", summary.lines},
          {"accepted", summary.accepted},
          {"delivered", summary.delivered},
          {"failed", summary.failed},
          {"maybeInLog", summary.maybeInLog},
          {"refused", summary.refused},
          {"ignoredFields", std::move(fields)},
          {"bytesRead", summary.bytesRead},
          {"elapsedMs", summary.elapsed.count()},
          {"recordsPerSecond", perSecond(summary)},
          {"interrupted", summary.interrupted},
          {"nextLine", summary.nextLine}};
}

void printProblems(Session& session, const ProblemLog& problems, std::int64_t all) {
  const auto first = problems.first();
  for (const auto& problem : first) {
    const bool failed = problem.kind == Problem::Kind::kFailed;
    session.err() << fmt::format("line {}: {}: {}{}\n", problem.line, failed ? "failed" : "refused",
                                 escapeForTerminal(problem.error.describe()),
                                 !failed              ? ""
                                 : problem.maybeInLog ? " (it may be in the log)"
                                                      : " (it is not in the log)");
  }
  if (const auto more = all - std::ssize(first); more > 0) {
    session.err() << fmt::format("and {} more; --json or --errors-to FILE gives them all\n",
                                 formatCount(more));
  }
}

void printSummary(Session& session, const ImportSummary& summary,
                  const std::map<std::string, std::int64_t>& ignored) {
  if (session.json()) {
    session.print(summaryJson(summary, ignored));
    return;
  }
  auto text = fmt::format("{}: {} accepted, {} delivered, {} failed", plural(summary.lines, "line"),
                          formatCount(summary.accepted), formatCount(summary.delivered),
                          formatCount(summary.failed));
  text += summary.maybeInLog > 0
              ? fmt::format(" ({} may be in the log)", formatCount(summary.maybeInLog))
              : "";
  text += fmt::format(", {} refused; {} ({} records/s)\n", formatCount(summary.refused),
                      formatDuration(summary.elapsed), formatCount(perSecond(summary)));
  std::vector<std::string> names;
  for (const auto& [name, count] : ignored) {
    names.push_back(fmt::format("{} ({})", escapeForTerminal(name), formatCount(count)));
  }
  if (!names.empty()) {
    text += "fields left out: " + join(names, ", ") + "\n";
  }
  session.out() << text;
  if (summary.interrupted) {
    session.warn(fmt::format("interrupted: the input was not read from line {} on",
                             formatCount(summary.nextLine)));
  }
}

}  // namespace

void addImportOptions(CLI::App& app, ImportOptions& options) {
  app.add_option("--from", options.from, "Read lines from this file; - is stdin, also if not given")
      ->type_name("FILE");
  app.add_option("--header", options.headers,
                 "A header of every record; may be given several times")
      ->type_name("NAME=VALUE")
      ->allow_extra_args(false);
  app.add_option("--errors-to", options.errorsTo,
                 "Write every refused or failed line to this file, one JSON object each")
      ->type_name("FILE");
}

std::vector<HeaderView> viewsOf(const std::vector<Header>& headers) {
  std::vector<HeaderView> views;
  for (const auto& header : headers) {
    views.push_back({header.name,
                     header.value ? std::optional<std::string_view>{*header.value} : std::nullopt});
  }
  return views;
}

Result<int> importLines(Session& session, ImportSink& sink, Interrupt& interrupt,
                        const ImportOptions& options, const Settings& settings,
                        const std::map<std::string, std::int64_t>& ignored) {
  auto& context = session.context();
  ProblemLog problems{kProblemsShown};
  std::ofstream errorsFile;
  if (!options.errorsTo.empty()) {
    errorsFile.open(options.errorsTo);
    if (!errorsFile) {
      return fail(errors::io("cannot write", options.errorsTo, std::strerror(errno)));
    }
    problems.writeTo(errorsFile);
  }
  if (session.json()) {
    problems.writeTo(session.out());
  }
  const auto patience = settings.producer.deliveryTimeout + Milliseconds{30'000};
  LineImport import{sink, problems, interrupt, *context.clock, {patience, patience}};
  Progress progress{context};
  const auto onIdle = [&] { progress.update([&] { return import.describe(); }); };
  CAAS_ASSIGN(const auto source,
              openSource(context, options.from.empty() ? "-" : options.from, interrupt, onIdle));
  LineReader reader{*source, maxLineBytes(settings)};
  interrupt.arm();
  const auto summary = import.run(reader, source->size(), progress);

  if (!session.json()) {
    printProblems(session, problems, summary.refused + summary.failed);
  }
  printSummary(session, summary, ignored);
  errorsFile.close();
  if (summary.stoppedBy) {
    return fail(*summary.stoppedBy);
  }
  if (errorsFile.fail() && !options.errorsTo.empty()) {
    return fail(errors::io("cannot write", options.errorsTo, "the disk may be full"));
  }
  return summary.clean() && !summary.interrupted ? kExitDone : kExitFailed;
}

Result<int> importOne(Session& session, ImportSink& sink, std::string_view text) {
  struct Outcome {
    std::optional<Error> error{};
    bool maybeInLog = false;
    std::string topic;
    int partition = -1;
    std::int64_t offset = -1;
    Milliseconds latency{0};
  } outcome;
  CAAS_TRY(sink.submit(text, [&outcome](const DeliveryReport& report) {
    outcome.topic = report.topic;
    outcome.partition = report.partition;
    outcome.offset = report.offset;
    outcome.latency = std::chrono::duration_cast<Milliseconds>(report.latency);
    outcome.maybeInLog = report.persistence != Persistence::kNotPersisted;
    if (report.error != nullptr) {
      outcome.error = *report.error;
    }
  }));
  // Close reports what is still under way at the deadline; then the outcome is settled.
  CAAS_TRY(sink.close(session.deadline(Milliseconds{30'000})));
  if (outcome.error) {
    auto error = *std::move(outcome.error);
    error.message += outcome.maybeInLog ? " (it may be in the log)" : " (it is not in the log)";
    return fail(std::move(error));
  }
  if (session.json()) {
    session.print({{"topic", outcome.topic},
                   {"partition", outcome.partition},
                   {"offset", outcome.offset},
                   {"latencyMs", outcome.latency.count()}});
  } else {
    session.out() << fmt::format("delivered to {}, partition {}, offset {}, in {}\n",
                                 escapeForTerminal(outcome.topic), outcome.partition,
                                 outcome.offset, formatDuration(outcome.latency));
  }
  return kExitDone;
}

}  // namespace caas::kafka::cli
