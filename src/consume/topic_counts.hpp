#pragma once

#include <cstdint>

#include "core/latency_histogram.hpp"

namespace caas::kafka::consume {

/// What became of one topic's records. Guarded by the dispatcher's lock.
struct TopicCounts {
  std::int64_t consumed = 0;
  std::int64_t skipped = 0;
  std::int64_t acked = 0;
  std::int64_t retried = 0;
  std::int64_t deadLettered = 0;
  std::int64_t dropped = 0;
  meters::LatencyHistogram handler{};   ///< from a record's start to its handler's answer
  meters::LatencyHistogram endToEnd{};  ///< from its timestamp to the acknowledgement
};

/// Topics that are counted apart; those beyond are counted together.
inline constexpr std::size_t kMaxCountedTopics = 10'000;

}  // namespace caas::kafka::consume
