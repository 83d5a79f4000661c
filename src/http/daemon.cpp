#include "http/daemon.hpp"

#include <algorithm>
#include <utility>

#include "core/errors.hpp"
#include "core/http_meter.hpp"
#include "core/log.hpp"
#include "http/doors.hpp"
#include "http/health_log.hpp"
#include "http/server/file_limit.hpp"

namespace caas::kafka::http {
namespace {

constexpr Milliseconds kFirstPause{1'000};
constexpr Milliseconds kLongestPause{30'000};
/// Open files that are no connection of ours: Kafka's, logs, pipes.
constexpr std::size_t kOtherFiles = 1'024;

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

void logChange(const HealthChange& change) {
  const auto level = change.to == HealthStatus::kHealthy    ? LogLevel::kInfo
                     : change.to == HealthStatus::kDegraded ? LogLevel::kWarn
                                                            : LogLevel::kError;
  log::write(level, "health",
             {{"status", toString(change.to)},
              {"was", change.from ? toString(*change.from) : std::string_view{"unknown"}},
              {"reasons", change.reasons}});
}

/// The server's counts become the process's metrics.
class CountedServer final : public ServerMeter {
 public:
  void answered(std::string_view method, std::string_view route, int status,
                std::chrono::nanoseconds took) override {
    meter_.answered(method, route, status, took);
  }
  void opened() override { meter_.opened(); }
  void closed() override { meter_.closed(); }
  void refused(std::string_view reason) override { meter_.refused(reason); }

 private:
  meters::HttpMeter meter_;
};

Milliseconds since(std::chrono::steady_clock::time_point begin) {
  return std::chrono::duration_cast<Milliseconds>(std::chrono::steady_clock::now() - begin);
}

}  // namespace

Daemon::Daemon(ApiPtr api, DaemonOptions options) : api_(std::move(api)), options_(options) {}
Daemon::~Daemon() = default;

Result<std::unique_ptr<Daemon>> Daemon::start(std::shared_ptr<KafkaService> service,
                                              LoadedSettings loaded, DaemonOptions options) {
  // A broken catalog is no reason to wait for anything.
  CAAS_ASSIGN(auto catalog, service->catalog());
  auto api = std::make_shared<Api>();
  api->service = std::move(service);
  api->loaded = std::move(loaded);
  api->catalog = std::move(catalog);
  CAAS_ASSIGN(api->snapshots, api->service->snapshots());
  api->metricsText = [service = api->service] { return service->metricsText(); };
  const auto wanted = options.limits.mostConnections;
  options.limits.mostConnections = connectionsThatFit(wanted, kOtherFiles);
  if (options.limits.mostConnections < wanted) {
    log::warn("fewer connections than could be: the limit of open files (ulimit -n) is low",
              {{"connections", options.limits.mostConnections}, {"wanted", wanted}});
  }
  std::unique_ptr<Daemon> daemon(new Daemon(std::move(api), options));
  CAAS_ASSIGN(auto doors, makeDoors(daemon->api_));
  const auto* scheme = doors.front().tls ? "https://" : "http://";
  CAAS_ASSIGN(daemon->server_,
              Server::start(std::move(doors), options.limits, std::make_shared<CountedServer>()));
  const auto addresses = daemon->addresses();
  log::info("listening", {{"api", scheme + addresses[0]}, {"ops", "http://" + addresses[1]}});
  return daemon;
}

std::vector<std::string> Daemon::addresses() const { return server_->addresses(); }

Result<ShutdownReport> Daemon::run(const WaitForStop& waitForStop) {
  CAAS_ASSIGN(const bool ready, makeReady(waitForStop));
  if (ready) {
    CAAS_TRY(startObserving());
    api_->state->ready();
    log::info("ready", {{"check_interval_ms", options_.checkInterval.count()}});
    watch(waitForStop);
  }
  return stop();
}

/// What goes on beside the watch: the snapshot for lists and metrics, and the canary.
Result<void> Daemon::startObserving() {
  api_->snapshots->start();
  if (api_->loaded.settings.probeInterval > Milliseconds{0}) {
    CAAS_ASSIGN(const auto probe, api_->service->probe());
    probe->start();
  }
  return {};
}

/// false: it was asked to stop before the service was ready.
Result<bool> Daemon::makeReady(const WaitForStop& waitForStop) {
  auto pause = kFirstPause;
  while (!waitForStop(Milliseconds{0})) {
    const auto ready = api_->service->initialize(options_.attempt);
    if (ready) {
      return true;
    }
    const auto& error = ready.error();
    if (!mayPass(error)) {
      return fail(error);
    }
    api_->state->starting(error.message);
    log::warn("not ready, will try again",
              {{"why", error.message}, {"hint", error.hint}, {"again_in_ms", pause.count()}});
    if (waitForStop(pause)) {
      break;
    }
    pause = std::min(pause * 2, kLongestPause);
  }
  return false;
}

void Daemon::watch(const WaitForStop& waitForStop) {
  HealthLog changes;
  do {
    // Through HealthCheck: it turns whatever goes wrong into reasons.
    auto health = api_->service->healthCheck()->check(options_.checkDeadline);
    if (const auto change = changes.observe(health)) {
      logChange(*change);
    }
    api_->state->saw(std::move(health));
  } while (!waitForStop(options_.checkInterval));
}

Result<ShutdownReport> Daemon::stop() {
  const auto begin = std::chrono::steady_clock::now();
  log::info("stopping", {{"deadline_ms", options_.shutdownTimeout.count()}});
  api_->state->draining();
  // Requests first: what they publish is among what is delivered afterwards.
  if (const auto left = server_->drain(options_.shutdownTimeout / 2); left > 0) {
    log::error("requests that were not answered in time", {{"requests", left}});
  }
  const auto time = std::max(options_.shutdownTimeout - since(begin), Milliseconds{1});
  return api_->service->shutdown(time);
}

}  // namespace caas::kafka::http
