#pragma once

// What a run of bench_consume is told.

#include <chrono>
#include <cstdint>
#include <string>

#include "caas/kafka/settings.hpp"

namespace caas::kafka::bench {

struct ConsumeOptions {
  std::string mode;
  std::string brokers;
  std::string topic;
  std::string group = "bench";
  int partitions = 16;
  std::int64_t records = 500'000;
  int keys = 10'000;
  int valueBytes = 256;
  int concurrency = 64;
  int maxInFlight = 10'000;
  double workMs = 0;     ///< mean of a uniform 0 … 2 × mean; asynchronous: exactly that
  int async = 0;         ///< 1: completions, answered by a timer after workMs
  int loudRate = 0;      ///< of `fair`: records a second of the loud one
  int loudConsumed = 1;  ///< 0: its traffic is there all the same, and nobody reads it
};

inline Settings settingsOf(const ConsumeOptions& options) {
  Settings settings;
  settings.clientId = "bench";
  settings.brokers = {options.brokers};
  settings.producer.queueFullWait = std::chrono::minutes{2};
  settings.consumer.groupId = options.group;
  return settings;
}

}  // namespace caas::kafka::bench
