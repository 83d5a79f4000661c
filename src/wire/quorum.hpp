#pragma once

#include <optional>
#include <vector>

#include "caas/kafka/clock.hpp"
#include "wire/client.hpp"

namespace caas::kafka::wire {

/// A node of the controllers' quorum.
struct QuorumReplica {
  int nodeId = -1;
  std::int64_t logEndOffset = -1;  ///< -1: unknown
  /// Behind the leader.
  std::int64_t lag = 0;
  /// When it had all that the leader had; nullopt: unknown (or the broker is too old to say).
  std::optional<Timestamp> lastCaughtUp{};
};

/// The controllers' quorum (KRaft), as its leader sees it.
struct Quorum {
  int leaderId = -1;  ///< the active controller
  int leaderEpoch = 0;
  std::int64_t highWatermark = 0;
  std::vector<QuorumReplica> voters;
  std::vector<QuorumReplica> observers;
};

/// DescribeQuorum, by whichever broker answers: it passes the question on to the controller. While
/// there is none the answer is late: kTimeout or kUnavailable, both retriable.
[[nodiscard]] Result<Quorum> describeQuorum(Client& client, Milliseconds timeout);

}  // namespace caas::kafka::wire
