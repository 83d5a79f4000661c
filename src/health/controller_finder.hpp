#pragma once

#include <chrono>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "caas/kafka/clock.hpp"
#include "health/exporter_text.hpp"
#include "schema/http_client.hpp"

namespace caas::kafka::health {

/// Asks the brokers' JMX exporters (KAFKA_JMX_URLS) who the active controller is. Under KRaft the
/// metadata does not tell (KIP-590). Thread-safe.
class ControllerFinder {
 public:
  ControllerFinder(std::vector<std::string> urls, Clock& clock);

  /// Asked side by side, within `timeout`; an answer of the last five seconds serves again, since
  /// each costs the broker a walk through its beans.
  [[nodiscard]] ControllerVerdict find(const std::vector<client::BrokerInfo>& brokers,
                                       Milliseconds timeout);
  /// Whether there is anybody to ask.
  [[nodiscard]] bool configured() const { return !urls_.empty(); }

 private:
  [[nodiscard]] ControllerVerdict ask(const std::vector<client::BrokerInfo>& brokers,
                                      Milliseconds timeout);

  const std::vector<std::string> urls_;
  Clock& clock_;
  schema::HttpClient http_;
  std::mutex mutex_;
  std::optional<ControllerVerdict> last_;
  std::chrono::steady_clock::time_point lastAt_{};
};

}  // namespace caas::kafka::health
