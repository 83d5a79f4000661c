#include "caas/kafka/probe.hpp"

#include <algorithm>
#include <condition_variable>
#include <map>
#include <mutex>
#include <thread>
#include <utility>

#include <fmt/format.h>

#include "core/errors.hpp"
#include "core/log.hpp"
#include "core/meters.hpp"
#include "probe/link.hpp"
#include "probe/runner.hpp"

namespace caas::kafka {
namespace {

using meters::Metric;

constexpr std::string_view kEntry = "internal.probe";

double seconds(std::chrono::nanoseconds time) {
  return std::chrono::duration<double>(time).count();
}

}  // namespace

class Probe::Impl {
 public:
  Impl(const Settings& settings, const Catalog& catalog, ProbeOptions options, Clock& clock)
      : settings_(settings),
        catalog_(catalog),
        options_(options),
        clock_(clock),
        registration_(meters::processMeters().add(
            [this](meters::MeterReport& report) { tellMeters(report); })) {}
  ~Impl() { stop(); }
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;

  void start() {
    const std::lock_guard lock(mutex_);
    if (!stopped_ && !thread_.joinable()) {
      thread_ = std::thread([this] { loop(); });
    }
  }

  void stop() {
    {
      const std::lock_guard lock(mutex_);
      stopped_ = true;
    }
    wake_.notify_all();
    const std::lock_guard joining(joining_);
    if (thread_.joinable()) {
      thread_.join();
    }
  }

  [[nodiscard]] ProbeReport report() const {
    const std::lock_guard lock(mutex_);
    return report_;
  }

 private:
  void loop() {
    const TopicDefinition* definition = catalog_.find(kEntry);
    if (definition == nullptr) {
      const std::lock_guard lock(mutex_);
      report_.failure = errors::invalidConfiguration(
          fmt::format("the catalog has no entry '{}' for the probe", kEntry),
          "Add it as in config/topics.yaml, or set PROBE_INTERVAL_MS=0");
      log::warn("probe", {{"error", report_.failure->describe()}});
      return;
    }
    const auto link = probe::makeClusterLink(settings_, definition->pattern, options_, clock_);
    probe::Runner runner(*link, definition->replicationFactor, options_,
                         makeId(clock_, systemRandom()), clock_);
    std::unique_lock lock(mutex_);
    while (!stopped_) {
      const auto next = std::chrono::steady_clock::now() + options_.interval;
      lock.unlock();
      auto report = runner.round();
      lock.lock();
      logChanges(report);
      report_ = std::move(report);
      roundTrips_ = runner.roundTrips();
      wake_.wait_until(lock, next, [this] { return stopped_; });
    }
  }

  void logChanges(const ProbeReport& now) const {
    for (const BrokerProbe& broker : now.brokers) {
      const auto before = std::ranges::find(report_.brokers, broker.nodeId, &BrokerProbe::nodeId);
      const bool was = before != report_.brokers.end() && !before->problem.empty();
      if (!broker.problem.empty() && !was) {
        log::warn("probe: not through", {{"broker", broker.nodeId}, {"why", broker.problem}});
      } else if (broker.problem.empty() && was) {
        log::info("probe: through again", {{"broker", broker.nodeId}});
      }
    }
    if (now.failure && !report_.failure) {
      log::warn("probe", {{"error", now.failure->describe()}});
    }
  }

  void tellMeters(meters::MeterReport& report) const {
    const std::lock_guard lock(mutex_);
    for (const BrokerProbe& broker : report_.brokers) {
      const auto id = std::to_string(broker.nodeId);
      report.add(Metric::kProbeSent, {id}, static_cast<double>(broker.sent));
      report.add(Metric::kProbeLost, {id}, static_cast<double>(broker.lost));
      report.add(Metric::kProbePartitions, {id}, static_cast<double>(broker.partitions.size()));
      if (broker.lastRoundTrip) {
        report.most(Metric::kProbeLastRoundTrip, {id}, seconds(*broker.lastRoundTrip));
        report.most(Metric::kProbeLastSuccess, {id},
                    seconds(broker.lastSuccess.time_since_epoch()));
      }
    }
    for (const auto& [broker, trips] : roundTrips_) {
      report.add(Metric::kProbeRoundTrip, {std::to_string(broker)}, trips);
    }
    for (const ProbePartition& partition : report_.partitions) {
      report.most(Metric::kProbePartitionLeader, {std::to_string(partition.partition)},
                  partition.leader.value_or(-1));
    }
  }

  const Settings& settings_;
  const Catalog& catalog_;
  const ProbeOptions options_;
  Clock& clock_;
  mutable std::mutex mutex_;
  std::mutex joining_;
  std::condition_variable wake_;
  ProbeReport report_;
  std::map<int, meters::LatencyHistogram> roundTrips_;
  bool stopped_ = false;
  std::thread thread_;
  meters::Meters::Registration registration_;
};

Probe::Probe(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Probe::~Probe() = default;

std::unique_ptr<Probe> Probe::create(const Settings& settings, const Catalog& catalog,
                                     ProbeOptions options, Clock& clock) {
  return std::unique_ptr<Probe>(
      new Probe(std::make_unique<Impl>(settings, catalog, options, clock)));
}

void Probe::start() { impl_->start(); }
void Probe::stop() { impl_->stop(); }
ProbeReport Probe::report() const { return impl_->report(); }

}  // namespace caas::kafka
