#pragma once

#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "client/statistics.hpp"
#include "core/meters.hpp"

namespace caas::kafka::client {

/// Makes series of one client's statistics. Connections to one broker are one (the coordinator's
/// has its own): by node id, or "bootstrap" as long as that is not known. Thread-safe.
class ConnectionMeter {
 public:
  explicit ConnectionMeter(std::string client, meters::Meters& meters = meters::processMeters());

  /// One statistics document.
  void take(std::string_view json);

 private:
  struct Counters {
    std::int64_t requests = 0;
    std::int64_t retries = 0;
    std::int64_t sentBytes = 0;
    std::int64_t receivedBytes = 0;
    std::int64_t sendErrors = 0;
    std::int64_t receiveErrors = 0;
    std::int64_t timeouts = 0;
    std::int64_t disconnects = 0;
  };
  struct Broker {
    Counters sum{};
    meters::LatencySummary roundTrips{};
    std::map<std::string_view, int> states{};  ///< connections by state, now
  };
  static Counters countersOf(const BrokerStatistics& broker);
  static void addGrowth(Counters& sum, const Counters& before, const Counters& now);
  void tell(meters::MeterReport& report) const;

  const std::string client_;
  mutable std::mutex mutex_;
  std::map<std::string, Counters> last_;  ///< of each connection, by its name
  std::map<std::string, Broker> brokers_;
  meters::Meters::Registration registration_;
};

}  // namespace caas::kafka::client
