#pragma once

#include <cstdint>
#include <limits>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "caas/kafka/clock.hpp"
#include "caas/kafka/record_reader.hpp"
#include "client/admin.hpp"

namespace caas::kafka::consume {

using OffsetMap = std::map<client::TopicPartition, std::int64_t>;

/// A partition without a known stop.
inline constexpr std::int64_t kNoStop = std::numeric_limits<std::int64_t>::max();

/// Records of a time may still be on their way when that time has come: so much later it counts as
/// passed.
inline constexpr Milliseconds kLateRecords{2'000};
[[nodiscard]] bool hasPassed(Timestamp time, const Clock& clock);

/// What a reader asks the cluster before it reads: two calls of AdminClient.
class LogQuestions {
 public:
  virtual ~LogQuestions() = default;
  [[nodiscard]] virtual Result<std::vector<client::TopicDescription>> describeTopics(
      const std::vector<std::string>& topics, const client::CallOptions& options) = 0;
  [[nodiscard]] virtual Result<std::vector<client::PartitionOffset>> listOffsets(
      const std::vector<std::pair<client::TopicPartition, client::OffsetSpec>>& partitions,
      const client::CallOptions& options) = 0;
};

/// Where a reading begins and stops, in each partition that it reads.
struct ReadBounds {
  OffsetMap starts;
  OffsetMap stops;  ///< the offset not to read any more, or kNoStop
};

/// Asks for the bounds. `options` have been checked. All questions share `deadline`: kTimeout, and
/// no further question, once it has passed. A reader of committed records stops at the last stable
/// offset (KIP-98): what is behind it belongs to open transactions.
[[nodiscard]] Result<ReadBounds> findBounds(LogQuestions& questions, const ReadOptions& options,
                                            Milliseconds deadline, Clock& clock);

}  // namespace caas::kafka::consume
