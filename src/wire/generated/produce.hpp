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

struct ProduceRequest {
  static constexpr Api kApi = Api::kProduce;
  static constexpr std::string_view kName = "ProduceRequest";
  static constexpr VersionRange kVersions{9, 13};
  static constexpr int kStableVersion = 13;
  static constexpr int kFlexibleSince = 9;

  struct PartitionProduceData {
    static constexpr std::size_t kFewestBytes = 5;
    /// The partition index.
    std::int32_t index = 0;
    /// The record data to be produced.
    std::optional<Records> records{std::in_place};
    bool operator==(const PartitionProduceData&) const = default;
    template <class Codec, class Self>
    static void visit(Codec& c, Self& m, int version);
  };

  struct TopicProduceData {
    static constexpr std::size_t kFewestBytes = 1;
    /// The topic name.
    std::string name{};
    /// The unique topic ID
    Uuid topicId{};
    /// Each partition to produce to.
    std::vector<PartitionProduceData> partitionData{};
    bool operator==(const TopicProduceData&) const = default;
    template <class Codec, class Self>
    static void visit(Codec& c, Self& m, int version);
  };

  /// The transactional ID, or null if the producer is not transactional.
  std::optional<std::string> transactionalId{};
  /// The number of acknowledgments the producer requires the leader to have received before
  /// considering a request complete. Allowed values: 0 for no acknowledgments, 1 for only the
  /// leader and -1 for the full ISR.
  std::int16_t acks = 0;
  /// The timeout to await a response in milliseconds.
  std::int32_t timeoutMs = 0;
  /// Each topic to produce to.
  std::vector<TopicProduceData> topicData{};
  bool operator==(const ProduceRequest&) const = default;
  template <class Codec, class Self>
  static void visit(Codec& c, Self& m, int version);
};

struct ProduceResponse {
  static constexpr Api kApi = Api::kProduce;
  static constexpr std::string_view kName = "ProduceResponse";
  static constexpr VersionRange kVersions{9, 13};
  static constexpr int kStableVersion = 13;
  static constexpr int kFlexibleSince = 9;

  struct BatchIndexAndErrorMessage {
    static constexpr std::size_t kFewestBytes = 5;
    /// The batch index of the record that caused the batch to be dropped.
    std::int32_t batchIndex = 0;
    /// The error message of the record that caused the batch to be dropped.
    std::optional<std::string> batchIndexErrorMessage{};
    bool operator==(const BatchIndexAndErrorMessage&) const = default;
    template <class Codec, class Self>
    static void visit(Codec& c, Self& m, int version);
  };

  struct LeaderIdAndEpoch {
    static constexpr std::size_t kFewestBytes = 8;
    /// The ID of the current leader or -1 if the leader is unknown.
    std::int32_t leaderId = -1;
    /// The latest known leader epoch.
    std::int32_t leaderEpoch = -1;
    bool operator==(const LeaderIdAndEpoch&) const = default;
    template <class Codec, class Self>
    static void visit(Codec& c, Self& m, int version);
  };

  struct PartitionProduceResponse {
    static constexpr std::size_t kFewestBytes = 14;
    /// The partition index.
    std::int32_t index = 0;
    /// The error code, or 0 if there was no error.
    std::int16_t errorCode = 0;
    /// The base offset.
    std::int64_t baseOffset = 0;
    /// The timestamp returned by broker after appending the messages. If CreateTime is used for the
    /// topic, the timestamp will be -1. If LogAppendTime is used for the topic, the timestamp will
    /// be the broker local time when the messages are appended.
    std::int64_t logAppendTimeMs = -1;
    /// The log start offset.
    std::int64_t logStartOffset = -1;
    /// The batch indices of records that caused the batch to be dropped.
    std::vector<BatchIndexAndErrorMessage> recordErrors{};
    /// The global error message summarizing the common root cause of the records that caused the
    /// batch to be dropped.
    std::optional<std::string> errorMessage{};
    /// The leader broker that the producer should use for future requests.
    LeaderIdAndEpoch currentLeader{};
    bool operator==(const PartitionProduceResponse&) const = default;
    template <class Codec, class Self>
    static void visit(Codec& c, Self& m, int version);
  };

  struct TopicProduceResponse {
    static constexpr std::size_t kFewestBytes = 1;
    /// The topic name.
    std::string name{};
    /// The unique topic ID
    Uuid topicId{};
    /// Each partition that we produced to within the topic.
    std::vector<PartitionProduceResponse> partitionResponses{};
    bool operator==(const TopicProduceResponse&) const = default;
    template <class Codec, class Self>
    static void visit(Codec& c, Self& m, int version);
  };

  struct NodeEndpoint {
    static constexpr std::size_t kFewestBytes = 10;
    /// The ID of the associated node.
    std::int32_t nodeId = 0;
    /// The node's hostname.
    std::string host{};
    /// The node's port.
    std::int32_t port = 0;
    /// The rack of the node, or null if it has not been assigned to a rack.
    std::optional<std::string> rack{};
    bool operator==(const NodeEndpoint&) const = default;
    template <class Codec, class Self>
    static void visit(Codec& c, Self& m, int version);
  };

  /// Each produce response.
  std::vector<TopicProduceResponse> responses{};
  /// The duration in milliseconds for which the request was throttled due to a quota violation, or
  /// zero if the request did not violate any quota.
  std::int32_t throttleTimeMs = 0;
  /// Endpoints for all current-leaders enumerated in PartitionProduceResponses, with errors
  /// NOT_LEADER_OR_FOLLOWER.
  std::vector<NodeEndpoint> nodeEndpoints{};
  bool operator==(const ProduceResponse&) const = default;
  template <class Codec, class Self>
  static void visit(Codec& c, Self& m, int version);
};

}  // namespace caas::kafka::wire
