#include "topics/scan.hpp"

#include <map>
#include <set>
#include <utility>

#include <fmt/format.h>

#include "client/consumer_client.hpp"
#include "core/errors.hpp"

namespace caas::kafka::topics {
namespace {

constexpr Milliseconds kPollWait{100};
constexpr Milliseconds kCloseWait{2'000};

using Offsets = std::map<client::TopicPartition, std::int64_t>;

Result<Offsets> readOffsets(client::AdminClient& admin,
                            const std::vector<client::TopicPartition>& partitions,
                            client::OffsetSpec spec, const Deadline& deadline) {
  std::vector<std::pair<client::TopicPartition, client::OffsetSpec>> asked;
  asked.reserve(partitions.size());
  for (const client::TopicPartition& partition : partitions) {
    asked.emplace_back(partition, spec);
  }
  CAAS_ASSIGN(const auto answer, admin.listOffsets(asked, deadline.call()));
  Offsets offsets;
  for (const client::PartitionOffset& item : answer) {
    if (item.error) {
      return fail(*item.error);
    }
    offsets[item.partition] = item.offset;
  }
  return offsets;
}

Result<void> readUntilDone(client::ConsumerClient& consumer,
                           std::map<client::TopicPartition, std::int64_t> ends,
                           std::string_view purpose, const Deadline& deadline,
                           const std::function<void(const ReceivedRecord&)>& visit) {
  while (!ends.empty()) {
    if (deadline.passed()) {
      return fail(errors::timeout(fmt::format("reading {}", purpose), deadline.total()));
    }
    CAAS_ASSIGN(const auto event, consumer.poll(deadline.slice(kPollWait)));
    if (event.record) {
      const client::TopicPartition id{event.record->topic, event.record->partition};
      const auto end = ends.find(id);
      if (end == ends.end()) {
        continue;
      }
      if (event.record->offset < end->second) {
        visit(*event.record);
      }
      if (event.record->offset + 1 >= end->second) {
        ends.erase(end);
      }
    } else if (event.partitionEnd) {
      // A transaction's markers and what compaction removed leave gaps: the last offset may hold no
      // record, the end is told all the same.
      ends.erase(event.partitionEnd->partition);
    } else if (event.error && !event.error->retriable) {
      return fail(*event.error);
    }
  }
  return {};
}

}  // namespace

Result<void> scanRecords(const Settings& settings, std::vector<ScanRange> ranges,
                         std::string_view purpose, const Deadline& deadline,
                         const std::function<void(const ReceivedRecord&)>& visit) {
  std::vector<client::PartitionOffset> starts;
  std::map<client::TopicPartition, std::int64_t> ends;
  for (ScanRange& range : ranges) {
    if (range.from < range.to) {
      starts.push_back({.partition = range.partition, .offset = range.from, .error = {}});
      ends.emplace(std::move(range.partition), range.to);
    }
  }
  if (starts.empty()) {
    return {};
  }
  CAAS_ASSIGN(const auto consumer,
              client::ConsumerClient::create(settings, {.purpose = "topics-scan"}));
  CAAS_TRY(consumer->assign(starts));
  auto read = readUntilDone(*consumer, std::move(ends), purpose, deadline, visit);
  // It belongs to no group: a close that fails has nothing to leave behind.
  (void)consumer->close(kCloseWait);
  return read;
}

Result<std::vector<ScanRange>> rangesToEnd(client::AdminClient& admin,
                                           const std::vector<client::TopicPartition>& partitions,
                                           client::OffsetSpec from, const Deadline& deadline) {
  CAAS_ASSIGN(const Offsets starts, readOffsets(admin, partitions, from, deadline));
  CAAS_ASSIGN(const Offsets ends,
              readOffsets(admin, partitions, client::OffsetSpec::latest(), deadline));
  std::vector<ScanRange> ranges;
  for (const auto& [partition, end] : ends) {
    const auto start = starts.find(partition);
    // At a time after the last record there is no offset (-1).
    if (start != starts.end() && start->second >= 0 && start->second < end) {
      ranges.push_back({partition, start->second, end});
    }
  }
  return ranges;
}

}  // namespace caas::kafka::topics
