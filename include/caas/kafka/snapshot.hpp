#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "caas/kafka/catalog.hpp"
#include "caas/kafka/clock.hpp"
#include "caas/kafka/groups.hpp"
#include "caas/kafka/health.hpp"
#include "caas/kafka/result.hpp"
#include "caas/kafka/settings.hpp"
#include "caas/kafka/topic_manager.hpp"

// The cluster as it was at one moment, for those who ask often and many at a time: the HTTP API's
// lists, the metrics, the console. Gathered off their way, in few batched calls.

namespace caas::kafka {

namespace snapshot {
struct KeeperMaker;  ///< ours: keepers over something else than a cluster, for tests
}

/// One partition, as metadata and ends have it.
struct PartitionSnapshot {
  int partition = -1;
  std::optional<int> leader{};  ///< nullopt: offline
  std::vector<int> replicas{};
  std::vector<int> inSync{};
  /// Of the log, as a read_uncommitted reader sees it: the last that could be read (the state of
  /// kOffsets says when that was), unset before the first. The start is read at the slow pace.
  std::optional<std::int64_t> startOffset{};
  std::optional<std::int64_t> endOffset{};
};

struct TopicSnapshot {
  TopicInfo info;
  std::string topicId{};  ///< KIP-516
  int underMinIsrPartitions = 0;
  /// Settings that differ from the catalog's; also `partitions` and `replication.factor`.
  std::vector<ConfigDifference> drift{};
  std::vector<PartitionSnapshot> partitions{};  ///< by number
  /// Sum over the partitions of end - start: an upper bound of the records.
  std::int64_t records = 0;
};

/// The parts that are gathered apart, so that what cannot be had (a broker hangs, a coordinator is
/// missing) leaves the others fresh.
enum class SnapshotPart {
  kHealth,      ///< who answers
  kController,  ///< KAFKA_JMX_URLS; not among the parts where that is not set
  kTopics,      ///< topics, partitions, leaders, replicas
  kConfigs,     ///< settings, topic ids and start offsets, at the slow pace
  kOffsets,     ///< end offsets
  kGroups,      ///< the list of groups with their states
  kLag,         ///< members, commits, lag
};
[[nodiscard]] std::string_view toString(SnapshotPart part);
struct PartState {
  Timestamp takenAt{};             ///< of what is shown; epoch: never
  Milliseconds took{0};            ///< the last try
  std::optional<Error> failure{};  ///< of the last try: what is shown is older than the snapshot
};

/// Immutable once made; shared by all who read it.
struct ClusterSnapshot {
  std::uint64_t number = 0;  ///< counts up by one
  Timestamp takenAt{};       ///< when gathering began
  Milliseconds took{0};
  HealthCheckResult health{};
  ClusterStats stats{};
  std::vector<TopicSnapshot> topics{};  ///< by name, foreign ones too
  std::vector<TenantInfo> tenants{};    ///< by id
  std::vector<GroupSummary> groups{};   ///< by id
  LagSnapshot lag{};                    ///< with the states of a LagTracker
  /// Records ever written to the DLQ (sum of its end offsets), and lying there now.
  std::optional<std::int64_t> deadLetteredEver{};
  std::optional<std::int64_t> deadLetters{};
  std::map<SnapshotPart, PartState> parts{};

  [[nodiscard]] const TopicSnapshot* topic(std::string_view name) const;
  [[nodiscard]] const TenantInfo* tenant(std::string_view id) const;
  [[nodiscard]] const GroupLag* group(std::string_view id) const;
};

struct SnapshotOptions {
  Milliseconds interval{10'000};
  /// Of one gathering, all parts together. Beyond it only what librdkafka needs to notice (2 s).
  Milliseconds deadline{8'000};
  /// What changes rarely (SnapshotPart::kConfigs) is read this often, and when topics come.
  Milliseconds slowInterval{60'000};
  /// From one gathering's begin to the next one's at least, however often somebody asks.
  Milliseconds minPause{500};
  /// Ages of lags are read from the log for so many partitions (LagOptions); the tracker
  /// interpolates the rest.
  int maxAgeReads = 64;
  Milliseconds ageReadTime{1'500};
  LagTrackerOptions lagTracker{};
};

/// Keeps a ClusterSnapshot fresh on a thread of its own. Thread-safe.
class SnapshotKeeper {
 public:
  /// `settings` and `catalog` must outlive it.
  [[nodiscard]] static std::unique_ptr<SnapshotKeeper> create(
      const Settings& settings, std::shared_ptr<const Catalog> catalog,
      SnapshotOptions options = {}, Clock& clock = systemClock());
  ~SnapshotKeeper();  ///< stop()
  SnapshotKeeper(const SnapshotKeeper&) = delete;
  SnapshotKeeper& operator=(const SnapshotKeeper&) = delete;

  /// Gathers now and then at every interval. Idempotent.
  void start();
  /// Ends the thread; waits for a gathering that is under way (its deadline bounds that).
  void stop();
  /// The newest; never null. Before the first was gathered it has number 0.
  [[nodiscard]] std::shared_ptr<const ClusterSnapshot> latest() const;
  /// One that began to be gathered after this call: callers at the same time share it. Works
  /// without start() too. Errors: kTimeout (it is still made), kShutdown (after stop()).
  [[nodiscard]] Result<std::shared_ptr<const ClusterSnapshot>> refresh(
      Milliseconds deadline = Milliseconds{10'000});

 private:
  friend struct snapshot::KeeperMaker;
  class Impl;
  explicit SnapshotKeeper(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace caas::kafka
