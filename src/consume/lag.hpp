#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "caas/kafka/groups.hpp"
#include "client/record_heads.hpp"
#include "consume/offset_ledger.hpp"

// From what Kafka answered to a lag. Pure.

namespace caas::kafka::consume {

/// Where a partition begins and ends.
struct PartitionEnds {
  std::int64_t start = 0;
  std::int64_t end = 0;
  std::optional<Error> error{};
};

[[nodiscard]] PartitionLag lagOf(const GroupPartition& id, std::optional<std::int64_t> committed,
                                 const PartitionEnds& ends);

/// The group whose failed records a retry group reads ("orders" of "orders.retry"); empty: it is no
/// retry group.
[[nodiscard]] std::string_view retryOrigin(std::string_view group);

/// Headers that an age is judged by (design 5.8).
inline constexpr char kNotBeforeHeader[] = "caas.not-before";
inline constexpr char kOriginGroupHeader[] = "caas.origin.group";

/// How many records of a retry topic are looked at: they wait for different times, and other
/// groups' lie between.
inline constexpr int kRetryLook = 64;

/// Puts the age in, from the first records from the committed offset on. `origin` as of
/// retryOrigin; `completed`: what the commit's metadata says is handled already.
void applyHeads(PartitionLag& partition, const client::PartitionHeads& heads, Timestamp now,
                std::string_view origin, const CompletedOffsets& completed);

/// Sums of topics and of the group, and their worst states.
void sumUp(GroupLag& group);

}  // namespace caas::kafka::consume
