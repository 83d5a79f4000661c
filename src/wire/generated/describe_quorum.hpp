// Written by script/wire-messages from Kafka 4.3.1's message definitions; not by hand.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "wire/types.hpp"

namespace caas::kafka::wire {

struct DescribeQuorumRequest {
  static constexpr Api kApi = Api::kDescribeQuorum;
  static constexpr std::string_view kName = "DescribeQuorumRequest";
  static constexpr VersionRange kVersions{0, 2};
  static constexpr int kStableVersion = 2;
  static constexpr int kFlexibleSince = 0;

  struct PartitionData {
    static constexpr std::size_t kFewestBytes = 4;
    /// The partition index.
    std::int32_t partitionIndex = 0;
    bool operator==(const PartitionData&) const = default;
    template <class Codec, class Self>
    static void visit(Codec& c, Self& m, int version);
  };

  struct TopicData {
    static constexpr std::size_t kFewestBytes = 2;
    /// The topic name.
    std::string topicName{};
    /// The partitions to describe.
    std::vector<PartitionData> partitions{};
    bool operator==(const TopicData&) const = default;
    template <class Codec, class Self>
    static void visit(Codec& c, Self& m, int version);
  };

  /// The topics to describe.
  std::vector<TopicData> topics{};
  bool operator==(const DescribeQuorumRequest&) const = default;
  template <class Codec, class Self>
  static void visit(Codec& c, Self& m, int version);
};

struct DescribeQuorumResponse {
  static constexpr Api kApi = Api::kDescribeQuorum;
  static constexpr std::string_view kName = "DescribeQuorumResponse";
  static constexpr VersionRange kVersions{0, 2};
  static constexpr int kStableVersion = 2;
  static constexpr int kFlexibleSince = 0;

  struct ReplicaState {
    static constexpr std::size_t kFewestBytes = 12;
    /// The ID of the replica.
    std::int32_t replicaId = 0;
    /// The replica directory ID of the replica.
    Uuid replicaDirectoryId{};
    /// The last known log end offset of the follower or -1 if it is unknown.
    std::int64_t logEndOffset = 0;
    /// The last known leader wall clock time time when a follower fetched from the leader. This is
    /// reported as -1 both for the current leader or if it is unknown for a voter.
    std::int64_t lastFetchTimestamp = -1;
    /// The leader wall clock append time of the offset for which the follower made the most recent
    /// fetch request. This is reported as the current time for the leader and -1 if unknown for a
    /// voter.
    std::int64_t lastCaughtUpTimestamp = -1;
    bool operator==(const ReplicaState&) const = default;
    template <class Codec, class Self>
    static void visit(Codec& c, Self& m, int version);
  };

  struct PartitionData {
    static constexpr std::size_t kFewestBytes = 24;
    /// The partition index.
    std::int32_t partitionIndex = 0;
    /// The partition error code.
    std::int16_t errorCode = 0;
    /// The error message, or null if there was no error.
    std::optional<std::string> errorMessage{std::in_place};
    /// The ID of the current leader or -1 if the leader is unknown.
    std::int32_t leaderId = 0;
    /// The latest known leader epoch.
    std::int32_t leaderEpoch = 0;
    /// The high water mark.
    std::int64_t highWatermark = 0;
    /// The current voters of the partition.
    std::vector<ReplicaState> currentVoters{};
    /// The observers of the partition.
    std::vector<ReplicaState> observers{};
    bool operator==(const PartitionData&) const = default;
    template <class Codec, class Self>
    static void visit(Codec& c, Self& m, int version);
  };

  struct TopicData {
    static constexpr std::size_t kFewestBytes = 2;
    /// The topic name.
    std::string topicName{};
    /// The partition data.
    std::vector<PartitionData> partitions{};
    bool operator==(const TopicData&) const = default;
    template <class Codec, class Self>
    static void visit(Codec& c, Self& m, int version);
  };

  struct Listener {
    static constexpr std::size_t kFewestBytes = 4;
    /// The name of the endpoint.
    std::string name{};
    /// The hostname.
    std::string host{};
    /// The port.
    std::uint16_t port = 0;
    bool operator==(const Listener&) const = default;
    template <class Codec, class Self>
    static void visit(Codec& c, Self& m, int version);
  };

  struct Node {
    static constexpr std::size_t kFewestBytes = 5;
    /// The ID of the associated node.
    std::int32_t nodeId = 0;
    /// The listeners of this controller.
    std::vector<Listener> listeners{};
    bool operator==(const Node&) const = default;
    template <class Codec, class Self>
    static void visit(Codec& c, Self& m, int version);
  };

  /// The top level error code.
  std::int16_t errorCode = 0;
  /// The error message, or null if there was no error.
  std::optional<std::string> errorMessage{std::in_place};
  /// The response from the describe quorum API.
  std::vector<TopicData> topics{};
  /// The nodes in the quorum.
  std::vector<Node> nodes{};
  bool operator==(const DescribeQuorumResponse&) const = default;
  template <class Codec, class Self>
  static void visit(Codec& c, Self& m, int version);
};

}  // namespace caas::kafka::wire
