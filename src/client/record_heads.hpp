#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "caas/kafka/record.hpp"
#include "caas/kafka/settings.hpp"
#include "client/admin.hpp"

namespace caas::kafka::client {

/// Where to look: the first `look` records from `from` on, below `to`.
struct HeadRange {
  TopicPartition partition;
  std::int64_t from = 0;
  std::int64_t to = 0;
  int look = 1;
};

/// A record without its key and value.
struct RecordHead {
  std::int64_t offset = -1;
  Timestamp timestamp{};
  std::vector<Header> headers{};
};

struct PartitionHeads {
  std::vector<RecordHead> records;
  /// Everything up to `to` was seen: no further record lies in the range (transaction markers and
  /// what compaction removed leave offsets without one).
  bool complete = false;
};
using Heads = std::map<TopicPartition, PartitionHeads>;

struct HeadOptions {
  bool readCommitted = true;
  std::vector<std::string> headers{};  ///< only these are kept
  Milliseconds timeout{3'000};
};

/// Reads the first records of many partitions with one short-lived client that joins no group.
/// Bounded in time, and in memory by fetching as little as a broker gives (one batch a partition).
/// Partitions that did not answer in time are not in the result; that is no error.
[[nodiscard]] Result<Heads> readHeads(const Settings& settings,
                                      const std::vector<HeadRange>& ranges,
                                      const HeadOptions& options);

}  // namespace caas::kafka::client
