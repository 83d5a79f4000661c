#pragma once

#include <cstdint>
#include <functional>
#include <string_view>
#include <vector>

#include "caas/kafka/record.hpp"
#include "topics/context.hpp"
#include "topics/deadline.hpp"

namespace caas::kafka::topics {

/// A stretch of a partition: from `from` up to, not including, `to`.
struct ScanRange {
  client::TopicPartition partition;
  std::int64_t from = 0;
  std::int64_t to = 0;
};

/// Reads these ranges (committed records only) and shows each record to `visit`. kTimeout when the
/// deadline passed first: `visit` has then seen a part.
[[nodiscard]] Result<void> scanRecords(const Settings& settings, std::vector<ScanRange> ranges,
                                       std::string_view purpose, const Deadline& deadline,
                                       const std::function<void(const ReceivedRecord&)>& visit);

/// The ranges of these partitions from `from` to their present ends; empty ones are left out.
[[nodiscard]] Result<std::vector<ScanRange>> rangesToEnd(
    client::AdminClient& admin, const std::vector<client::TopicPartition>& partitions,
    client::OffsetSpec from, const Deadline& deadline);

}  // namespace caas::kafka::topics
