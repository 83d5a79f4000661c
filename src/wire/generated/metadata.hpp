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

struct MetadataRequest {
  static constexpr Api kApi = Api::kMetadata;
  static constexpr std::string_view kName = "MetadataRequest";
  static constexpr VersionRange kVersions{0, 13};
  static constexpr int kStableVersion = 13;
  static constexpr int kFlexibleSince = 9;

  struct MetadataRequestTopic {
    static constexpr std::size_t kFewestBytes = 1;
    /// The topic id.
    Uuid topicId{};
    /// The topic name.
    std::optional<std::string> name{std::in_place};
    bool operator==(const MetadataRequestTopic&) const = default;
    template <class Codec, class Self>
    static void visit(Codec& c, Self& m, int version);
  };

  /// The topics to fetch metadata for.
  std::optional<std::vector<MetadataRequestTopic>> topics{std::in_place};
  /// If this is true, the broker may auto-create topics that we requested which do not already
  /// exist, if it is configured to do so.
  bool allowAutoTopicCreation = true;
  /// Whether to include cluster authorized operations.
  bool includeClusterAuthorizedOperations = false;
  /// Whether to include topic authorized operations.
  bool includeTopicAuthorizedOperations = false;
  bool operator==(const MetadataRequest&) const = default;
  template <class Codec, class Self>
  static void visit(Codec& c, Self& m, int version);
};

struct MetadataResponse {
  static constexpr Api kApi = Api::kMetadata;
  static constexpr std::string_view kName = "MetadataResponse";
  static constexpr VersionRange kVersions{0, 13};
  static constexpr int kStableVersion = 13;
  static constexpr int kFlexibleSince = 9;

  struct MetadataResponseBroker {
    static constexpr std::size_t kFewestBytes = 9;
    /// The broker ID.
    std::int32_t nodeId = 0;
    /// The broker hostname.
    std::string host{};
    /// The broker port.
    std::int32_t port = 0;
    /// The rack of the broker, or null if it has not been assigned to a rack.
    std::optional<std::string> rack{};
    bool operator==(const MetadataResponseBroker&) const = default;
    template <class Codec, class Self>
    static void visit(Codec& c, Self& m, int version);
  };

  struct MetadataResponsePartition {
    static constexpr std::size_t kFewestBytes = 12;
    /// The partition error, or 0 if there was no error.
    std::int16_t errorCode = 0;
    /// The partition index.
    std::int32_t partitionIndex = 0;
    /// The ID of the leader broker.
    std::int32_t leaderId = 0;
    /// The leader epoch of this partition.
    std::int32_t leaderEpoch = -1;
    /// The set of all nodes that host this partition.
    std::vector<std::int32_t> replicaNodes{};
    /// The set of nodes that are in sync with the leader for this partition.
    std::vector<std::int32_t> isrNodes{};
    /// The set of offline replicas of this partition.
    std::vector<std::int32_t> offlineReplicas{};
    bool operator==(const MetadataResponsePartition&) const = default;
    template <class Codec, class Self>
    static void visit(Codec& c, Self& m, int version);
  };

  struct MetadataResponseTopic {
    static constexpr std::size_t kFewestBytes = 4;
    /// The topic error, or 0 if there was no error.
    std::int16_t errorCode = 0;
    /// The topic name. Null for non-existing topics queried by ID. This is never null when
    /// ErrorCode is zero. One of Name and TopicId is always populated.
    std::optional<std::string> name{std::in_place};
    /// The topic id. Zero for non-existing topics queried by name. This is never zero when
    /// ErrorCode is zero. One of Name and TopicId is always populated.
    Uuid topicId{};
    /// True if the topic is internal.
    bool isInternal = false;
    /// Each partition in the topic.
    std::vector<MetadataResponsePartition> partitions{};
    /// 32-bit bitfield to represent authorized operations for this topic.
    std::int32_t topicAuthorizedOperations = std::numeric_limits<std::int32_t>::min();
    bool operator==(const MetadataResponseTopic&) const = default;
    template <class Codec, class Self>
    static void visit(Codec& c, Self& m, int version);
  };

  /// The duration in milliseconds for which the request was throttled due to a quota violation, or
  /// zero if the request did not violate any quota.
  std::int32_t throttleTimeMs = 0;
  /// A list of brokers present in the cluster.
  std::vector<MetadataResponseBroker> brokers{};
  /// The cluster ID that responding broker belongs to.
  std::optional<std::string> clusterId{};
  /// The ID of the controller broker.
  std::int32_t controllerId = -1;
  /// Each topic in the response.
  std::vector<MetadataResponseTopic> topics{};
  /// 32-bit bitfield to represent authorized operations for this cluster.
  std::int32_t clusterAuthorizedOperations = std::numeric_limits<std::int32_t>::min();
  /// The top-level error code, or 0 if there was no error.
  std::int16_t errorCode = 0;
  bool operator==(const MetadataResponse&) const = default;
  template <class Codec, class Self>
  static void visit(Codec& c, Self& m, int version);
};

}  // namespace caas::kafka::wire
