#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "caas/kafka/groups.hpp"
#include "client/admin.hpp"
#include "consume/lag.hpp"
#include "topics/deadline.hpp"

// The questions to Kafka that lag and reset have in common, each with few requests and tried again
// until the deadline while its error is retriable.

namespace caas::kafka::consume {

/// Groups that are asked side by side; also how many are described by one call.
inline constexpr int kGroupsAtOnce = 8;
inline constexpr std::size_t kDescribeAtOnce = 50;
/// The client matches answers to questions pair by pair, so that time grows with the square.
inline constexpr std::size_t kPartitionsAtOnce = 2'000;

struct GroupAsk {
  client::AdminClient& admin;
  Clock& clock;
  const topics::Deadline& deadline;
};

[[nodiscard]] Result<std::vector<client::GroupInfo>> listGroups(const GroupAsk& ask);
/// Those that do not exist are left out; the errors of others are in their items.
[[nodiscard]] Result<std::vector<client::GroupDescription>> describeGroups(
    const GroupAsk& ask, const std::vector<std::string>& groups);
/// One request. A group that does not exist has none.
[[nodiscard]] Result<std::vector<client::CommittedOffset>> committedOf(const GroupAsk& ask,
                                                                       const std::string& group);

using EndsMap = std::map<GroupPartition, PartitionEnds>;
/// The partitions of each topic. One that is gone or has no leader has its error.
[[nodiscard]] Result<EndsMap> partitionsOf(const GroupAsk& ask,
                                           const std::vector<std::string>& topics);
using OffsetMap = std::map<GroupPartition, client::PartitionOffset>;
[[nodiscard]] Result<OffsetMap> offsetsOf(const GroupAsk& ask,
                                          const std::vector<GroupPartition>& partitions,
                                          client::OffsetSpec spec, bool readCommitted);
/// Fills starts and then ends in, for all that have no error.
[[nodiscard]] Result<void> readEnds(const GroupAsk& ask, EndsMap& ends, bool readCommitted);

/// Calls work(0 … count-1), `width` at a time, and waits for all.
void sideBySide(std::size_t count, int width, const std::function<void(std::size_t)>& work);

[[nodiscard]] Error groupNotFound(std::string_view group);
[[nodiscard]] GroupType groupTypeOf(std::string_view text);
/// "client-1 at /127.0.0.1 (member-id)".
[[nodiscard]] std::vector<std::string> memberNames(const client::GroupDescription& group);

}  // namespace caas::kafka::consume
