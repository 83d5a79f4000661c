#include "client/connection_meter.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

#include "core/log.hpp"

namespace caas::kafka::client {
namespace {

using meters::Metric;

/// librdkafka's states (rdkafka_broker.c, rd_kafka_broker_state_names) in four words.
std::string_view stateOf(std::string_view state) {
  if (state == "UP" || state == "UPDATE") {
    return "up";
  }
  if (state == "INIT") {
    return "idle";
  }
  return state == "DOWN" ? "down" : "connecting";
}

std::string labelOf(const BrokerStatistics& broker) {
  return broker.nodeId < 0 ? "bootstrap" : std::to_string(broker.nodeId);
}

double number(std::int64_t value) { return static_cast<double>(value); }

}  // namespace

ConnectionMeter::ConnectionMeter(std::string client, meters::Meters& meters)
    : client_(std::move(client)),
      registration_(meters.add([this](meters::MeterReport& report) { tell(report); })) {}

ConnectionMeter::Counters ConnectionMeter::countersOf(const BrokerStatistics& broker) {
  return {.requests = broker.requests,
          .retries = broker.retries,
          .sentBytes = broker.sentBytes,
          .receivedBytes = broker.receivedBytes,
          .sendErrors = broker.sendErrors,
          .receiveErrors = broker.receiveErrors,
          .timeouts = broker.timeouts,
          .disconnects = broker.disconnects};
}

/// A connection that is made anew begins at zero: what it has then is what came to it.
void ConnectionMeter::addGrowth(Counters& sum, const Counters& before, const Counters& now) {
  for (const auto member :
       {&Counters::requests, &Counters::retries, &Counters::sentBytes, &Counters::receivedBytes,
        &Counters::sendErrors, &Counters::receiveErrors, &Counters::timeouts,
        &Counters::disconnects}) {
    sum.*member += now.*member >= before.*member ? now.*member - before.*member : now.*member;
  }
}

void ConnectionMeter::take(std::string_view json) {
  const auto parsed = parseStatistics(json);
  if (!parsed) {
    log::debug("statistics", {{"client", client_}, {"error", parsed.error().message}});
    return;
  }
  const std::lock_guard lock(mutex_);
  std::map<std::string, Counters> last;
  for (auto& [label, broker] : brokers_) {
    broker.states.clear();
    broker.roundTrips.p50 = broker.roundTrips.p99 = std::chrono::nanoseconds{0};
  }
  for (const BrokerStatistics& told : *parsed) {
    if (told.source == "internal") {
      continue;  // no connection at all
    }
    Broker& broker = brokers_[labelOf(told)];
    const Counters now = countersOf(told);
    addGrowth(broker.sum, last_[told.name], now);
    last[told.name] = now;
    ++broker.states[stateOf(told.state)];
    auto& trips = broker.roundTrips;
    trips.count += static_cast<std::uint64_t>(std::max<std::int64_t>(told.roundTrips, 0));
    trips.sum += std::chrono::microseconds{told.roundTripSumMicros};
    trips.p50 = std::max<std::chrono::nanoseconds>(
        trips.p50, std::chrono::microseconds{told.roundTripP50Micros});
    trips.p99 = std::max<std::chrono::nanoseconds>(
        trips.p99, std::chrono::microseconds{told.roundTripP99Micros});
  }
  last_ = std::move(last);
}

void ConnectionMeter::tell(meters::MeterReport& report) const {
  const std::lock_guard lock(mutex_);
  for (const auto& [label, broker] : brokers_) {
    for (const auto& [state, connections] : broker.states) {
      report.add(Metric::kConnections, {client_, label, state}, connections);
    }
    const Counters& sum = broker.sum;
    report.add(Metric::kConnectionLatency, {client_, label}, broker.roundTrips);
    report.add(Metric::kConnectionRequests, {client_, label}, number(sum.requests));
    report.add(Metric::kConnectionRetries, {client_, label}, number(sum.retries));
    report.add(Metric::kConnectionErrors, {client_, label, "send"}, number(sum.sendErrors));
    report.add(Metric::kConnectionErrors, {client_, label, "receive"}, number(sum.receiveErrors));
    report.add(Metric::kConnectionErrors, {client_, label, "timeout"}, number(sum.timeouts));
    report.add(Metric::kConnectionDisconnects, {client_, label}, number(sum.disconnects));
    report.add(Metric::kConnectionSentBytes, {client_, label}, number(sum.sentBytes));
    report.add(Metric::kConnectionReceivedBytes, {client_, label}, number(sum.receivedBytes));
  }
}

}  // namespace caas::kafka::client
