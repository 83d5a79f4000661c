#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "caas/kafka/result.hpp"

namespace caas::kafka::client {

/// One connection as librdkafka's statistics tell it (STATISTICS.md, "brokers"). Counters are since
/// the connection's object was made; the round trips are those of the last interval.
struct BrokerStatistics {
  std::string name{};  ///< "127.0.0.1:9092/1", "GroupCoordinator"
  int nodeId = -1;     ///< -1: not known yet
  std::string source{};
  std::string state{};
  std::int64_t requests = 0;
  std::int64_t retries = 0;
  std::int64_t sentBytes = 0;
  std::int64_t receivedBytes = 0;
  std::int64_t sendErrors = 0;
  std::int64_t receiveErrors = 0;
  std::int64_t timeouts = 0;
  std::int64_t disconnects = 0;
  std::int64_t roundTrips = 0;
  std::int64_t roundTripSumMicros = 0;
  std::int64_t roundTripP50Micros = 0;
  std::int64_t roundTripP99Micros = 0;
};

/// What of one statistics document is read at most. The connections stand before the topics, whose
/// part grows with the partitions (a kilobyte each) and is not read.
inline constexpr std::size_t kMaxStatisticsBytes = 8UL * 1024 * 1024;

/// Reads the connections and nothing else, without building the document. kInternal: no JSON, or
/// longer than the bound before the connections end.
[[nodiscard]] Result<std::vector<BrokerStatistics>> parseStatistics(std::string_view json);

}  // namespace caas::kafka::client
