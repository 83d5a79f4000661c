#include "metrics/snapshot_meter.hpp"

#include <chrono>
#include <string>

namespace caas::kafka::metrics {
namespace {

using meters::MeterReport;
using meters::Metric;

double seconds(std::chrono::nanoseconds time) {
  return std::chrono::duration<double>(time).count();
}
double number(std::int64_t value) { return static_cast<double>(value); }

void tellCluster(const ClusterSnapshot& snapshot, MeterReport& report) {
  report.add(Metric::kHealthStatus, {toString(snapshot.health.status)}, 1);
  for (const auto status :
       {HealthStatus::kHealthy, HealthStatus::kDegraded, HealthStatus::kUnhealthy}) {
    report.add(Metric::kHealthStatus, {toString(status)}, 0);
  }
  const ClusterDetails& cluster = snapshot.stats.cluster;
  if (!cluster.clusterId.empty()) {
    report.add(Metric::kClusterInfo, {cluster.clusterId}, 1);
  }
  report.add(Metric::kBrokers, {}, cluster.brokers);
  report.add(Metric::kBrokersOffline, {}, cluster.offlineBrokers);
  report.add(Metric::kControllerId, {}, cluster.controllerId.value_or(-1));
  for (const BrokerHealth& broker : snapshot.health.details.brokers) {
    const auto id = std::to_string(broker.nodeId);
    report.add(Metric::kBrokerUp, {id}, broker.healthy ? 1 : 0);
    if (broker.healthy) {
      report.add(Metric::kBrokerLatency, {id}, seconds(broker.latency));
    }
  }
  if (const auto& registry = snapshot.health.details.registry) {
    report.add(Metric::kRegistryUp, {}, registry->up ? 1 : 0);
    report.add(Metric::kRegistryLatency, {}, seconds(registry->latency));
  }
  report.add(Metric::kTenants, {}, number(std::ssize(snapshot.tenants)));
  report.add(Metric::kTenantsIncomplete, {}, 0);
  for (const TenantInfo& tenant : snapshot.tenants) {
    report.add(Metric::kTenantsIncomplete, {}, tenant.missingTopics.empty() ? 0 : 1);
  }
}

void tellPartitions(const TopicSnapshot& topic, MeterReport& report) {
  for (const PartitionSnapshot& partition : topic.partitions) {
    const auto id = std::to_string(partition.partition);
    report.add(Metric::kPartitionLeader, {topic.info.name, id}, partition.leader.value_or(-1));
    report.add(Metric::kPartitionInSync, {topic.info.name, id},
               number(std::ssize(partition.inSync)));
    if (partition.startOffset) {
      report.add(Metric::kPartitionStart, {topic.info.name, id}, number(*partition.startOffset));
    }
    if (partition.endOffset) {
      report.add(Metric::kPartitionEnd, {topic.info.name, id}, number(*partition.endOffset));
    }
  }
}

void tellTopics(const ClusterSnapshot& snapshot, bool perPartition, MeterReport& report) {
  for (const auto category :
       {TopicCategory::kPlatform, TopicCategory::kTenant, TopicCategory::kInternal}) {
    report.add(Metric::kTopics, {toString(category)}, 0);
  }
  report.add(Metric::kTopics, {"foreign"}, 0);
  if (const auto& topics = snapshot.health.details.topics) {
    report.add(Metric::kTopicsMissing, {}, topics->missingTopics);
  }
  for (const TopicSnapshot& topic : snapshot.topics) {
    const TopicInfo& info = topic.info;
    report.add(Metric::kTopics, {info.category ? toString(*info.category) : "foreign"}, 1);
    report.add(Metric::kTopicPartitions, {info.name}, info.partitions);
    report.add(Metric::kTopicUnderReplicated, {info.name}, info.underReplicatedPartitions);
    report.add(Metric::kTopicUnderMinIsr, {info.name}, topic.underMinIsrPartitions);
    report.add(Metric::kTopicOffline, {info.name}, info.offlinePartitions);
    report.add(Metric::kTopicDrift, {info.name}, number(std::ssize(topic.drift)));
    report.add(Metric::kTopicRecords, {info.name}, number(topic.records));
    if (perPartition) {
      tellPartitions(topic, report);
    }
  }
}

void tellLag(const GroupLag& group, bool perPartition, MeterReport& report) {
  for (const TopicLag& topic : group.topics) {
    report.add(Metric::kLagRecords, {group.group, topic.topic}, number(topic.records));
    report.add(Metric::kLagExpired, {group.group, topic.topic}, number(topic.expired));
    report.most(Metric::kLagState, {group.group, topic.topic}, static_cast<int>(topic.state));
    if (topic.age) {
      report.most(Metric::kLagSeconds, {group.group, topic.topic}, seconds(*topic.age));
    }
    for (const PartitionLag& partition : topic.partitions) {
      if (perPartition && partition.records) {
        report.add(Metric::kPartitionLagRecords,
                   {group.group, topic.topic, std::to_string(partition.partition)},
                   number(*partition.records));
      }
    }
  }
}

void tellGroups(const ClusterSnapshot& snapshot, bool perPartition, MeterReport& report) {
  for (const GroupSummary& group : snapshot.groups) {
    report.add(Metric::kGroups, {group.state}, 1);
    if (group.members) {
      report.add(Metric::kGroupMembers, {group.id}, *group.members);
    }
  }
  for (const GroupLag& group : snapshot.lag.groups) {
    tellLag(group, perPartition, report);
  }
  report.add(Metric::kLagUnknown, {}, number(std::ssize(snapshot.lag.failures)));
  if (snapshot.deadLetters && snapshot.deadLetteredEver) {
    report.add(Metric::kDeadLetters, {}, number(*snapshot.deadLetters));
    report.add(Metric::kDeadLettersWritten, {}, number(*snapshot.deadLetteredEver));
  }
}

void tellParts(const ClusterSnapshot& snapshot, Timestamp now, MeterReport& report) {
  report.add(Metric::kSnapshots, {}, static_cast<double>(snapshot.number));
  for (const auto& [part, state] : snapshot.parts) {
    const auto name = toString(part);
    report.add(Metric::kSnapshotDuration, {name}, seconds(state.took));
    report.add(Metric::kSnapshotFailed, {name}, state.failure ? 1 : 0);
    if (state.takenAt != Timestamp{}) {
      report.add(Metric::kSnapshotAge, {name}, seconds(now - state.takenAt));
    }
  }
}

}  // namespace

void tellSnapshot(const ClusterSnapshot& snapshot, Timestamp now, bool perPartition,
                  MeterReport& report) {
  if (snapshot.number == 0) {
    return;
  }
  tellParts(snapshot, now, report);
  tellCluster(snapshot, report);
  tellTopics(snapshot, perPartition, report);
  tellGroups(snapshot, perPartition, report);
}

}  // namespace caas::kafka::metrics
