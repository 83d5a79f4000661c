#include "retry/testing_route.hpp"

#include <algorithm>
#include <utility>

#include "caas/kafka/partition_strategy.hpp"
#include "retry/failure_way.hpp"

namespace caas::kafka::retry {

using consume::FailureOutcome;

thread_local HandledRecord* TesterNotes::current_ = nullptr;

HandledRecord TesterNotes::describe(const ConsumedRecord& record,
                                    const HandlerResult& result) const {
  HandledRecord run;
  run.topic = record.topic;
  run.partition = record.partition;
  run.offset = record.offset;
  run.key = record.key;
  run.value = record.value;
  run.attempt = record.attempt;
  run.at = clock.now();
  run.result = result;
  // A failure that no copy is made of stays in its place.
  run.next = result.kind() == HandlerResult::Kind::kAck ? HandledRecord::Next::kDone
                                                        : HandledRecord::Next::kAgainInPlace;
  return run;
}

std::vector<HandledRecord> TesterNotes::takeRuns() {
  const std::lock_guard lock(mutex_);
  return std::exchange(runs_, {});
}

void TesterNotes::waitForRun(std::chrono::steady_clock::time_point until) {
  std::unique_lock lock(mutex_);
  answered_.wait_until(lock, until, [this] { return !runs_.empty(); });
}

void TesterNotes::write(ReceivedRecord record, int partitions, bool comesBack) {
  const std::lock_guard lock(mutex_);
  record.partition = record.key ? PartitionStrategy::partitionFor(*record.key, partitions) : 0;
  record.offset = ends_[{record.topic, record.partition}]++;
  record.timestamp = clock.now();
  if (comesBack) {
    comingBack_.push_back(record);
  }
  auto& topic = written_[record.topic];
  topic.push_back(std::move(record));
}

std::deque<ReceivedRecord> TesterNotes::takeComingBack() {
  const std::lock_guard lock(mutex_);
  return std::exchange(comingBack_, {});
}

std::vector<ReceivedRecord> TesterNotes::written(std::string_view topic) const {
  const std::lock_guard lock(mutex_);
  const auto found = written_.find(topic);
  return found == written_.end() ? std::vector<ReceivedRecord>{} : found->second;
}

int TesterRoute::partitionsOf(const Catalog& catalog, std::string_view topic) {
  const auto owner = catalog.ownerOf(topic);
  return owner ? std::max(owner->definition->partitions, 1) : 1;
}

void TesterRoute::write(OutputRecord record, std::optional<FailureOutcome> failure) {
  const bool comesBack = readRetries_ && failure == FailureOutcome::kRetryLater;
  const int partitions = partitionsOf(*catalog_, record.topic);
  ReceivedRecord written;
  written.topic = std::move(record.topic);
  written.key = std::move(record.key);
  written.value = std::move(record.value);
  written.headers = std::move(record.headers);
  notes_->write(std::move(written), partitions, comesBack);
}

consume::FailureCopy TesterRoute::copyOf(const consume::FailedRecord& failed) {
  const ConsumedRecord& record = *failed.record;
  auto& clock = notes_->clock;
  auto parsed = parseFailureHeaders(record.headers);
  auto headers = continuesWay(parsed, record, group_)
                     ? std::move(parsed.headers)
                     : beginWay(record, group_, clock, notes_->random);
  const auto step = goOn(headers, failed, policy_, clock, notes_->random);
  if (auto* const run = TesterNotes::current()) {
    run->next = step.reason ? HandledRecord::Next::kDlq : HandledRecord::Next::kRetryTopic;
    run->copiedTo = step.topic;
    run->delay = step.reason ? Milliseconds{0} : step.notBefore - headers.lastFailedAt;
    run->reason = step.reason;
  }
  consume::FailureCopy copy;
  copy.outcome = step.reason ? FailureOutcome::kDeadLettered : FailureOutcome::kRetryLater;
  copy.record.topic = step.topic;
  copy.record.key = record.key;
  copy.record.value = record.value;
  const CopyHeaders all(record.headers, headers);
  for (const auto& header : all.views()) {
    copy.record.headers.push_back(
        {std::string(header.name),
         header.value ? std::optional<std::string>(*header.value) : std::nullopt});
  }
  return copy;
}

void TesterRoute::divert(const consume::FailedRecord& failed, Done done) {
  auto copy = copyOf(failed);
  write(std::move(copy.record), copy.outcome);
  done(copy.outcome);
}

void TesterRoute::prepare(const consume::FailedRecord& failed, Prepared done) {
  done(copyOf(failed));
}

}  // namespace caas::kafka::retry
