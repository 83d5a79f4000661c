#include "caas/kafka/record_reader.hpp"

#include <algorithm>
#include <chrono>
#include <map>

#include "client/admin.hpp"
#include "client/consumer_client.hpp"
#include "consume/read_bounds.hpp"
#include "core/errors.hpp"

namespace caas::kafka {
namespace {

using client::AdminClient;
using client::ConsumerClient;
using client::PartitionOffset;
using client::TopicPartition;
using consume::kNoStop;
using consume::OffsetMap;

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

class AdminQuestions final : public consume::LogQuestions {
 public:
  explicit AdminQuestions(AdminClient& admin) : admin_(admin) {}
  Result<std::vector<client::TopicDescription>> describeTopics(
      const std::vector<std::string>& topics, const client::CallOptions& options) override {
    return admin_.describeTopics(topics, options);
  }
  Result<std::vector<PartitionOffset>> listOffsets(
      const std::vector<std::pair<TopicPartition, client::OffsetSpec>>& partitions,
      const client::CallOptions& options) override {
    return admin_.listOffsets(partitions, options);
  }

 private:
  AdminClient& admin_;
};

}  // namespace

class RecordReader::Impl {
 public:
  Impl(std::unique_ptr<ConsumerClient> consumer, ReadOptions options, OffsetMap stops, Clock& clock)
      : consumer_(std::move(consumer)),
        options_(std::move(options)),
        stops_(std::move(stops)),
        clock_(clock) {}

  Result<void> start(const OffsetMap& starts) {
    if (options_.group) {
      return consumer_->subscribe(options_.topics);
    }
    for (const auto& [partition, offset] : starts) {
      if (offset < stops_.at(partition)) {
        reading_[partition] = offset;
        waitsForTime_ = waitsForTime_ || (options_.until && stops_.at(partition) == kNoStop);
      }
    }
    bounded_ = options_.untilEnd || options_.until.has_value();
    return reading_.empty() ? Result<void>{} : assignReading();
  }

  Result<std::optional<ReceivedRecord>> poll(Milliseconds wait) {
    const auto end = std::chrono::steady_clock::now() + wait;
    while (!finished()) {
      CAAS_TRY(lookAgainAfterTime());
      const auto left =
          std::chrono::duration_cast<Milliseconds>(end - std::chrono::steady_clock::now());
      CAAS_ASSIGN(auto event, consumer_->poll(std::max(untilTime(left), Milliseconds{0})));
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
  Result<void> assignReading() {
    std::vector<PartitionOffset> assignment;
    for (const auto& [partition, next] : reading_) {
      assignment.push_back({partition, next, std::nullopt});
    }
    return consumer_->assign(assignment);
  }

  /// At most so long that the moment is not missed at which `until` has passed.
  [[nodiscard]] Milliseconds untilTime(Milliseconds wait) const {
    return waitsForTime_ ? std::min(wait, *options_.until - (clock_.now() - consume::kLateRecords))
                         : wait;
  }

  /// Once `until` has passed, the end of a partition is its stop. The client tells an end once, and
  /// what it told before that moment says nothing: assigned anew, it tells them all again.
  Result<void> lookAgainAfterTime() {
    if (!waitsForTime_ || !consume::hasPassed(*options_.until, clock_)) {
      return {};
    }
    CAAS_TRY(assignReading());
    waitsForTime_ = false;
    endIsStop_ = true;
    return {};
  }

  /// Whether the record is before its partition's stop; keeps account of where we are.
  bool take(const ReceivedRecord& record) {
    const TopicPartition partition{record.topic, record.partition};
    if (options_.group) {
      uncommitted_[partition] = record.offset + 1;
      return true;
    }
    const auto reading = reading_.find(partition);
    if (reading == reading_.end()) {
      return false;
    }
    reading->second = record.offset + 1;
    if (options_.until && record.timestamp >= *options_.until) {
      // It came after reading had begun, so that its offset could not be known.
      reading_.erase(reading);
      return false;
    }
    const std::int64_t stop = stops_.at(partition);
    if (record.offset + 1 >= stop) {
      reading_.erase(reading);
    }
    return record.offset < stop;
  }

  /// Transaction markers and compacted records have offsets and never arrive: only the end of the
  /// partition tells that a stop behind them was reached.
  void onEnd(const PartitionOffset& end) {
    const auto reading = reading_.find(end.partition);
    if (reading == reading_.end()) {
      return;
    }
    reading->second = std::max(reading->second, end.offset);
    if (endIsStop_ || end.offset >= stops_.at(end.partition)) {
      reading_.erase(reading);
    }
  }

  std::unique_ptr<ConsumerClient> consumer_;
  const ReadOptions options_;
  const OffsetMap stops_;
  Clock& clock_;
  OffsetMap reading_;          ///< not at their stop yet, and where each goes on
  bool bounded_ = false;       ///< ends some time
  bool waitsForTime_ = false;  ///< a partition stops at the end that it has when `until` has passed
  bool endIsStop_ = false;     ///< and it has passed
  OffsetMap uncommitted_;
};

Result<std::unique_ptr<RecordReader>> RecordReader::open(const Settings& settings,
                                                         ReadOptions options,
                                                         Milliseconds deadline) {
  CAAS_TRY(validate(options));
  CAAS_ASSIGN(const auto admin, AdminClient::create(settings, "reader-admin"));
  AdminQuestions questions(*admin);
  CAAS_ASSIGN(auto bounds, consume::findBounds(questions, options, deadline, systemClock()));
  CAAS_ASSIGN(auto consumer,
              ConsumerClient::create(settings, {.purpose = "reader",
                                                .group = options.group,
                                                .readUncommitted = options.readUncommitted,
                                                .startOffsets = bounds.starts}));
  auto impl = std::make_unique<Impl>(std::move(consumer), std::move(options),
                                     std::move(bounds.stops), systemClock());
  CAAS_TRY(impl->start(bounds.starts));
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
