#pragma once

#include <set>
#include <string>
#include <vector>

#include "client/admin.hpp"
#include "topics/context.hpp"
#include "topics/deadline.hpp"

namespace caas::kafka::topics {

using TopicNames = std::set<std::string, std::less<>>;

/// Groups that have members on one of `topics`, as "orders (2 members)". A group that is in the
/// middle of a rebalance shows no assignments: it is asked again for a while, and one that stays so
/// counts if it has committed offsets there.
[[nodiscard]] Result<std::vector<std::string>> activeGroups(const Context& context,
                                                            const TopicNames& topics,
                                                            const Deadline& deadline);

/// Committed offsets on these partitions, by group. Groups without any are left out.
struct GroupOffsets {
  std::string group;
  std::vector<client::TopicPartition> partitions;
};
[[nodiscard]] Result<std::vector<GroupOffsets>> groupsWithOffsets(
    const Context& context, const std::vector<std::string>& groups,
    const std::vector<client::TopicPartition>& partitions, const Deadline& deadline);

/// Names of all groups of the cluster.
[[nodiscard]] Result<std::vector<std::string>> groupNames(const Context& context,
                                                          const Deadline& deadline);

/// Waits until Kafka has dropped the offsets of deleted topics; those that stay are deleted one
/// group after the other. Returns the groups whose offsets could not be removed.
[[nodiscard]] Result<std::vector<std::string>> waitUntilOffsetsGone(
    const Context& context, const std::vector<GroupOffsets>& before, const Deadline& deadline);

}  // namespace caas::kafka::topics
