#include "cli/dlq_options.hpp"

#include <fmt/format.h>

#include "cli/parse.hpp"
#include "core/errors.hpp"

namespace caas::kafka::cli {
namespace {

/// A time, or how long ago.
Result<Timestamp> parseMoment(std::string_view option, std::string_view text, const Clock& clock) {
  // A plain number is a time for parseTimestamp (milliseconds); durations have a unit here.
  const bool hasUnit = text.ends_with('s') || text.ends_with('m') || text.ends_with('h');
  if (hasUnit) {
    CAAS_ASSIGN(const auto ago, parseDuration(option, text));
    return clock.now() - ago;
  }
  if (text.ends_with('d')) {
    // Days are beyond parseDuration's longest.
    const std::string_view number = text.substr(0, text.size() - 1);
    if (!number.empty() && number.size() <= 4 &&
        number.find_first_not_of("0123456789") == std::string_view::npos) {
      return clock.now() - std::chrono::days{std::stoi(std::string(number))};
    }
  }
  auto time = parseTimestamp(text);
  if (!time) {
    return fail(errors::invalidArgument(
        fmt::format("{} '{}' is no time", option, text),
        "Use a time like 2026-11-23T14:40:00Z, or how long ago: 30m, 2h, 7d"));
  }
  return time;
}

}  // namespace

void addDlqFilterOptions(CLI::App& app, DlqSelection& selection) {
  app.add_option("--tenant", selection.tenant, "Of this tenant's topics")->type_name("ID");
  app.add_option("--topic", selection.topic,
                 "Published to this topic, or to any topic of this entry of the catalog")
      ->type_name("NAME");
  app.add_option("--group", selection.group, "Failed in this consumer group")->type_name("ID");
  app.add_option("--reason", selection.reason, "exhausted, rejected, undecodable or oversize")
      ->type_name("WHY");
  app.add_option("--code", selection.code, "With this error code")->type_name("CODE");
  app.add_option("--fingerprint", selection.fingerprint, "Failures of this kind (dlq groups)")
      ->type_name("HEX");
  app.add_option("--since", selection.since,
                 "Came into the queue at or after this time, or so long ago: 30m, 2h, 7d")
      ->type_name("TIME");
  app.add_option("--until", selection.until, "Came into the queue before this time")
      ->type_name("TIME");
}

Result<DlqFilter> dlqFilterOf(const DlqSelection& selection, const Clock& clock) {
  DlqFilter filter{.tenant = selection.tenant,
                   .topic = selection.topic,
                   .group = selection.group,
                   .code = selection.code,
                   .fingerprint = selection.fingerprint,
                   .ids = selection.ids};
  if (selection.reason) {
    CAAS_ASSIGN(filter.reason, parseDlqReason(*selection.reason));
  }
  if (selection.since) {
    CAAS_ASSIGN(filter.since, parseMoment("--since", *selection.since, clock));
  }
  if (selection.until) {
    CAAS_ASSIGN(filter.until, parseMoment("--until", *selection.until, clock));
  }
  return filter;
}

Result<std::unique_ptr<DeadLetterQueue>> openDlq(Session& session) {
  CAAS_ASSIGN(auto catalog, session.catalog());
  CAAS_ASSIGN(const auto* loaded, session.settings());
  CAAS_TRY(session.reach());
  return DeadLetterQueue::create(loaded->settings, std::move(catalog));
}

}  // namespace caas::kafka::cli
