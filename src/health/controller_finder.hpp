#pragma once

#include <chrono>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "caas/kafka/clock.hpp"
#include "health/exporter_text.hpp"
#include "health/quorum_watch.hpp"
#include "schema/http_client.hpp"

namespace caas::kafka::health {

/// Asks who the active controller is: the quorum itself (DescribeQuorum), or the brokers' JMX
/// exporters where KAFKA_JMX_URLS names them. Under KRaft the metadata does not tell (KIP-590).
/// Thread-safe.
class ControllerFinder {
 public:
  /// `settings` must outlive it.
  ControllerFinder(const Settings& settings, Clock& clock);

  /// Within `timeout`, and two seconds. Exporters are asked side by side; an answer of theirs of
  /// the last five seconds serves again, since each costs the broker a walk through its beans.
  [[nodiscard]] ControllerVerdict find(const std::vector<client::BrokerInfo>& brokers,
                                       Milliseconds timeout);

 private:
  [[nodiscard]] ControllerVerdict ask(const std::vector<client::BrokerInfo>& brokers,
                                      Milliseconds timeout);

  const std::vector<std::string> urls_;
  Clock& clock_;
  QuorumWatch quorum_;
  schema::HttpClient http_;
  std::mutex mutex_;
  std::optional<ControllerVerdict> last_;
  std::chrono::steady_clock::time_point lastAt_{};
};

}  // namespace caas::kafka::health
