#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "caas/kafka/clock.hpp"
#include "caas/kafka/result.hpp"
#include "caas/kafka/settings.hpp"

namespace caas::kafka::client {

struct BrokerInfo {
  int id = -1;
  std::string host;
  int port = 0;
  std::string rack;
};

struct ClusterDescription {
  std::string clusterId;
  std::vector<BrokerInfo> brokers;  ///< the living ones, by id
};

struct PartitionInfo {
  int id = -1;
  std::optional<int> leader;  ///< nullopt: offline
  std::vector<int> replicas;
  std::vector<int> isr;
};

struct TopicDescription {
  std::string name;
  std::string topicId;  ///< KIP-516, base64 as Kafka prints it; empty where it is not known
  bool internal = false;
  std::vector<PartitionInfo> partitions;
  std::optional<Error> error;  ///< e.g. kTopicNotFound
};

/// All that one Metadata request tells.
struct ClusterMetadata {
  std::vector<BrokerInfo> brokers;
  std::vector<TopicDescription> topics;  ///< by name
};

struct NewTopic {
  std::string name;
  int partitions = 1;
  int replicationFactor = 1;
  std::map<std::string, std::string> configs;
};

/// More partitions for a topic. The brokers that hold each new one, who is to lead it first; left
/// out, Kafka chooses.
struct TopicGrowth {
  std::string topic;
  int newTotal = 0;
  std::vector<std::vector<int>> replicas{};
};

/// The outcome for one name of a batched call.
struct NamedResult {
  std::string name;
  std::optional<Error> error;
};

/// Where a config's value comes from (Kafka's DescribeConfigs sources).
enum class ConfigSource {
  kUnknown,
  kTopic,  ///< set on the topic itself
  kDynamicBroker,
  kDynamicDefaultBroker,
  kStaticBroker,
  kDefault,
};
struct ConfigEntry {
  std::string value;
  ConfigSource source = ConfigSource::kUnknown;
};
using ConfigMap = std::map<std::string, ConfigEntry, std::less<>>;

struct TopicConfigs {
  std::string topic;
  ConfigMap configs;
  std::optional<Error> error;
};

struct ConfigChange {
  std::string topic;
  std::map<std::string, std::string> set;
  std::vector<std::string> remove;  ///< back to the broker's default
};

struct OffsetSpec {
  enum class Kind { kEarliest, kLatest, kAtTime } kind = Kind::kLatest;
  Timestamp time{};
  [[nodiscard]] static OffsetSpec earliest() { return {Kind::kEarliest, {}}; }
  [[nodiscard]] static OffsetSpec latest() { return {Kind::kLatest, {}}; }
  [[nodiscard]] static OffsetSpec at(Timestamp time) { return {Kind::kAtTime, time}; }
};
struct TopicPartition {
  std::string topic;
  int partition = -1;
  [[nodiscard]] auto operator<=>(const TopicPartition&) const = default;
};
struct PartitionOffset {
  TopicPartition partition;
  std::int64_t offset = -1;  ///< kAtTime: -1 when no record is that young
  std::optional<Error> error;
};

struct GroupInfo {
  std::string id;
  std::string state;  ///< Kafka's words: Stable, Empty, PreparingRebalance, …
  bool simple = false;
  std::string type{};  ///< Kafka's words: Classic, Consumer (KIP-848)
};
struct GroupMember {
  std::string clientId;
  std::string host;
  std::vector<TopicPartition> assignment;
  std::string memberId{};
  std::string instanceId{};  ///< of a static member
};
struct GroupDescription {
  std::string id;
  std::string state;
  std::vector<GroupMember> members;
  std::optional<Error> error;
  bool simple = false;  ///< only offsets, never a member
  std::string type{};
  std::string assignor{};
  std::optional<BrokerInfo> coordinator{};
};
/// The next offset that a group will read, and what it wrote beside it.
struct CommittedOffset {
  TopicPartition partition;
  std::int64_t offset = -1;
  std::string metadata{};
  std::optional<Error> error{};
};

/// How long a call may take, and which broker must answer it (unset: any that is right for it).
struct CallOptions {
  Milliseconds timeout{30'000};
  std::optional<int> broker{};
  /// Of listOffsets: ends are where a read_committed reader ends (the last stable offset).
  bool readCommitted = false;
};

/// Kafka's Admin API, blocking, each call with a deadline. A call fails as a whole (Result) when no
/// answer came; what concerns one topic, partition or group is in its item. Thread-safe: calls run
/// side by side, each on a queue of its own.
class AdminClient {
 public:
  /// `purpose` ends the client id ("caas-service-topics") so that brokers' logs tell them apart.
  [[nodiscard]] static Result<std::unique_ptr<AdminClient>> create(const Settings& settings,
                                                                   std::string_view purpose);
  ~AdminClient();
  AdminClient(const AdminClient&) = delete;
  AdminClient& operator=(const AdminClient&) = delete;

  [[nodiscard]] Result<ClusterDescription> describeCluster(const CallOptions& options = {});
  /// All topics and brokers by one Metadata request.
  [[nodiscard]] Result<ClusterMetadata> metadata(Milliseconds timeout);
  [[nodiscard]] Result<std::vector<TopicDescription>> describeTopics(
      const std::vector<std::string>& topics, const CallOptions& options = {});

  /// One CreateTopics request. Kafka answers before all brokers know the topics.
  [[nodiscard]] Result<std::vector<NamedResult>> createTopics(const std::vector<NewTopic>& topics,
                                                              const CallOptions& options = {},
                                                              bool validateOnly = false);
  [[nodiscard]] Result<std::vector<NamedResult>> deleteTopics(
      const std::vector<std::string>& topics, const CallOptions& options = {});
  [[nodiscard]] Result<std::vector<NamedResult>> createPartitions(
      const std::vector<TopicGrowth>& growths, const CallOptions& options = {});

  /// `names`: only these settings; a topic answers with some 40 of them (5 KB). Empty: all.
  [[nodiscard]] Result<std::vector<TopicConfigs>> describeConfigs(
      const std::vector<std::string>& topics, const CallOptions& options = {},
      const std::vector<std::string>& names = {});
  [[nodiscard]] Result<std::vector<NamedResult>> incrementalAlterConfigs(
      const std::vector<ConfigChange>& changes, const CallOptions& options = {});
  /// Settings that the brokers hold for a consumer group (KIP-848).
  [[nodiscard]] Result<void> setGroupConfigs(const std::string& group,
                                             const std::map<std::string, std::string>& configs,
                                             const CallOptions& options = {});

  [[nodiscard]] Result<std::vector<PartitionOffset>> listOffsets(
      const std::vector<std::pair<TopicPartition, OffsetSpec>>& partitions,
      const CallOptions& options = {});

  [[nodiscard]] Result<std::vector<GroupInfo>> listGroups(const CallOptions& options = {});
  [[nodiscard]] Result<std::vector<GroupDescription>> describeGroups(
      const std::vector<std::string>& groups, const CallOptions& options = {});
  /// Committed offsets; with no `partitions`, all that the group has. Partitions without an offset
  /// are left out.
  [[nodiscard]] Result<std::vector<PartitionOffset>> listGroupOffsets(
      const std::string& group, const std::vector<TopicPartition>& partitions = {},
      const CallOptions& options = {});
  /// All that the group has, with their metadata, by one request.
  [[nodiscard]] Result<std::vector<CommittedOffset>> listCommitted(const std::string& group,
                                                                   const CallOptions& options = {});
  /// Commits for a group without members, with empty metadata; makes a group that there is not.
  /// kGroupActive in the items while it has members.
  [[nodiscard]] Result<std::vector<PartitionOffset>> alterGroupOffsets(
      const std::string& group, const std::vector<PartitionOffset>& offsets,
      const CallOptions& options = {});
  [[nodiscard]] Result<std::vector<PartitionOffset>> deleteGroupOffsets(
      const std::string& group, const std::vector<TopicPartition>& partitions,
      const CallOptions& options = {});

  /// What is known of the connections when nothing answers: each configured address and its last
  /// error, as librdkafka reported it. For kConnectionTimeout messages.
  [[nodiscard]] std::string connectionReport() const;

 private:
  class Impl;
  explicit AdminClient(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace caas::kafka::client
