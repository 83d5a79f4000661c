#include "retry/testing_route.hpp"

#include <algorithm>
#include <utility>

#include "caas/kafka/partition_strategy.hpp"
#include "retry/failure_headers.hpp"

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
  const Timestamp now = notes_->clock.now();
  const auto step = nextStep(
      policy_,
      {.kind = failed.kind, .stage = failed.stage, .code = failed.code, .attempt = record.attempt},
      notes_->clock, notes_->random);
  // As the failure router: headers continue a way only if they are of this very record's.
  auto parsed = parseFailureHeaders(record.headers);
  FailureHeaders headers;
  const auto& origin = parsed.headers.origin;
  if (parsed.state == FailureHeadersState::kCurrent && !parsed.headers.reason &&
      origin.topic == record.topic && origin.partition == record.partition &&
      origin.offset == record.offset && origin.group == group_) {
    headers = std::move(parsed.headers);
  } else {
    headers.id = makeId(notes_->clock, notes_->random);
    headers.firstFailedAt = now;
    headers.origin = {.topic = std::string(record.topic),
                      .partition = record.partition,
                      .offset = record.offset,
                      .timestamp = record.timestamp,
                      .group = group_};
  }
  const auto stage = consume::toString(failed.stage);
  headers.reason = step.reason;
  headers.attempt = step.reason ? record.attempt : record.attempt + 1;
  headers.tier = step.reason ? headers.tier : step.tier;
  headers.notBefore = step.notBefore;
  headers.lastFailedAt = now;
  headers.error = {.code = std::string(failed.code),
                   .message = std::string(failed.message),
                   .stage = std::string(stage),
                   .fingerprint = fingerprintOf(failed.code, stage, failed.message)};
  if (auto* const run = TesterNotes::current()) {
    run->next = step.reason ? HandledRecord::Next::kDlq : HandledRecord::Next::kRetryTopic;
    run->copiedTo = step.topic;
    run->delay = step.reason ? Milliseconds{0} : step.notBefore - now;
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
