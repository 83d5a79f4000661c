#include "consume/read_bounds.hpp"

#include <algorithm>
#include <optional>
#include <variant>

#include <fmt/format.h>

#include "core/errors.hpp"
#include "topics/deadline.hpp"

namespace caas::kafka::consume {
namespace {

using client::OffsetSpec;
using client::TopicPartition;

constexpr Milliseconds kLeaderPause{200};

class Asking {
 public:
  Asking(LogQuestions& questions, const ReadOptions& options, Milliseconds deadline, Clock& clock)
      : questions_(questions), options_(options), clock_(clock), deadline_(clock, deadline) {}

  Result<ReadBounds> bounds() {
    // Before the ends are asked for, so that an end of a time that has passed holds all of it.
    const bool passed = options_.until && hasPassed(*options_.until, clock_);
    CAAS_TRY(findPartitions());
    CAAS_ASSIGN(const auto begins, offsetsAt(OffsetSpec::earliest()));
    CAAS_ASSIGN(const auto ends, offsetsAt(OffsetSpec::latest()));
    ReadBounds found;
    CAAS_ASSIGN(found.starts, starts(begins, ends));
    CAAS_ASSIGN(found.stops, stops(ends, passed));
    return found;
  }

 private:
  Result<client::CallOptions> call() const {
    if (deadline_.passed()) {
      return fail(errors::timeout("finding out where to read", deadline_.total()));
    }
    return client::CallOptions{
        .timeout = deadline_.left(), .broker = {}, .readCommitted = !options_.readUncommitted};
  }

  Result<void> findPartitions() {
    CAAS_ASSIGN(const auto call, this->call());
    CAAS_ASSIGN(const auto described, questions_.describeTopics(options_.topics, call));
    for (const auto& topic : described) {
      CAAS_TRY(addPartitionsOf(topic));
    }
    return {};
  }

  Result<void> addPartitionsOf(const client::TopicDescription& topic) {
    if (topic.error) {
      return fail(topic.error->code == ErrorCode::kTopicNotFound ? errors::topicNotFound(topic.name)
                                                                 : *topic.error);
    }
    for (const auto& partition : topic.partitions) {
      if (options_.partitions.empty() ||
          std::ranges::find(options_.partitions, partition.id) != options_.partitions.end()) {
        partitions_.push_back({topic.name, partition.id});
      }
    }
    for (const int wanted : options_.partitions) {
      if (wanted < 0 || wanted >= static_cast<int>(topic.partitions.size())) {
        return fail(
            errors::invalidArgument(fmt::format("topic '{}' has no partition {}, only 0 to {}",
                                                topic.name, wanted, topic.partitions.size() - 1)));
      }
    }
    return {};
  }

  Result<OffsetMap> offsetsAt(OffsetSpec spec) {
    std::vector<std::pair<TopicPartition, OffsetSpec>> wanted;
    for (const auto& partition : partitions_) {
      wanted.emplace_back(partition, spec);
    }
    OffsetMap map;
    for (;;) {
      CAAS_ASSIGN(const auto call, this->call());
      CAAS_ASSIGN(const auto offsets, questions_.listOffsets(wanted, call));
      wanted.clear();
      std::optional<Error> moving;
      for (const auto& [partition, offset, error] : offsets) {
        if (!error) {
          map[partition] = offset;
        } else if (error->retriable) {
          moving = *error;
          wanted.emplace_back(partition, spec);
        } else {
          return fail(*error);
        }
      }
      if (!moving) {
        return map;
      }
      // A leader that has just changed; the others are not asked again.
      if (deadline_.left() <= kLeaderPause) {
        return fail(*std::move(moving));
      }
      clock_.sleepFor(kLeaderPause);
    }
  }

  Result<OffsetMap> starts(const OffsetMap& begins, const OffsetMap& ends) {
    if (std::holds_alternative<FromEarliest>(options_.from)) {
      return begins;
    }
    if (std::holds_alternative<FromLatest>(options_.from)) {
      return ends;
    }
    OffsetMap starts;
    if (const auto* at = std::get_if<FromTime>(&options_.from)) {
      CAAS_ASSIGN(starts, offsetsAt(OffsetSpec::at(at->time)));
      for (auto& [partition, offset] : starts) {
        if (offset < 0) {
          offset = ends.at(partition);
        }
      }
      return starts;
    }
    const std::int64_t wanted = std::get<FromOffset>(options_.from).offset;
    for (const auto& partition : partitions_) {
      starts[partition] = std::clamp(wanted, begins.at(partition), ends.at(partition));
    }
    return starts;
  }

  /// `passed`: no record of before `until` will come any more.
  Result<OffsetMap> stops(const OffsetMap& ends, bool passed) {
    OffsetMap stops;
    for (const auto& partition : partitions_) {
      stops[partition] = options_.untilEnd || passed ? ends.at(partition) : kNoStop;
    }
    if (!options_.until) {
      return stops;
    }
    CAAS_ASSIGN(const auto atTime, offsetsAt(OffsetSpec::at(*options_.until)));
    for (const auto& [partition, offset] : atTime) {
      if (offset >= 0) {
        stops[partition] = std::min(stops[partition], offset);
      }
    }
    return stops;
  }

  LogQuestions& questions_;
  const ReadOptions& options_;
  Clock& clock_;
  const topics::Deadline deadline_;
  std::vector<TopicPartition> partitions_;
};

}  // namespace

bool hasPassed(Timestamp time, const Clock& clock) {
  // No sum with a time that anybody may have given: it could overflow.
  return clock.now() - kLateRecords >= time;
}

Result<ReadBounds> findBounds(LogQuestions& questions, const ReadOptions& options,
                              Milliseconds deadline, Clock& clock) {
  return Asking(questions, options, deadline, clock).bounds();
}

}  // namespace caas::kafka::consume
