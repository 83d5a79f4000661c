#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace caas::kafka::meters {

/// Everything that we measure. Names, labels and meanings are in metric_table.cpp, which
/// docs/metrics.md is made from.
enum class Metric : std::uint8_t {
  // Connections
  kConnections,
  kConnectionLatency,
  kConnectionRequests,
  kConnectionRetries,
  kConnectionErrors,
  kConnectionDisconnects,
  kConnectionSentBytes,
  kConnectionReceivedBytes,
  // The cluster
  kHealthStatus,
  kClusterInfo,
  kBrokers,
  kBrokersOffline,
  kBrokerUp,
  kBrokerLatency,
  kControllerId,
  kTenants,
  kTenantsIncomplete,
  // Topics
  kTopics,
  kTopicsMissing,
  kTopicPartitions,
  kTopicUnderReplicated,
  kTopicUnderMinIsr,
  kTopicOffline,
  kTopicDrift,
  kTopicRecords,
  kPartitionLeader,
  kPartitionInSync,
  kPartitionStart,
  kPartitionEnd,
  // Consumer groups
  kGroups,
  kGroupMembers,
  kLagRecords,
  kLagSeconds,
  kLagState,
  kLagExpired,
  kLagUnknown,
  kPartitionLagRecords,
  kDeadLetters,
  kDeadLettersWritten,
  // Producing
  kProduced,
  kProducedBytes,
  kRefused,
  kDelivered,
  kFailed,
  kDeliveryLatency,
  kProducerRecords,
  kProducerBytes,
  kProducerRecordsLimit,
  kProducerBytesLimit,
  kProducerWaits,
  // Consuming
  kConsumed,
  kSkipped,
  kHandled,
  kRetried,
  kDeadLettered,
  kDropped,
  kHandlerLatency,
  kEndToEndLatency,
  kConsumerRecords,
  kConsumerBytes,
  kConsumerKeys,
  kConsumerHandlers,
  kConsumerRecordsLimit,
  kConsumerBytesLimit,
  kConsumerKeysLimit,
  kConsumerHandlersLimit,
  kConsumerWaiting,
  kConsumerSlowHandlers,
  kConsumerPartitions,
  kConsumerPaused,
  kConsumerBreakerOpen,
  kConsumerRebalances,
  kConsumerCommits,
  kConsumerCommitFailures,
  kForwarded,
  kTransactions,
  // Probe
  kProbeSent,
  kProbeLost,
  kProbeRoundTrip,
  kProbeLastRoundTrip,
  kProbeLastSuccess,
  kProbePartitions,
  kProbePartitionLeader,
  // Schema registry
  kRegistryUp,
  kRegistryLatency,
  kRegistryRequests,
  kRegistryRequestDuration,
  // HTTP
  kHttpRequests,
  kHttpDuration,
  kHttpConnections,
  kHttpConnectionsOpened,
  kHttpRefused,
  // Snapshot
  kSnapshots,
  kSnapshotAge,
  kSnapshotDuration,
  kSnapshotFailed,
  // The process
  kBuildInfo,
  kCertificateExpiry,
  kFoldedSeries,
  kProcessCpu,
  kProcessResident,
  kProcessVirtual,
  kProcessOpenFds,
  kProcessMaxFds,
  kProcessThreads,
  kProcessStart,
  kEnd  ///< how many there are
};
inline constexpr auto kMetrics = static_cast<std::size_t>(Metric::kEnd);

enum class MetricKind : std::uint8_t { kCounter, kGauge, kHistogram, kSummary };
[[nodiscard]] std::string_view toString(MetricKind kind);

/// What becomes of the label `topic` when it is shown. Those who measure know a topic's name only;
/// what it is to the catalog is added where all is put together.
enum class TopicLabels : std::uint8_t {
  kNone,   ///< there is none
  kWhole,  ///< `topic`, and with it `entry` and `tenant`
  kEntry,  ///< `entry` instead: all tenants together
};

struct MetricInfo {
  Metric metric;
  std::string_view name;
  MetricKind kind;
  /// As they are reported, with blanks between: "group topic". See shownLabels().
  std::string_view labels;
  TopicLabels topics;
  std::string_view chapter;
  std::string_view help;  ///< one sentence without a full stop
  /// One series a partition: METRICS_PER_PARTITION.
  bool perPartition = false;
};

/// In the order of the enum.
[[nodiscard]] std::span<const MetricInfo> allMetrics();
[[nodiscard]] const MetricInfo& infoOf(Metric metric);

}  // namespace caas::kafka::meters
