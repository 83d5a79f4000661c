#pragma once

#include <chrono>
#include <map>
#include <string>
#include <vector>

#include "caas/kafka/probe.hpp"
#include "core/latency_histogram.hpp"
#include "probe/link.hpp"

namespace caas::kafka::probe {

/// Partitions that the probe gives its topic at most.
inline constexpr std::size_t kMaxPartitions = 256;

/// Makes one round after the other. One thread uses it.
class Runner {
 public:
  /// `instance` tells our records from other processes'.
  Runner(Link& link, int replicationFactor, const ProbeOptions& options, std::string instance,
         Clock& clock);

  /// One round, in bounded time, and how things stand after it.
  ProbeReport round();
  /// Round trips since the beginning, by broker.
  [[nodiscard]] const std::map<int, meters::LatencyHistogram>& roundTrips() const {
    return roundTrips_;
  }

 private:
  struct Sent {
    int leader = -1;
    std::string token;
    std::chrono::steady_clock::time_point at;
  };

  void look();
  void growForNewcomers();
  void readAll();
  void sendToAll();
  void waitForAll();
  void cameBack(const Sent& sent);
  void lost(int partition, const Sent& sent, const std::string& why);
  void noteBrokers();

  Link& link_;
  const int replicationFactor_;
  const ProbeOptions options_;
  const std::string instance_;
  Clock& clock_;
  std::int64_t rounds_ = 0;
  ProbeTopic topic_;
  std::vector<int> reading_;
  std::map<int, Sent> underWay_;  ///< by partition
  std::map<int, BrokerProbe> brokers_;
  std::map<int, meters::LatencyHistogram> roundTrips_;
  std::optional<Error> failure_;
};

}  // namespace caas::kafka::probe
