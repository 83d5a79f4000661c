#include "consume/dispatcher.hpp"

// What becomes of a record when its handler has answered.

#include <algorithm>
#include <cmath>
#include <utility>

#include "core/log.hpp"

namespace caas::kafka::consume {
namespace {

/// How long a copy that could not be published waits for its next try.
constexpr Milliseconds kDivertAgain{1'000};
constexpr int kBlockAttempts = 10;

}  // namespace

std::string_view toString(FailureStage stage) {
  switch (stage) {
    case FailureStage::kDecode: return "decode";
    case FailureStage::kHandle: return "handle";
    case FailureStage::kForward: return "forward";
  }
  return "";
}

bool Dispatcher::settle(Task* task, HandlerResult&& result) {
  running_.remove(task);
  --inHandlers_;
  // A record that is refused for what it is says nothing of a dependency.
  const auto run = task->record.attempt > 1 ? Breaker::Run::kAgain : Breaker::Run::kFirst;
  const auto now = clock_.steadyNow();
  TopicCounts& counts = *task->partition->counts;
  counts.handler.observe(now - task->startedAt);
  if (breaker_->onResult(!asksForRetry(result), run, task->startedAt, now)) {
    breakerHolds_ = false;
    log::warn(breaker_->open() ? "nearly every record fails: pausing" : "records succeed again",
              {{"group", options_.group}, {"last", result.message()}});
  }
  Partition& partition = *task->partition;
  if (partition.state == Partition::State::kGone) {
    ++counts.dropped;
    lanes_.leave(task);
    discard(task);
    return false;
  }
  if (result.kind() == HandlerResult::Kind::kAck) {
    lanes_.leave(task);
    const auto written = task->record.timestamp.time_since_epoch();
    counts.endToEnd.observe(std::max<std::chrono::nanoseconds>(
        now.time_since_epoch() + wallClockAhead_ - written, std::chrono::nanoseconds{0}));
    if (options_.forwarding) {
      stage(task);
    } else {
      ++counts.acked;
      finish(task);
    }
    return false;
  }
  task->staged.reset();  // what a failed handler returned is not written
  if (tryAgainInPlace(*task, result)) {
    ++counts.retried;
    rest(task);
    if (partition.state == Partition::State::kActive) {
      later(task, clock_.now() + backoffOf(task->record.attempt++));
    } else {
      lanes_.leave(task);
      discard(task);
    }
    return false;
  }
  task->stage = result.isUndecodable() ? FailureStage::kDecode : FailureStage::kHandle;
  task->failure = std::move(result);
  task->diverting = true;
  lanes_.leave(task);
  return true;
}

bool Dispatcher::asksForRetry(const HandlerResult& result) const {
  const auto& codes = options_.retry.rejectCodes;
  return result.kind() == HandlerResult::Kind::kRetry &&
         std::ranges::find(codes, result.code()) == codes.end();
}

bool Dispatcher::tryAgainInPlace(const Task& task, const HandlerResult& result) const {
  const auto& retry = options_.retry;
  return retry.mode == RetryMode::kBlock && asksForRetry(result) &&
         task.record.attempt < retry.maxAttempts.value_or(kBlockAttempts);
}

Milliseconds Dispatcher::backoffOf(int attempt) {
  const auto& retry = options_.retry;
  const double grown =
      static_cast<double>(retry.backoff.count()) * std::pow(2.0, std::min(attempt - 1, 30));
  const double base = std::min(grown, static_cast<double>(retry.maxBackoff.count()));
  const double part = static_cast<double>(random_.next() >> 11) * 0x1.0p-53;
  return Milliseconds{static_cast<std::int64_t>(std::ceil(base * (1 + retry.jitter * part)))};
}

void Dispatcher::rest(Task* task) {
  if (std::exchange(task->atWork, false) && --task->partition->atWork == 0 &&
      task->partition->state == Partition::State::kDraining && wakePoller_) {
    wakePoller_();
  }
}

void Dispatcher::finish(Task* task) {
  task->partition->ledger->complete(task->ticket);
  ++task->partition->changes;
  discard(task);
}

void Dispatcher::discard(Task* task) {
  rest(task);
  const auto bytes = static_cast<std::int64_t>(task->bytes);
  --task->partition->tasks;
  --stats_.recordsInFlight;
  stats_.bytesInFlight -= bytes;
  --task->partition->source->records;
  task->partition->source->bytes -= bytes;
  dead_.push(task);
  // Not at the first record that has gone: handing over costs more than a record.
  if (wantRoom_ && stats_.recordsInFlight <= options_.maxInFlight * 3 / 4 &&
      stats_.bytesInFlight <= options_.maxBytesInFlight * 3 / 4 && wakePoller_) {
    wantRoom_ = false;
    wakePoller_();
  }
}

void Dispatcher::later(Task* task, Timestamp due) {
  later_.push_back({due, task});
  std::ranges::push_heap(later_, std::greater<>{});
  ++stats_.waitingForRetry;
  // The poll thread sleeps until the earliest that it knows of.
  if (later_.front().task == task && wakePoller_) {
    wakePoller_();
  }
}

void Dispatcher::divert(Task* task) {
  const FailedRecord failed{.record = &task->record,
                            .kind = task->failure.kind(),
                            .stage = task->stage,
                            .code = task->failure.code(),
                            .message = task->failure.message()};
  if (options_.forwarding) {
    divertInTransaction(task, failed);
    return;
  }
  route_->divert(failed, [self = shared_from_this(), task](Result<FailureOutcome> outcome) {
    self->diverted(task, outcome);
  });
}

void Dispatcher::diverted(Task* task, const Result<FailureOutcome>& outcome) {
  const Burial burial(*this);
  TopicCounts& counts = *task->partition->counts;
  if (task->partition->state == Partition::State::kGone) {
    ++counts.dropped;
    discard(task);
    return;
  }
  if (!outcome) {
    log::warn("a failed record could not be copied, it will be tried again",
              {{"topic", task->record.topic},
               {"partition", task->record.partition},
               {"offset", task->record.offset},
               {"error", outcome.error().describe()}});
    later(task, clock_.now() + kDivertAgain);
    return;
  }
  ++(*outcome == FailureOutcome::kDeadLettered ? counts.deadLettered : counts.retried);
  finish(task);
  wakeWorkers();
}

}  // namespace caas::kafka::consume
