#include "consume/lag.hpp"

#include <algorithm>
#include <charconv>

namespace caas::kafka::consume {
namespace {

std::optional<std::string_view> headerOf(const client::RecordHead& record, std::string_view name) {
  const auto found = std::ranges::find(record.headers, name, &Header::name);
  if (found == record.headers.end() || !found->value) {
    return std::nullopt;
  }
  return *found->value;
}

/// When a record of a retry topic is due; nullopt: it is no such record.
std::optional<Timestamp> dueTime(const client::RecordHead& record) {
  const auto text = headerOf(record, kNotBeforeHeader);
  if (!text) {
    return std::nullopt;
  }
  std::int64_t ms = 0;
  const auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), ms);
  if (error != std::errc{} || end != text->data() + text->size()) {
    return std::nullopt;
  }
  return Timestamp{Milliseconds{ms}};
}

Milliseconds ageOf(Timestamp then, Timestamp now) {
  // Clocks differ by a little: the future is now.
  return std::max(now - then, Milliseconds{0});
}

void setAge(PartitionLag& partition, Milliseconds age) {
  partition.age = age;
  partition.ageSource = AgeSource::kRecord;
}

/// The oldest of this group's records that should have been run by now.
void applyRetryHeads(PartitionLag& partition, const client::PartitionHeads& heads, Timestamp now,
                     std::string_view origin, const CompletedOffsets& completed) {
  partition.retry = true;
  std::optional<Milliseconds> overdue;
  for (const client::RecordHead& record : heads.records) {
    const auto due = dueTime(record);
    const bool foreign = headerOf(record, kOriginGroupHeader).value_or(origin) != origin;
    if (due && !foreign && !completed.contains(record.offset)) {
      overdue = std::max(overdue.value_or(Milliseconds{0}), ageOf(*due, now));
    }
  }
  // All that was seen is other groups': what comes after is not known.
  if (overdue || heads.complete) {
    setAge(partition, overdue.value_or(Milliseconds{0}));
  }
}

/// Sums that topics and groups have alike.
template <class Sum, class Part>
void addTo(Sum& sum, const Part& part, bool incomplete) {
  sum.withoutCommit += part.withoutCommit;
  sum.expired += part.expired;
  if (part.age && (!sum.age || *part.age >= *sum.age)) {
    // What is exact for the oldest is exact for the sum; a bound stays a bound.
    const bool bound = sum.ageSource == AgeSource::kAtLeast;
    sum.age = part.age;
    sum.ageSource = bound ? AgeSource::kAtLeast : part.ageSource;
  }
  if (incomplete && sum.age) {
    sum.ageSource = AgeSource::kAtLeast;
  }
  sum.state = std::max(sum.state, part.state);
}

}  // namespace

PartitionLag lagOf(const GroupPartition& id, std::optional<std::int64_t> committed,
                   const PartitionEnds& ends) {
  PartitionLag lag{.topic = id.topic, .partition = id.partition, .committed = committed};
  if (ends.error) {
    lag.error = ends.error;
    return lag;
  }
  lag.startOffset = ends.start;
  lag.endOffset = ends.end;
  if (!committed) {
    lag.withoutCommit = std::max<std::int64_t>(ends.end - ends.start, 0);
    return lag;
  }
  lag.expired = std::max<std::int64_t>(ends.start - *committed, 0);
  lag.records = std::max<std::int64_t>(ends.end - std::max(*committed, ends.start), 0);
  if (*lag.records == 0) {
    setAge(lag, Milliseconds{0});
  }
  return lag;
}

std::string_view retryOrigin(std::string_view group) {
  constexpr std::string_view kSuffix = ".retry";
  return group.size() > kSuffix.size() && group.ends_with(kSuffix)
             ? group.substr(0, group.size() - kSuffix.size())
             : std::string_view{};
}

void applyHeads(PartitionLag& partition, const client::PartitionHeads& heads, Timestamp now,
                std::string_view origin, const CompletedOffsets& completed) {
  if (heads.records.empty()) {
    if (heads.complete) {
      // Only transaction markers and what compaction removed: nothing that a reader would get.
      partition.records = 0;
      setAge(partition, Milliseconds{0});
    }
    return;
  }
  if (!origin.empty() && dueTime(heads.records.front())) {
    applyRetryHeads(partition, heads, now, origin, completed);
    return;
  }
  setAge(partition, ageOf(heads.records.front().timestamp, now));
}

void sumUp(GroupLag& group) {
  group.records = group.expired = group.withoutCommit = 0;
  group.age.reset();
  group.ageSource = AgeSource::kNone;
  group.state = group.topics.empty() ? LagState::kOk : LagState::kUnknown;
  bool groupIncomplete = false;
  for (TopicLag& topic : group.topics) {
    topic.records = topic.expired = topic.withoutCommit = 0;
    topic.age.reset();
    topic.ageSource = AgeSource::kNone;
    topic.state = LagState::kUnknown;
    const bool incomplete = std::ranges::any_of(topic.partitions, [](const PartitionLag& p) {
      return !p.age && p.records.value_or(0) > 0;
    });
    for (const PartitionLag& partition : topic.partitions) {
      topic.records += partition.records.value_or(0);
      addTo(topic, partition, incomplete);
    }
    if (incomplete && topic.age == Milliseconds{0}) {
      // "At least nothing" is no news.
      topic.age.reset();
      topic.ageSource = AgeSource::kNone;
    }
    groupIncomplete = groupIncomplete || incomplete;
    group.records += topic.records;
  }
  for (const TopicLag& topic : group.topics) {
    addTo(group, topic, groupIncomplete);
  }
  if (groupIncomplete && group.age == Milliseconds{0}) {
    group.age.reset();
    group.ageSource = AgeSource::kNone;
  }
}

}  // namespace caas::kafka::consume
