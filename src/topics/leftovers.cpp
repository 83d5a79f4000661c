#include "topics/leftovers.hpp"

#include <algorithm>

#include "core/errors.hpp"
#include "topics/scan.hpp"
#include "topics/wanted.hpp"

namespace caas::kafka::topics {
namespace {

constexpr std::string_view kRetry = "internal.retry";
constexpr std::string_view kDlq = "internal.dlq";
// Retry records are taken by a second consumer of the group that failed (design 5.8).
constexpr std::string_view kRetrySuffix = ".retry";

bool holdsFailedRecords(std::string_view topic) {
  return topic == kDlq || topic == kRetry ||
         (topic.starts_with(kRetry) && topic.substr(kRetry.size()).starts_with('.'));
}

std::vector<client::TopicPartition> partitionsToRead(const Context& context,
                                                     const client::ClusterMetadata& metadata) {
  std::vector<client::TopicPartition> partitions;
  for (const TopicDefinition* definition : context.catalog.ofCategory(TopicCategory::kInternal)) {
    const auto* topic = findTopic(metadata, definition->pattern);
    if (topic == nullptr || !holdsFailedRecords(topic->name)) {
      continue;
    }
    for (const client::PartitionInfo& partition : topic->partitions) {
      partitions.push_back({topic->name, partition.id});
    }
  }
  return partitions;
}

}  // namespace

std::int64_t notYetTaken(const std::map<client::TopicPartition, std::vector<std::int64_t>>& entries,
                         const std::vector<client::PartitionOffset>& committed) {
  std::int64_t waiting = 0;
  for (const auto& [partition, offsets] : entries) {
    const auto found = std::ranges::find(committed, partition, &client::PartitionOffset::partition);
    const std::int64_t taken = found == committed.end() ? 0 : found->offset;
    waiting += std::ranges::count_if(offsets, [&](std::int64_t offset) { return offset >= taken; });
  }
  return waiting;
}

Result<Leftovers> countLeftovers(const Context& context, const client::ClusterMetadata& metadata,
                                 const TopicNames& topics, const Deadline& deadline) {
  const auto partitions = partitionsToRead(context, metadata);
  if (partitions.empty()) {
    return Leftovers{};
  }
  CAAS_ASSIGN(auto ranges,
              rangesToEnd(context.admin, partitions, client::OffsetSpec::earliest(), deadline));
  Leftovers leftovers;
  RetryEntries retries;
  CAAS_TRY(scanRecords(
      context.settings, std::move(ranges), "the retry topics and the DLQ", deadline,
      [&](const ReceivedRecord& record) {
        const auto origin = record.header("caas.origin.topic");
        if (!origin || !topics.contains(*origin)) {
          return;
        }
        if (record.topic == kDlq) {
          ++leftovers.dlqEntries;
          return;
        }
        const auto group = record.header("caas.origin.group").value_or("");
        retries[std::string(group).append(kRetrySuffix)][{record.topic, record.partition}]
            .push_back(record.offset);
      }));

  for (const auto& [group, entries] : retries) {
    std::vector<client::TopicPartition> read;
    for (const auto& [partition, offsets] : entries) {
      read.push_back(partition);
    }
    const auto committed = context.admin.listGroupOffsets(group, read, deadline.call());
    if (!committed && committed.error().code != ErrorCode::kGroupNotFound) {
      return fail(committed.error());
    }
    leftovers.retryEntries +=
        notYetTaken(entries, committed ? *committed : std::vector<client::PartitionOffset>{});
  }
  return leftovers;
}

}  // namespace caas::kafka::topics
