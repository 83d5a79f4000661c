#pragma once

#include <atomic>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "caas/kafka/result.hpp"
#include "caas/kafka/settings.hpp"
#include "client/connection_meter.hpp"
#include "client/raii.hpp"
#include "core/log.hpp"

namespace caas::kafka::client {

/// Before a client that lives until the process ends is made: OpenSSL cleans up behind itself at
/// the end, and what was made before its first use is destroyed after that, with what is no longer
/// there.
void prepareForStaticClients();

/// What librdkafka told about connections and fatal errors, from its event queue. Thread-safe.
class ConnectionState {
 public:
  ConnectionState(const rd_kafka_t* client, std::vector<std::string> brokers);

  void onError(rd_kafka_resp_err_t code, std::string_view text);
  void onFatal(Error error);
  void onStatistics(std::string_view json) { meter_.take(json); }
  /// An answer came from some broker.
  void onAnswer() {
    reached_ = true;
    allDown_ = false;
  }
  /// No broker has answered since the beginning, or since all connections broke.
  [[nodiscard]] bool unreachable() const { return !reached_ || allDown_; }
  /// Every connection is broken or could not be made.
  [[nodiscard]] bool allDown() const { return allDown_; }
  [[nodiscard]] std::optional<Error> fatal() const;
  /// "127.0.0.1:1: Connection refused; …", one part for each configured address.
  [[nodiscard]] std::string report() const;
  [[nodiscard]] const std::vector<std::string>& brokers() const { return brokers_; }

 private:
  const std::vector<std::string> brokers_;
  std::atomic<bool> reached_{false};
  std::atomic<bool> allDown_{false};
  mutable std::mutex mutex_;
  std::map<std::string, std::string, std::less<>> lastError_;
  std::optional<Error> fatal_;
  ConnectionMeter meter_;
};

/// Serves the events that every client has: logs go to our log, errors and statistics to `state`.
/// False for an event of another kind.
bool serveCommonEvent(rd_kafka_t* client, rd_kafka_event_t* event, ConnectionState& state);

/// Makes a client from a configuration (which it takes) and points its log at its main queue.
[[nodiscard]] Result<rd_kafka_t*> makeClient(rd_kafka_type_t type, ConfPtr conf);

/// Turns `error` into kConnectionTimeout with the report when no broker can be reached: the
/// operation's own error then says less than why.
[[nodiscard]] Error explainUnreachable(Error error, const ConnectionState& state,
                                       Milliseconds waited);

}  // namespace caas::kafka::client
