#include "caas/kafka/record_reader.hpp"

#include <algorithm>
#include <chrono>
#include <limits>
#include <map>
#include <set>

#include <fmt/format.h>

#include "client/admin.hpp"
#include "client/consumer_client.hpp"
#include "core/errors.hpp"

namespace caas::kafka {
namespace {

using client::AdminClient;
using client::ConsumerClient;
using client::OffsetSpec;
using client::PartitionOffset;
using client::TopicPartition;

constexpr std::int64_t kNoStop = std::numeric_limits<std::int64_t>::max();

Result<void> validate(const ReadOptions& options) {
  if (options.topics.empty()) {
    return fail(errors::invalidArgument("nothing to read: no topic was given"));
  }
  if (options.group && (options.untilEnd || options.until)) {
    return fail(errors::invalidArgument("a stop cannot be combined with a group",
                                        "Read without a group, or stop after a number of records"));
  }
  if (!options.partitions.empty() && (options.group || options.topics.size() != 1)) {
    return fail(
        errors::invalidArgument("partitions can be chosen for a single topic without a group"));
  }
  return {};
}

/// What one opening asks with: all its questions share one deadline.
struct Asking {
  AdminClient& admin;
  std::chrono::steady_clock::time_point end;
  bool readCommitted = true;
  [[nodiscard]] client::CallOptions options() const {
    const auto left = std::chrono::ceil<Milliseconds>(end - std::chrono::steady_clock::now());
    return {
        .timeout = std::max(left, Milliseconds{1}), .broker = {}, .readCommitted = readCommitted};
  }
};

/// Every partition that will be read.
Result<std::vector<TopicPartition>> partitionsOf(const Asking& asking, const ReadOptions& options) {
  CAAS_ASSIGN(const auto described, asking.admin.describeTopics(options.topics, asking.options()));
  std::vector<TopicPartition> partitions;
  for (const auto& topic : described) {
    if (topic.error) {
      return fail(topic.error->code == ErrorCode::kTopicNotFound ? errors::topicNotFound(topic.name)
                                                                 : *topic.error);
    }
    for (const auto& partition : topic.partitions) {
      if (options.partitions.empty() ||
          std::ranges::find(options.partitions, partition.id) != options.partitions.end()) {
        partitions.push_back({topic.name, partition.id});
      }
    }
    for (const int wanted : options.partitions) {
      if (wanted < 0 || wanted >= static_cast<int>(topic.partitions.size())) {
        return fail(
            errors::invalidArgument(fmt::format("topic '{}' has no partition {}, only 0 to {}",
                                                topic.name, wanted, topic.partitions.size() - 1)));
      }
    }
  }
  return partitions;
}

using OffsetMap = std::map<TopicPartition, std::int64_t>;

Result<OffsetMap> offsetsAt(const Asking& asking, const std::vector<TopicPartition>& partitions,
                            OffsetSpec spec) {
  std::vector<std::pair<TopicPartition, OffsetSpec>> wanted;
  for (const auto& partition : partitions) {
    wanted.emplace_back(partition, spec);
  }
  CAAS_ASSIGN(const auto offsets, asking.admin.listOffsets(wanted, asking.options()));
  OffsetMap map;
  for (const auto& [partition, offset, error] : offsets) {
    if (error) {
      return fail(*error);
    }
    map[partition] = offset;
  }
  return map;
}

/// Beginnings and ends of all partitions, and what lies between for a start or a stop.
struct Bounds {
  OffsetMap begin;
  OffsetMap end;
};

Result<OffsetMap> startsOf(const Asking& asking, const std::vector<TopicPartition>& partitions,
                           const ReadFrom& from, const Bounds& bounds) {
  if (std::holds_alternative<FromEarliest>(from)) {
    return bounds.begin;
  }
  if (std::holds_alternative<FromLatest>(from)) {
    return bounds.end;
  }
  OffsetMap starts;
  if (const auto* at = std::get_if<FromTime>(&from)) {
    CAAS_ASSIGN(starts, offsetsAt(asking, partitions, OffsetSpec::at(at->time)));
    for (auto& [partition, offset] : starts) {
      if (offset < 0) {
        offset = bounds.end.at(partition);
      }
    }
    return starts;
  }
  const std::int64_t wanted = std::get<FromOffset>(from).offset;
  for (const auto& partition : partitions) {
    starts[partition] = std::clamp(wanted, bounds.begin.at(partition), bounds.end.at(partition));
  }
  return starts;
}

/// Where each partition stops; kNoStop: never.
Result<OffsetMap> stopsOf(const Asking& asking, const std::vector<TopicPartition>& partitions,
                          const ReadOptions& options, const Bounds& bounds) {
  OffsetMap stops;
  for (const auto& partition : partitions) {
    stops[partition] = options.untilEnd ? bounds.end.at(partition) : kNoStop;
  }
  if (!options.until) {
    return stops;
  }
  CAAS_ASSIGN(const auto atTime, offsetsAt(asking, partitions, OffsetSpec::at(*options.until)));
  for (const auto& [partition, offset] : atTime) {
    if (offset >= 0) {
      stops[partition] = std::min(stops[partition], offset);
    }
  }
  return stops;
}

}  // namespace

class RecordReader::Impl {
 public:
  Impl(std::unique_ptr<ConsumerClient> consumer, ReadOptions options, OffsetMap stops)
      : consumer_(std::move(consumer)), options_(std::move(options)), stops_(std::move(stops)) {}

  Result<void> start(const OffsetMap& starts) {
    if (options_.group) {
      return consumer_->subscribe(options_.topics);
    }
    std::vector<PartitionOffset> assignment;
    for (const auto& [partition, offset] : starts) {
      if (offset < stops_.at(partition)) {
        assignment.push_back({partition, offset, std::nullopt});
        reading_.insert(partition);
      }
    }
    bounded_ = options_.untilEnd || options_.until.has_value();
    return assignment.empty() ? Result<void>{} : consumer_->assign(assignment);
  }

  Result<std::optional<ReceivedRecord>> poll(Milliseconds wait) {
    const auto end = std::chrono::steady_clock::now() + wait;
    while (!finished()) {
      const auto left =
          std::chrono::duration_cast<Milliseconds>(end - std::chrono::steady_clock::now());
      CAAS_ASSIGN(auto event, consumer_->poll(std::max(left, Milliseconds{0})));
      if (event.record && take(*event.record)) {
        return std::move(event.record);
      }
      for (const auto& partition : event.revoked) {
        // Another member goes on there; a commit of ours would set it back.
        uncommitted_.erase(partition);
      }
      if (event.partitionEnd) {
        onEnd(*event.partitionEnd);
      }
      if (event.error && !event.error->retriable) {
        return fail(*std::move(event.error));
      }
      if (left <= Milliseconds{0}) {
        break;
      }
    }
    return std::nullopt;
  }

  [[nodiscard]] bool finished() const { return bounded_ && reading_.empty(); }

  Result<void> commit(Milliseconds deadline) {
    if (!options_.group) {
      return fail(errors::invalidArgument("this reader has no group to commit for"));
    }
    std::vector<PartitionOffset> offsets;
    for (const auto& [partition, next] : uncommitted_) {
      offsets.push_back({partition, next, std::nullopt});
    }
    CAAS_TRY(consumer_->commit(offsets, deadline));
    uncommitted_.clear();
    return {};
  }

  Result<void> close(Milliseconds deadline) { return consumer_->close(deadline); }

 private:
  /// Whether the record is before its partition's stop; keeps account of where we are.
  bool take(const ReceivedRecord& record) {
    const TopicPartition partition{record.topic, record.partition};
    if (options_.group) {
      uncommitted_[partition] = record.offset + 1;
      return true;
    }
    if (!reading_.contains(partition)) {
      return false;
    }
    if (options_.until && record.timestamp >= *options_.until) {
      // It came after reading had begun, so that its offset could not be known.
      reading_.erase(partition);
      return false;
    }
    const std::int64_t stop = stops_.at(partition);
    if (record.offset + 1 >= stop) {
      reading_.erase(partition);
    }
    return record.offset < stop;
  }

  /// Transaction markers and compacted records have offsets and never arrive: only the end of the
  /// partition tells that a stop behind them was reached.
  void onEnd(const PartitionOffset& end) {
    if (!options_.group && end.offset >= stops_.at(end.partition)) {
      reading_.erase(end.partition);
    }
  }

  std::unique_ptr<ConsumerClient> consumer_;
  const ReadOptions options_;
  const OffsetMap stops_;
  std::set<TopicPartition> reading_;
  bool bounded_ = false;
  OffsetMap uncommitted_;
};

Result<std::unique_ptr<RecordReader>> RecordReader::open(const Settings& settings,
                                                         ReadOptions options,
                                                         Milliseconds deadline) {
  CAAS_TRY(validate(options));
  CAAS_ASSIGN(const auto admin, AdminClient::create(settings, "reader-admin"));
  const Asking asking{.admin = *admin,
                      .end = std::chrono::steady_clock::now() + deadline,
                      .readCommitted = !options.readUncommitted};
  CAAS_ASSIGN(const auto partitions, partitionsOf(asking, options));
  Bounds bounds;
  CAAS_ASSIGN(bounds.begin, offsetsAt(asking, partitions, OffsetSpec::earliest()));
  CAAS_ASSIGN(bounds.end, offsetsAt(asking, partitions, OffsetSpec::latest()));
  CAAS_ASSIGN(const auto starts, startsOf(asking, partitions, options.from, bounds));
  CAAS_ASSIGN(auto stops, stopsOf(asking, partitions, options, bounds));
  CAAS_ASSIGN(auto consumer,
              ConsumerClient::create(settings, {.purpose = "reader",
                                                .group = options.group,
                                                .readUncommitted = options.readUncommitted,
                                                .startOffsets = starts}));
  auto impl = std::make_unique<Impl>(std::move(consumer), std::move(options), std::move(stops));
  CAAS_TRY(impl->start(starts));
  return std::unique_ptr<RecordReader>(new RecordReader(std::move(impl)));
}

RecordReader::RecordReader(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
RecordReader::~RecordReader() = default;
Result<std::optional<ReceivedRecord>> RecordReader::poll(Milliseconds wait) {
  return impl_->poll(wait);
}
bool RecordReader::finished() const { return impl_->finished(); }
Result<void> RecordReader::commit(Milliseconds deadline) { return impl_->commit(deadline); }
Result<void> RecordReader::close(Milliseconds deadline) { return impl_->close(deadline); }

}  // namespace caas::kafka
