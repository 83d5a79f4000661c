#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "caas/kafka/record.hpp"
#include "topics/context.hpp"
#include "topics/deadline.hpp"
#include "topics/groups.hpp"

namespace caas::kafka::topics {

/// A tenant's records in the retry topics that their group has not taken yet, and those in the DLQ.
struct Leftovers {
  std::int64_t retryEntries = 0;
  std::int64_t dlqEntries = 0;
};

/// Reads the retry topics and the DLQ from their beginnings and counts the records whose header
/// `caas.origin.topic` names one of `topics`. Bounded by the deadline: kTimeout then.
[[nodiscard]] Result<Leftovers> countLeftovers(const Context& context,
                                               const client::ClusterMetadata& metadata,
                                               const TopicNames& topics, const Deadline& deadline);

/// Reader group of the retry topics → partition → offsets of its records there.
using RetryEntries =
    std::map<std::string, std::map<client::TopicPartition, std::vector<std::int64_t>>, std::less<>>;

/// How many of `entries` lie at or after what their group has committed. Pure.
[[nodiscard]] std::int64_t notYetTaken(
    const std::map<client::TopicPartition, std::vector<std::int64_t>>& entries,
    const std::vector<client::PartitionOffset>& committed);

}  // namespace caas::kafka::topics
