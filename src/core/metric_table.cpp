#include "core/metric_table.hpp"

#include <array>

namespace caas::kafka::meters {
namespace {

constexpr auto kCounter = MetricKind::kCounter;
constexpr auto kGauge = MetricKind::kGauge;
constexpr auto kHistogram = MetricKind::kHistogram;
constexpr auto kSummary = MetricKind::kSummary;
constexpr auto kNone = TopicLabels::kNone;
constexpr auto kWhole = TopicLabels::kWhole;
constexpr auto kEntry = TopicLabels::kEntry;

constexpr std::string_view kConnectionsChapter = "Connections";
constexpr std::string_view kClusterChapter = "The cluster";
constexpr std::string_view kTopicsChapter = "Topics";
constexpr std::string_view kGroupsChapter = "Consumer groups and the dead letter queue";
constexpr std::string_view kProducingChapter = "Producing";
constexpr std::string_view kConsumingChapter = "Consuming";
constexpr std::string_view kProbeChapter = "Probe";
constexpr std::string_view kRegistryChapter = "Schema registry";
constexpr std::string_view kHttpChapter = "HTTP";
constexpr std::string_view kSnapshotChapter = "Snapshot";
constexpr std::string_view kProcessChapter = "The process";

constexpr std::array<MetricInfo, kMetrics> kTable{{
    {Metric::kConnections, "caas_kafka_connections", kGauge, "client broker state", kNone,
     kConnectionsChapter,
     "Connections of our Kafka clients by state: up, connecting, down, idle (never needed so far)"},
    {Metric::kConnectionLatency, "caas_kafka_connection_latency_seconds", kSummary, "client broker",
     kNone, kConnectionsChapter,
     "Round trips of requests; the quantiles are of the last 10 s, of the slowest client"},
    {Metric::kConnectionRequests, "caas_kafka_connection_requests_total", kCounter, "client broker",
     kNone, kConnectionsChapter, "Requests sent"},
    {Metric::kConnectionRetries, "caas_kafka_connection_retries_total", kCounter, "client broker",
     kNone, kConnectionsChapter, "Requests sent again"},
    {Metric::kConnectionErrors, "caas_kafka_connection_errors_total", kCounter,
     "client broker kind", kNone, kConnectionsChapter,
     "Failures by kind: send, receive, timeout (no answer in time)"},
    {Metric::kConnectionDisconnects, "caas_kafka_connection_disconnects_total", kCounter,
     "client broker", kNone, kConnectionsChapter, "Connections that ended or could not be made"},
    {Metric::kConnectionSentBytes, "caas_kafka_connection_sent_bytes_total", kCounter,
     "client broker", kNone, kConnectionsChapter, "Bytes sent"},
    {Metric::kConnectionReceivedBytes, "caas_kafka_connection_received_bytes_total", kCounter,
     "client broker", kNone, kConnectionsChapter, "Bytes received"},

    {Metric::kHealthStatus, "caas_kafka_health_status", kGauge, "status", kNone, kClusterChapter,
     "1 for the status that the last look gave: healthy, degraded, unhealthy"},
    {Metric::kClusterInfo, "caas_kafka_cluster_info", kGauge, "cluster_id", kNone, kClusterChapter,
     "Always 1; the label is the cluster's id"},
    {Metric::kBrokers, "caas_kafka_brokers", kGauge, "", kNone, kClusterChapter,
     "Brokers that answer"},
    {Metric::kBrokersOffline, "caas_kafka_brokers_offline", kGauge, "", kNone, kClusterChapter,
     "Brokers that do not answer, or that only replicas still name"},
    {Metric::kBrokerUp, "caas_kafka_broker_up", kGauge, "broker", kNone, kClusterChapter,
     "Whether it answered when it was asked itself"},
    {Metric::kBrokerLatency, "caas_kafka_broker_latency_seconds", kGauge, "broker", kNone,
     kClusterChapter, "Its answer to the last DescribeCluster sent to it"},
    {Metric::kControllerId, "caas_kafka_controller_id", kGauge, "", kNone, kClusterChapter,
     "The active controller's node id; -1: unknown, as amid an election"},
    {Metric::kTenants, "caas_kafka_tenants", kGauge, "", kNone, kClusterChapter,
     "Tenants that have at least one topic"},
    {Metric::kTenantsIncomplete, "caas_kafka_tenants_incomplete", kGauge, "", kNone,
     kClusterChapter, "Tenants that lack topics of the catalog"},

    {Metric::kTopics, "caas_kafka_topics", kGauge, "category", kNone, kTopicsChapter,
     "Topics by category: platform, tenant, internal, foreign (not in the catalog)"},
    {Metric::kTopicsMissing, "caas_kafka_topics_missing", kGauge, "", kNone, kTopicsChapter,
     "Topics that the catalog declares and the cluster lacks"},
    {Metric::kTopicPartitions, "caas_kafka_topic_partitions", kGauge, "topic", kWhole,
     kTopicsChapter, "Partitions"},
    {Metric::kTopicUnderReplicated, "caas_kafka_topic_under_replicated_partitions", kGauge, "topic",
     kWhole, kTopicsChapter, "Partitions with a replica that is not in sync"},
    {Metric::kTopicUnderMinIsr, "caas_kafka_topic_under_min_isr_partitions", kGauge, "topic",
     kWhole, kTopicsChapter,
     "Partitions with fewer in-sync replicas than min.insync.replicas: writes are refused"},
    {Metric::kTopicOffline, "caas_kafka_topic_offline_partitions", kGauge, "topic", kWhole,
     kTopicsChapter, "Partitions without a leader"},
    {Metric::kTopicDrift, "caas_kafka_topic_drift", kGauge, "topic", kWhole, kTopicsChapter,
     "Declared settings that differ on the cluster"},
    {Metric::kTopicRecords, "caas_kafka_topic_records", kGauge, "topic", kWhole, kTopicsChapter,
     "Offsets from start to end over all partitions: an upper bound of the records"},
    {Metric::kPartitionLeader, "caas_kafka_partition_leader", kGauge, "topic partition", kWhole,
     kTopicsChapter, "The leading broker; -1: none", true},
    {Metric::kPartitionInSync, "caas_kafka_partition_in_sync_replicas", kGauge, "topic partition",
     kWhole, kTopicsChapter, "Replicas in sync", true},
    {Metric::kPartitionStart, "caas_kafka_partition_start_offset", kGauge, "topic partition",
     kWhole, kTopicsChapter, "Offset of the oldest record", true},
    {Metric::kPartitionEnd, "caas_kafka_partition_end_offset", kGauge, "topic partition", kWhole,
     kTopicsChapter, "Offset of the next record", true},

    {Metric::kGroups, "caas_kafka_groups", kGauge, "state", kNone, kGroupsChapter,
     "Consumer groups by Kafka's state"},
    {Metric::kGroupMembers, "caas_kafka_group_members", kGauge, "group", kNone, kGroupsChapter,
     "Members"},
    {Metric::kLagRecords, "caas_kafka_group_lag_records", kGauge, "group topic", kWhole,
     kGroupsChapter, "Offsets from the committed one to the end: an upper bound of the records"},
    {Metric::kLagSeconds, "caas_kafka_group_lag_seconds", kGauge, "group topic", kWhole,
     kGroupsChapter,
     "Age of the oldest record that is not handled; of a retry topic, for how long it is overdue"},
    {Metric::kLagState, "caas_kafka_group_lag_state", kGauge, "group topic", kWhole, kGroupsChapter,
     "By Burrow's rules: 0 unknown, 1 ok, 2 warning, 3 rewound, 4 stalled, 5 stopped"},
    {Metric::kLagExpired, "caas_kafka_group_expired_records", kGauge, "group topic", kWhole,
     kGroupsChapter, "Offsets that retention deleted before they were handled"},
    {Metric::kLagUnknown, "caas_kafka_groups_without_lag", kGauge, "", kNone, kGroupsChapter,
     "Groups whose offsets could not be read at the last look"},
    {Metric::kPartitionLagRecords, "caas_kafka_group_partition_lag_records", kGauge,
     "group topic partition", kWhole, kGroupsChapter, "The same for one partition", true},
    {Metric::kDeadLetters, "caas_kafka_dead_letters", kGauge, "", kNone, kGroupsChapter,
     "Records that lie in the dead letter queue, redriven and discarded ones among them"},
    {Metric::kDeadLettersWritten, "caas_kafka_dead_letters_written_total", kCounter, "", kNone,
     kGroupsChapter, "Records ever written to the dead letter queue, by whomever"},

    {Metric::kProduced, "caas_kafka_messages_produced_total", kCounter, "producer", kNone,
     kProducingChapter, "Records accepted by our producers; each is then delivered or failed"},
    {Metric::kProducedBytes, "caas_kafka_messages_produced_bytes_total", kCounter, "producer",
     kNone, kProducingChapter, "Bytes of them: key, value and headers"},
    {Metric::kRefused, "caas_kafka_messages_refused_total", kCounter, "producer reason", kNone,
     kProducingChapter, "Records that were not accepted, by the code of the error"},
    {Metric::kDelivered, "caas_kafka_messages_delivered_total", kCounter, "topic", kWhole,
     kProducingChapter, "Records that Kafka has acknowledged"},
    {Metric::kFailed, "caas_kafka_messages_failed_total", kCounter, "topic reason", kWhole,
     kProducingChapter, "Accepted records that were not delivered, by the code of the error"},
    {Metric::kDeliveryLatency, "caas_kafka_delivery_latency_seconds", kHistogram, "topic", kEntry,
     kProducingChapter, "From accepting a record to Kafka's acknowledgement"},
    {Metric::kProducerRecords, "caas_kafka_producer_in_flight_records", kGauge, "producer", kNone,
     kProducingChapter, "Records accepted and not yet reported"},
    {Metric::kProducerBytes, "caas_kafka_producer_in_flight_bytes", kGauge, "producer", kNone,
     kProducingChapter, "Bytes of them"},
    {Metric::kProducerRecordsLimit, "caas_kafka_producer_limit_records", kGauge, "producer", kNone,
     kProducingChapter, "PRODUCER_QUEUE_MAX_RECORDS of all producers of that name"},
    {Metric::kProducerBytesLimit, "caas_kafka_producer_limit_bytes", kGauge, "producer", kNone,
     kProducingChapter, "PRODUCER_QUEUE_MAX_BYTES of all producers of that name"},
    {Metric::kProducerWaits, "caas_kafka_producer_queue_full_waits_total", kCounter, "producer",
     kNone, kProducingChapter, "Sends that had to wait for room"},

    {Metric::kConsumed, "caas_kafka_messages_consumed_total", kCounter, "group topic", kWhole,
     kConsumingChapter, "Records taken from Kafka"},
    {Metric::kSkipped, "caas_kafka_messages_skipped_total", kCounter, "group topic", kWhole,
     kConsumingChapter, "Of these: completed before a restart, or another group's retries"},
    {Metric::kHandled, "caas_kafka_messages_handled_total", kCounter, "group topic", kWhole,
     kConsumingChapter, "Records that their handler has acknowledged"},
    {Metric::kRetried, "caas_kafka_messages_retried_total", kCounter, "group topic", kWhole,
     kConsumingChapter, "Failed records that will be tried again"},
    {Metric::kDeadLettered, "caas_kafka_messages_dead_lettered_total", kCounter, "group topic",
     kWhole, kConsumingChapter, "Records copied to the dead letter queue"},
    {Metric::kDropped, "caas_kafka_messages_dropped_total", kCounter, "group topic", kWhole,
     kConsumingChapter, "Results that came after their partition was given away"},
    {Metric::kHandlerLatency, "caas_kafka_handler_duration_seconds", kHistogram, "group topic",
     kEntry, kConsumingChapter, "From handing a record to its handler to the answer"},
    {Metric::kEndToEndLatency, "caas_kafka_end_to_end_latency_seconds", kHistogram, "group topic",
     kEntry, kConsumingChapter,
     "From the record's timestamp to its acknowledgement by the handler, by our clock"},
    {Metric::kConsumerRecords, "caas_kafka_consumer_in_flight_records", kGauge, "group", kNone,
     kConsumingChapter, "Records taken and not yet completed"},
    {Metric::kConsumerBytes, "caas_kafka_consumer_in_flight_bytes", kGauge, "group", kNone,
     kConsumingChapter, "Bytes of them"},
    {Metric::kConsumerKeys, "caas_kafka_consumer_in_flight_keys", kGauge, "group", kNone,
     kConsumingChapter, "Different keys among them"},
    {Metric::kConsumerHandlers, "caas_kafka_consumer_in_flight_handlers", kGauge, "group", kNone,
     kConsumingChapter, "Records whose handlers have not answered"},
    {Metric::kConsumerRecordsLimit, "caas_kafka_consumer_limit_records", kGauge, "group", kNone,
     kConsumingChapter, "Bound of the records in flight"},
    {Metric::kConsumerBytesLimit, "caas_kafka_consumer_limit_bytes", kGauge, "group", kNone,
     kConsumingChapter, "Bound of the bytes in flight"},
    {Metric::kConsumerKeysLimit, "caas_kafka_consumer_limit_keys", kGauge, "group", kNone,
     kConsumingChapter, "Bound of the keys in flight"},
    {Metric::kConsumerHandlersLimit, "caas_kafka_consumer_limit_handlers", kGauge, "group", kNone,
     kConsumingChapter, "Bound of the handlers in flight"},
    {Metric::kConsumerWaiting, "caas_kafka_consumer_waiting_records", kGauge, "group", kNone,
     kConsumingChapter, "Records read ahead of their time, or blocking their key"},
    {Metric::kConsumerSlowHandlers, "caas_kafka_consumer_slow_handlers", kGauge, "group", kNone,
     kConsumingChapter, "Handlers at work for longer than the consumer's slowHandler"},
    {Metric::kConsumerPartitions, "caas_kafka_consumer_partitions", kGauge, "group", kNone,
     kConsumingChapter, "Partitions assigned to this process"},
    {Metric::kConsumerPaused, "caas_kafka_consumer_paused", kGauge, "group", kNone,
     kConsumingChapter, "1 while the application has paused it"},
    {Metric::kConsumerBreakerOpen, "caas_kafka_consumer_breaker_open", kGauge, "group", kNone,
     kConsumingChapter, "1 while nearly every record fails and the intake is stopped"},
    {Metric::kConsumerRebalances, "caas_kafka_consumer_rebalances_total", kCounter, "group", kNone,
     kConsumingChapter, "Partitions given or taken away"},
    {Metric::kConsumerCommits, "caas_kafka_consumer_commits_total", kCounter, "group", kNone,
     kConsumingChapter, "Commits that Kafka has answered"},
    {Metric::kConsumerCommitFailures, "caas_kafka_consumer_commit_failures_total", kCounter,
     "group", kNone, kConsumingChapter,
     "Commits that failed, whole or for a partition; the next one covers them"},
    {Metric::kForwarded, "caas_kafka_forwarded_records_total", kCounter, "group", kNone,
     kConsumingChapter, "Outputs in committed transactions"},
    {Metric::kTransactions, "caas_kafka_transactions_total", kCounter, "group outcome", kNone,
     kConsumingChapter, "Transactions by outcome: committed, aborted"},

    {Metric::kProbeSent, "caas_kafka_probe_sent_total", kCounter, "broker", kNone, kProbeChapter,
     "Probes sent through it as leader"},
    {Metric::kProbeLost, "caas_kafka_probe_lost_total", kCounter, "broker", kNone, kProbeChapter,
     "Probes that were not acknowledged, or not read again, in time"},
    {Metric::kProbeRoundTrip, "caas_kafka_probe_round_trip_seconds", kHistogram, "broker", kNone,
     kProbeChapter, "From sending a probe to reading it"},
    {Metric::kProbeLastRoundTrip, "caas_kafka_probe_last_round_trip_seconds", kGauge, "broker",
     kNone, kProbeChapter, "Of the last one that came back"},
    {Metric::kProbeLastSuccess, "caas_kafka_probe_last_success_timestamp_seconds", kGauge, "broker",
     kNone, kProbeChapter, "When the last one came back"},
    {Metric::kProbePartitions, "caas_kafka_probe_partitions", kGauge, "broker", kNone,
     kProbeChapter, "Partitions of internal.probe that it leads; 0: it cannot be probed now"},
    {Metric::kProbePartitionLeader, "caas_kafka_probe_partition_leader", kGauge, "partition", kNone,
     kProbeChapter, "Which broker leads it; -1: none"},

    {Metric::kRegistryUp, "caas_kafka_registry_up", kGauge, "", kNone, kRegistryChapter,
     "Whether it answered the last look; asked where events need it"},
    {Metric::kRegistryLatency, "caas_kafka_registry_latency_seconds", kGauge, "", kNone,
     kRegistryChapter, "How long that took"},
    {Metric::kRegistryRequests, "caas_kafka_registry_requests_total", kCounter, "result", kNone,
     kRegistryChapter, "Calls to it by result: ok, or the code of the error"},
    {Metric::kRegistryRequestDuration, "caas_kafka_registry_request_duration_seconds", kHistogram,
     "", kNone, kRegistryChapter, "How long calls took, with their repetitions"},

    {Metric::kHttpRequests, "caas_kafka_http_requests_total", kCounter, "method route status",
     kNone, kHttpChapter, "Requests answered, by the route's pattern"},
    {Metric::kHttpDuration, "caas_kafka_http_request_duration_seconds", kHistogram, "route", kNone,
     kHttpChapter, "From the request's head to the last byte of the answer"},
    {Metric::kHttpConnections, "caas_kafka_http_connections", kGauge, "", kNone, kHttpChapter,
     "Connections open now"},
    {Metric::kHttpConnectionsOpened, "caas_kafka_http_connections_opened_total", kCounter, "",
     kNone, kHttpChapter, "Connections accepted"},
    {Metric::kHttpRefused, "caas_kafka_http_refused_total", kCounter, "reason", kNone, kHttpChapter,
     "Connections and requests turned away before a route saw them"},

    {Metric::kSnapshots, "caas_kafka_snapshots_total", kCounter, "", kNone, kSnapshotChapter,
     "Looks at the cluster that were finished"},
    {Metric::kSnapshotAge, "caas_kafka_snapshot_age_seconds", kGauge, "part", kNone,
     kSnapshotChapter, "Age of what is shown of a part of the cluster's state"},
    {Metric::kSnapshotDuration, "caas_kafka_snapshot_duration_seconds", kGauge, "part", kNone,
     kSnapshotChapter, "How long the last try for that part took"},
    {Metric::kSnapshotFailed, "caas_kafka_snapshot_part_failed", kGauge, "part", kNone,
     kSnapshotChapter, "1 if the last try for that part failed: what is shown is older"},

    {Metric::kBuildInfo, "caas_kafka_build_info", kGauge, "version", kNone, kProcessChapter,
     "Always 1; the label is our version"},
    {Metric::kCertificateExpiry, "caas_kafka_certificate_expiry_timestamp_seconds", kGauge,
     "certificate", kNone, kProcessChapter,
     "When it expires, of the earliest in the file: the setting that names the file is the label"},
    {Metric::kFoldedSeries, "caas_kafka_metrics_folded_series", kGauge, "", kNone, kProcessChapter,
     "Series beyond the bound of their metric, summed under the label value other"},
    {Metric::kProcessCpu, "process_cpu_seconds_total", kCounter, "", kNone, kProcessChapter,
     "Total user and system CPU time spent in seconds"},
    {Metric::kProcessResident, "process_resident_memory_bytes", kGauge, "", kNone, kProcessChapter,
     "Resident memory size in bytes"},
    {Metric::kProcessVirtual, "process_virtual_memory_bytes", kGauge, "", kNone, kProcessChapter,
     "Virtual memory size in bytes"},
    {Metric::kProcessOpenFds, "process_open_fds", kGauge, "", kNone, kProcessChapter,
     "Number of open file descriptors"},
    {Metric::kProcessMaxFds, "process_max_fds", kGauge, "", kNone, kProcessChapter,
     "Maximum number of open file descriptors"},
    {Metric::kProcessThreads, "process_threads", kGauge, "", kNone, kProcessChapter,
     "Number of threads"},
    {Metric::kProcessStart, "process_start_time_seconds", kGauge, "", kNone, kProcessChapter,
     "Start time of the process since unix epoch in seconds"},
}};

constexpr bool inOrder() {
  for (std::size_t i = 0; i < kTable.size(); ++i) {
    if (kTable[i].metric != static_cast<Metric>(i) || kTable[i].help.empty()) {
      return false;
    }
  }
  return true;
}
static_assert(inOrder(), "each metric has its row, in the order of the enum");

}  // namespace

std::string_view toString(MetricKind kind) {
  switch (kind) {
    case MetricKind::kCounter: return "counter";
    case MetricKind::kGauge: return "gauge";
    case MetricKind::kHistogram: return "histogram";
    case MetricKind::kSummary: return "summary";
  }
  return "untyped";
}

std::span<const MetricInfo> allMetrics() { return kTable; }
const MetricInfo& infoOf(Metric metric) { return kTable[static_cast<std::size_t>(metric)]; }

}  // namespace caas::kafka::meters
