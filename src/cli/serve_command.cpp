// serve: the daemon. Start, watch, stop; what it serves (HTTP) starts between "ready" and the
// watch.

#include <algorithm>
#include <memory>

#include <CLI/Option.hpp>
#include <fmt/format.h>

#include "caas/kafka/version.hpp"
#include "cli/commands.hpp"
#include "cli/health_log.hpp"
#include "cli/parse.hpp"
#include "core/errors.hpp"
#include "core/log.hpp"

namespace caas::kafka::cli {
namespace {

/// One attempt to start. Short, because a signal is answered only between two; what an attempt has
/// created the next one finds.
constexpr Milliseconds kAttempt{8'000};
constexpr Milliseconds kFirstPause{1'000};
constexpr Milliseconds kLongestPause{30'000};
constexpr Milliseconds kCheckDeadline{5'000};

struct ServeOptions {
  std::string checkInterval = "10s";
  std::string shutdownTimeout = "30s";
};

/// Does waiting help? A cluster that is starting answers in all of these ways.
bool mayPass(const Error& error) {
  switch (error.code) {
    case ErrorCode::kConnectionTimeout:
    case ErrorCode::kTimeout:
    case ErrorCode::kNotEnoughReplicas:
    case ErrorCode::kPartialFailure:
    case ErrorCode::kConflict: return true;
    default: return error.retriable && !error.fatal;
  }
}

/// What goes on beside the watch: the snapshot for metrics and HTTP, and the canary.
Result<void> startObserving(KafkaService& service, const Settings& settings) {
  CAAS_ASSIGN(const auto snapshots, service.snapshots());
  snapshots->start();
  if (settings.probeInterval > Milliseconds{0}) {
    CAAS_ASSIGN(const auto probe, service.probe());
    probe->start();
  }
  return {};
}

/// false: it was asked to stop before the service was ready.
Result<bool> start(Session& session, KafkaService& service, Interrupt& interrupt) {
  auto pause = kFirstPause;
  while (interrupt.count() == 0) {
    const auto ready = service.initialize(session.deadline(kAttempt));
    if (ready) {
      return true;
    }
    if (!mayPass(ready.error())) {
      return fail(ready.error());
    }
    log::warn("not ready, will try again", {{"why", ready.error().message},
                                            {"hint", ready.error().hint},
                                            {"again_in_ms", pause.count()}});
    interrupt.waitFor(pause, 0);
    pause = std::min(pause * 2, kLongestPause);
  }
  return false;
}

void logChange(const HealthChange& change) {
  const auto level = change.to == HealthStatus::kHealthy    ? LogLevel::kInfo
                     : change.to == HealthStatus::kDegraded ? LogLevel::kWarn
                                                            : LogLevel::kError;
  log::write(level, "health",
             {{"status", toString(change.to)},
              {"was", change.from ? toString(*change.from) : std::string_view{"unknown"}},
              {"reasons", change.reasons}});
}

void watch(KafkaService& service, Interrupt& interrupt, Milliseconds interval) {
  HealthLog changes;
  do {
    // Through HealthCheck: it turns whatever goes wrong into reasons.
    const auto health = service.healthCheck()->check(kCheckDeadline);
    if (const auto change = changes.observe(health)) {
      logChange(*change);
    }
  } while (!interrupt.waitFor(interval, 0));
}

Result<int> stop(KafkaService& service, Milliseconds deadline) {
  log::info("stopping", {{"deadline_ms", deadline.count()}});
  CAAS_ASSIGN(const auto report, service.shutdown(deadline));
  log::write(report.clean() ? LogLevel::kInfo : LogLevel::kError, "stopped",
             {{"delivered", report.delivered},
              {"not_persisted", report.notPersisted},
              {"possibly_persisted", report.possiblyPersisted}});
  return report.clean() ? kExitDone : kExitFailed;
}

Result<int> serve(Session& session, const ServeOptions& options) {
  const auto interrupt = session.context().watchSignals();
  interrupt->arm();
  CAAS_ASSIGN(const auto interval, parseDuration("--check-interval", options.checkInterval));
  CAAS_ASSIGN(const auto deadline, parseDuration("--shutdown-timeout", options.shutdownTimeout));
  CAAS_ASSIGN(const auto* loaded, session.settings(true));
  for (const auto& warning : loaded->warnings) {
    log::warn("configuration", {{"warning", warning}});
  }
  CAAS_ASSIGN(const auto service, session.service(true));
  // A broken catalog is no reason to retry.
  CAAS_TRY(service->catalog());
  const auto brokers = join(loaded->settings.brokers, ",");
  log::info("starting", {{"version", kVersion}, {"brokers", brokers}});
  CAAS_ASSIGN(const bool ready, start(session, *service, *interrupt));
  if (ready) {
    CAAS_TRY(startObserving(*service, loaded->settings));
    log::info("ready", {{"brokers", brokers}, {"check_interval_ms", interval.count()}});
    watch(*service, *interrupt, interval);
  }
  return stop(*service, deadline);
}

}  // namespace

void addServeCommand(CommandSet& commands) {
  auto options = std::make_shared<ServeOptions>();
  auto& app = commands.command(
      {"serve",
       "Runs the service until SIGTERM or Ctrl-C. Creates the platform's topics, tries again while "
       "the brokers cannot be reached, looks at the cluster's health regularly and logs each "
       "change. Logs go to stderr (LOG_LEVEL, LOG_FORMAT).",
       "  caas-kafka serve\n  LOG_FORMAT=json caas-kafka serve --check-interval 30s",
       kServiceHeading},
      [options](Session& session) { return serve(session, *options); });
  app.add_option("--check-interval", options->checkInterval,
                 "Time between two looks; 10s if not given")
      ->type_name("TIME");
  app.add_option("--shutdown-timeout", options->shutdownTimeout,
                 "How long stopping may take; 30s if not given")
      ->type_name("TIME");
}

}  // namespace caas::kafka::cli
