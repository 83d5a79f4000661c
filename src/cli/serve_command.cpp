// serve: the daemon (http/daemon.hpp) with its options.

#include <memory>

#include <CLI/Option.hpp>
#include <fmt/format.h>

#include "caas/kafka/version.hpp"
#include "cli/commands.hpp"
#include "cli/parse.hpp"
#include "core/errors.hpp"
#include "core/log.hpp"
#include "http/daemon.hpp"

namespace caas::kafka::cli {
namespace {

struct ServeOptions {
  std::string checkInterval = "10s";
  std::string shutdownTimeout = "30s";
};

Result<int> serve(Session& session, const ServeOptions& options) {
  const auto interrupt = session.context().watchSignals();
  interrupt->arm();
  http::DaemonOptions daemonOptions;
  daemonOptions.attempt = session.deadline(daemonOptions.attempt);
  CAAS_ASSIGN(daemonOptions.checkInterval,
              parseDuration("--check-interval", options.checkInterval));
  CAAS_ASSIGN(daemonOptions.shutdownTimeout,
              parseDuration("--shutdown-timeout", options.shutdownTimeout));
  CAAS_ASSIGN(const auto* loaded, session.settings(true));
  for (const auto& warning : loaded->warnings) {
    log::warn("configuration", {{"warning", warning}});
  }
  CAAS_ASSIGN(auto service, session.service(true));
  log::info("starting", {{"version", kVersion}, {"brokers", join(loaded->settings.brokers, ",")}});
  CAAS_ASSIGN(const auto daemon, http::Daemon::start(std::move(service), *loaded, daemonOptions));
  CAAS_ASSIGN(const auto report, daemon->run([&](Milliseconds time) {
    return interrupt->count() > 0 || interrupt->waitFor(time, 0);
  }));
  log::write(report.clean() ? LogLevel::kInfo : LogLevel::kError, "stopped",
             {{"delivered", report.delivered},
              {"not_persisted", report.notPersisted},
              {"possibly_persisted", report.possiblyPersisted}});
  return report.clean() ? kExitDone : kExitFailed;
}

}  // namespace

void addServeCommand(CommandSet& commands) {
  auto options = std::make_shared<ServeOptions>();
  auto& app = commands.command(
      {"serve",
       "Runs the service until SIGTERM or Ctrl-C: the HTTP API on HTTP_LISTEN, probes and metrics "
       "on HTTP_OPS_LISTEN, from the first moment. Creates the platform's topics, tries again "
       "while the brokers cannot be reached, looks at the cluster's health regularly and logs each "
       "change. Stopping answers what was accepted first. Logs go to stderr (LOG_LEVEL, "
       "LOG_FORMAT).",
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
