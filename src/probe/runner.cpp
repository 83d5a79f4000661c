#include "probe/runner.hpp"

#include <algorithm>
#include <ranges>
#include <utility>

#include <fmt/format.h>

#include "core/log.hpp"

namespace caas::kafka::probe {
namespace {

/// For finding out who leads what, and for adding a partition.
constexpr Milliseconds kLook{3'000};

}  // namespace

Runner::Runner(Link& link, int replicationFactor, const ProbeOptions& options, std::string instance,
               Clock& clock)
    : link_(link),
      replicationFactor_(replicationFactor),
      options_(options),
      instance_(std::move(instance)),
      clock_(clock) {}

ProbeReport Runner::round() {
  ++rounds_;
  failure_.reset();
  ProbeReport report{.at = clock_.now()};
  look();
  growForNewcomers();
  readAll();
  noteBrokers();
  sendToAll();
  waitForAll();
  for (const auto& [id, broker] : brokers_) {
    report.brokers.push_back(broker);
  }
  report.partitions = topic_.partitions;
  report.failure = failure_;
  return report;
}

void Runner::look() {
  auto topic = link_.look(kLook);
  if (topic) {
    topic_ = *std::move(topic);
    std::ranges::sort(topic_.partitions, {}, &ProbePartition::partition);
  } else {
    // Who led what before is as good a guess as any; what has moved is then found lost.
    failure_ = std::move(topic).error();
  }
}

/// A broker that is nobody's first choice leads nothing, however long one waits.
void Runner::growForNewcomers() {
  if (failure_ || topic_.partitions.empty()) {
    return;
  }
  std::vector<std::vector<int>> added;
  for (const int broker : topic_.brokers) {
    const bool first = std::ranges::any_of(topic_.partitions, [&](const ProbePartition& partition) {
      return !partition.replicas.empty() && partition.replicas.front() == broker;
    });
    if (first || topic_.partitions.size() + added.size() >= kMaxPartitions ||
        std::ssize(topic_.brokers) < replicationFactor_) {
      continue;
    }
    std::vector<int> replicas{broker};
    const auto at = std::ranges::find(topic_.brokers, broker) - topic_.brokers.begin();
    for (std::size_t i = 1; std::ssize(replicas) < replicationFactor_; ++i) {
      replicas.push_back(
          topic_.brokers[(static_cast<std::size_t>(at) + i) % topic_.brokers.size()]);
    }
    added.push_back(std::move(replicas));
  }
  if (added.empty()) {
    return;
  }
  const auto total = static_cast<int>(topic_.partitions.size() + added.size());
  // Another process may have come first; the next look tells.
  const auto grown = link_.grow(total, added, kLook);
  log::write(grown ? LogLevel::kInfo : LogLevel::kWarn, "probe: a partition for each new broker",
             {{"partitions", total}, {"error", grown ? "" : grown.error().describe()}});
}

void Runner::readAll() {
  std::vector<int> all;
  for (const auto& partition : topic_.partitions) {
    all.push_back(partition.partition);
  }
  if (all == reading_) {
    return;
  }
  if (auto reading = link_.read(all, kLook); reading) {
    reading_ = std::move(all);
  } else {
    reading_.clear();  // again in the next round
    failure_ = failure_ ? failure_ : std::optional(std::move(reading).error());
  }
}

void Runner::noteBrokers() {
  std::map<int, std::vector<int>> leads;
  std::map<int, bool> named;  // living?
  for (const int broker : topic_.brokers) {
    named[broker] = true;
  }
  for (const auto& partition : topic_.partitions) {
    if (partition.leader) {
      leads[*partition.leader].push_back(partition.partition);
    }
    for (const int replica : partition.replicas) {
      named.try_emplace(replica, false);
    }
  }
  std::erase_if(brokers_, [&](const auto& known) { return !named.contains(known.first); });
  std::erase_if(roundTrips_, [&](const auto& known) { return !named.contains(known.first); });
  for (const auto& [id, living] : named) {
    BrokerProbe& broker = brokers_[id];
    broker.nodeId = id;
    broker.partitions = leads[id];
    if (!broker.partitions.empty()) {
      broker.problem.clear();
    } else if (living) {
      broker.problem =
          "it leads no partition of internal.probe now: Kafka gives leadership back within five "
          "minutes after a restart";
    } else {
      broker.problem = "it is down: others lead its partitions";
    }
  }
}

void Runner::sendToAll() {
  underWay_.clear();
  for (const auto& partition : topic_.partitions) {
    if (!partition.leader) {
      continue;
    }
    Sent sent{.leader = *partition.leader,
              .token = fmt::format("{} {} {}", instance_, rounds_, partition.partition),
              .at = clock_.steadyNow()};
    ++brokers_[sent.leader].sent;
    if (const auto accepted = link_.send(partition.partition, sent.token); !accepted) {
      lost(partition.partition, sent, accepted.error().message);
    } else {
      underWay_.emplace(partition.partition, std::move(sent));
    }
  }
}

void Runner::waitForAll() {
  const auto end = clock_.steadyNow() + options_.patience;
  while (!underWay_.empty()) {
    const auto left = std::chrono::ceil<Milliseconds>(end - clock_.steadyNow());
    if (left <= Milliseconds{0}) {
      break;
    }
    const auto event = link_.wait(left);
    const auto sent = event ? underWay_.find(event->partition) : underWay_.end();
    if (sent == underWay_.end() || sent->second.token != event->token) {
      continue;  // of another process, or of a round that is over
    }
    const auto mine = underWay_.extract(sent);
    if (event->failed) {
      lost(mine.key(), mine.mapped(), event->failed->message);
    } else {
      cameBack(mine.mapped());
    }
  }
  for (const auto& [partition, sent] : std::exchange(underWay_, {})) {
    lost(partition, sent, fmt::format("not back within {} ms", options_.patience.count()));
  }
}

void Runner::cameBack(const Sent& sent) {
  BrokerProbe& broker = brokers_[sent.leader];
  const auto took = clock_.steadyNow() - sent.at;
  broker.lastRoundTrip = took;
  broker.lastSuccess = clock_.now();
  roundTrips_[sent.leader].observe(took);
}

void Runner::lost(int partition, const Sent& sent, const std::string& why) {
  BrokerProbe& broker = brokers_[sent.leader];
  ++broker.lost;
  broker.problem = fmt::format("the probe of partition {} was lost: {}", partition, why);
}

}  // namespace caas::kafka::probe
