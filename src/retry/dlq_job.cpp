#include "retry/dlq_job.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "core/errors.hpp"
#include "core/log.hpp"
#include "retry/failure_router.hpp"

namespace caas::kafka::retry {
namespace {

using client::TransactionRemedy;
using std::chrono::steady_clock;

constexpr std::size_t kBatchRecords = 500;
constexpr std::int64_t kBatchBytes = 8LL * 1024 * 1024;
constexpr std::size_t kShownFailures = 20;
constexpr Milliseconds kTakeOver{60'000};
constexpr Milliseconds kBetweenTries{200};
constexpr Milliseconds kWaitSlice{100};
// The other one announces itself right after it has fenced us.
constexpr Milliseconds kWhoTookOver{20'000};
constexpr std::string_view kTakenOver = "taken over by";
// Without a batch between them.
constexpr int kRecoveries = 5;

std::int64_t bytesOf(const ReceivedRecord& record) {
  std::size_t bytes =
      (record.key ? record.key->size() : 0) + (record.value ? record.value->size() : 0);
  for (const auto& header : record.headers) {
    bytes += header.name.size() + (header.value ? header.value->size() : 0);
  }
  return static_cast<std::int64_t>(bytes);
}

std::optional<std::string_view> viewOf(const std::optional<std::string>& text) {
  return text ? std::optional<std::string_view>(*text) : std::nullopt;
}

}  // namespace

std::size_t Pace::batch(std::size_t most) const {
  constexpr double kBatchesPerSecond = 4;
  return perSecond_ ? std::clamp(static_cast<std::size_t>(*perSecond_ / kBatchesPerSecond),
                                 std::size_t{1}, most)
                    : most;
}

std::chrono::nanoseconds Pace::wait(steady_clock::time_point now) const {
  return next_ && *next_ > now ? *next_ - now : std::chrono::nanoseconds{0};
}

void Pace::begin(std::size_t records, steady_clock::time_point now) {
  if (!perSecond_) {
    return;
  }
  constexpr std::chrono::minutes kMadeUpFor{1};
  constexpr double kFaster = 1.08;
  const auto nanoseconds = [&](double rate) {
    return std::chrono::duration_cast<std::chrono::nanoseconds>(
        std::chrono::duration<double>(static_cast<double>(records) / rate));
  };
  due_ = std::max(due_.value_or(now), now - kMadeUpFor) + nanoseconds(*perSecond_);
  next_ = std::max(*due_, now + nanoseconds(*perSecond_ * kFaster));
}

DlqJob::DlqJob(DlqJobContext context, DlqJobKind kind, DlqJobOptions options)
    : context_(context),
      kind_(kind),
      options_(std::move(options)),
      copySettings_(copySettings(context.settings)),
      reader_(context.settings, context.topics),
      pace_(options_.ratePerSecond),
      begun_(context.clock.now()) {
  report_.jobId = makeId(context_.clock, context_.random);
  report_.dryRun = options_.dryRun;
}

Result<DlqJobReport> DlqJob::run(const DlqFilter& filter) {
  const ReadingTime time{.stall = options_.stallTimeout};
  if (options_.dryRun) {
    CAAS_ASSIGN(ledger_, reader_.readLedger(time));
  } else if (auto mine = takeOver(); !mine) {
    return fail(ended(std::move(mine).error()));
  }
  auto read = reader_.readDlq(
      filter, time, [&](const ReceivedRecord& record) { return onRecord(filter, record); });
  if (!read) {
    return fail(ended(std::move(read).error()));
  }
  if (auto committed = commitBatch(); !committed) {
    return fail(ended(std::move(committed).error()));
  }
  return report_;
}

Result<void> DlqJob::takeOver() {
  CAAS_ASSIGN(client_, client::TransactionalClient::create(
                           copySettings_,
                           {.transactionalId = context_.topics.transactionalId, .purpose = "dlq"}));
  CAAS_TRY(client_->init(std::max(options_.stallTimeout, kTakeOver)));
  const auto begin = steady_clock::now();
  for (;;) {
    auto announced = stageJob();
    if (announced) {
      break;
    }
    const bool again = client_->remedy() == TransactionRemedy::kAbort &&
                       steady_clock::now() - begin < options_.stallTimeout;
    if (!again) {
      return announced;
    }
    CAAS_TRY(client_->abort(options_.stallTimeout));
    context_.clock.sleepFor(kBetweenTries);
  }
  // Only now, when nobody else can write any more, does its end hold still.
  CAAS_ASSIGN(ledger_, reader_.readLedger({.stall = options_.stallTimeout}));
  return {};
}

Result<void> DlqJob::stageJob() {
  CAAS_TRY(client_->begin());
  const std::string value = ledgerValue(ledgerRecord(DlqState::kOpen));
  CAAS_TRY(client_->produce({.topic = context_.topics.ledger, .key = kJobKey, .value = value}));
  return client_->commit(options_.stallTimeout);
}

LedgerRecord DlqJob::ledgerRecord(DlqState state) const {
  return {.state = state,
          .jobId = report_.jobId,
          .by = options_.by,
          .at = context_.clock.now(),
          .entryId = {}};
}

Result<bool> DlqJob::onRecord(const DlqFilter& filter, const ReceivedRecord& record) {
  progress();
  if (stopping() || askedToStop()) {
    return false;
  }
  auto read = readEntry(record, context_.catalog, &ledger_);
  if (!matchesBut(filter, read.entry)) {
    return true;
  }
  if (read.entry.state != DlqState::kOpen) {
    ++report_.alreadyDone;
    return true;
  }
  ++report_.matched;
  if (auto reason = whyNot(read, record)) {
    failed(read.entry.id, *std::move(reason));
    return !stopping();
  }
  CAAS_TRY(add(std::move(read), record));
  return !stopping();
}

std::optional<Error> DlqJob::whyNot(const ReadEntry& read, const ReceivedRecord& record) const {
  if (kind_ == DlqJobKind::kDiscard) {
    return std::nullopt;
  }
  if (!read.entry.problem.empty()) {
    return errors::invalidArgument(
        fmt::format("DLQ entry {} cannot be redriven: {}", read.entry.id, read.entry.problem),
        "It can be discarded");
  }
  if (read.headers.originBytes && !record.value) {
    return errors::invalidArgument(
        fmt::format("DLQ entry {} cannot be redriven: it only points to a record of {} bytes at "
                    "partition {} offset {} of '{}'",
                    read.entry.id, *read.headers.originBytes, read.entry.partition,
                    read.entry.offset, read.entry.topic),
        "Handle it at its origin, then discard the entry");
  }
  return std::nullopt;
}

Result<void> DlqJob::add(ReadEntry read, const ReceivedRecord& record) {
  // A failed record may lie in the DLQ twice (its consumer died before it committed): the second is
  // done with the first.
  auto mark =
      ledgerRecord(kind_ == DlqJobKind::kRedrive ? DlqState::kRedriven : DlqState::kDiscarded);
  ledger_.entries.insert_or_assign(read.ledgerKey, std::move(mark));
  if (options_.dryRun) {
    ++report_.done;
    return {};
  }
  Item item{.read = std::move(read), .record = {}};
  if (kind_ == DlqJobKind::kRedrive) {
    item.record = record;
    batchBytes_ += bytesOf(record);
  }
  batch_.push_back(std::move(item));
  if (batch_.size() >= pace_.batch(kBatchRecords) || batchBytes_ >= kBatchBytes) {
    return commitBatch();
  }
  return {};
}

Result<void> DlqJob::commitBatch() {
  if (batch_.empty()) {
    return {};
  }
  CAAS_TRY(waitForTurn());
  if (report_.stoppedByCaller) {
    batch_.clear();
    return {};
  }
  pace_.begin(batch_.size(), context_.clock.steadyNow());
  const auto begin = steady_clock::now();
  while (!batch_.empty()) {
    auto written = writeBatch();
    if (written) {
      break;
    }
    CAAS_TRY(afterFailure(std::move(written).error(), begin));
  }
  recoveries_ = 0;
  report_.done += static_cast<std::int64_t>(batch_.size());
  batch_.clear();
  batchBytes_ = 0;
  if (options_.onProgress) {
    options_.onProgress(
        {.matched = report_.matched, .done = report_.done, .failed = report_.failed});
  }
  return {};
}

Result<void> DlqJob::waitForTurn() {
  for (;;) {
    const auto wait = pace_.wait(context_.clock.steadyNow());
    if (askedToStop() || wait <= std::chrono::nanoseconds{0}) {
      return {};
    }
    context_.clock.sleepFor(std::min<std::chrono::nanoseconds>(wait, kWaitSlice));
  }
}

Result<void> DlqJob::writeBatch() {
  CAAS_TRY(client_->begin());
  for (std::size_t i = 0; i < batch_.size();) {
    auto staged = stage(batch_[i], i);
    if (staged) {
      ++i;
      continue;
    }
    if (staged.error().code != ErrorCode::kRecordTooLarge) {
      return staged;
    }
    // Refused before it was part of the transaction: the others go on without it.
    failed(batch_[i].read.entry.id, std::move(staged).error());
    batch_.erase(batch_.begin() + static_cast<std::ptrdiff_t>(i));
  }
  return client_->commit(options_.stallTimeout);
}

Result<void> DlqJob::stage(const Item& item, std::uint64_t token) {
  const auto& entry = item.read.entry;
  auto mark = ledgerRecord(doneState());
  mark.entryId = entry.id;
  if (kind_ == DlqJobKind::kRedrive) {
    FailureHeaders headers = item.read.headers;
    headers.origin.group = options_.toGroup.value_or(headers.origin.group);
    headers.attempt = 1;
    headers.tier = 1;
    headers.notBefore = mark.at;
    headers.reason.reset();
    headers.originBytes.reset();
    headers.redrive = {
        .id = report_.jobId, .count = headers.redrive.count + 1, .by = options_.by, .at = mark.at};
    const auto own = viewsOf(item.record.headers);
    const CopyHeaders copy(own, headers);
    CAAS_TRY(client_->produce({.topic = context_.topics.retry,
                               .key = viewOf(item.record.key),
                               .value = viewOf(item.record.value),
                               .headers = copy.views()},
                              token));
  }
  const std::string value = ledgerValue(mark);
  return client_->produce(
      {.topic = context_.topics.ledger, .key = item.read.ledgerKey, .value = value}, token);
}

/// Returns when the batch may be tried again.
Result<void> DlqJob::afterFailure(Error error, steady_clock::time_point begin) {
  const bool outcomeUnknown = client_->remedy() == TransactionRemedy::kRetry &&
                              error.code != ErrorCode::kQueueFull && client_->inTransaction();
  if (client_->remedy() == TransactionRemedy::kRebuild || outcomeUnknown) {
    return recover(std::move(error));
  }
  const auto delivery = client_->failedDelivery();
  if (client_->inTransaction()) {
    if (auto aborted = client_->abort(options_.stallTimeout); !aborted) {
      return recover(std::move(aborted).error());
    }
  }
  if (delivery) {
    error = delivery->error;
    if (error.code == ErrorCode::kRecordTooLarge && delivery->token < batch_.size()) {
      const auto at = batch_.begin() + static_cast<std::ptrdiff_t>(delivery->token);
      failed(at->read.entry.id, std::move(error));
      batch_.erase(at);
      return {};
    }
    if (!error.retriable) {
      return fail(std::move(error));
    }
  }
  if (steady_clock::now() - begin > options_.stallTimeout) {
    return fail(std::move(error));
  }
  log::warn("a transaction of the DLQ was aborted and is tried again", {{"error", error.message}});
  context_.clock.sleepFor(kBetweenTries);
  return {};
}

/// The coordinator ends a transaction that takes too long, and the client that had it is then as
/// good as fenced. When nobody else announced a job, we take over from ourselves.
Result<void> DlqJob::recover(Error why) {
  if (why.code == ErrorCode::kFenced) {
    if (auto other = whoTookOver()) {
      return fail(*std::move(other));
    }
  }
  if (!why.fatal && !why.retriable) {
    return fail(std::move(why));
  }
  if (++recoveries_ > kRecoveries) {
    return fail(std::move(why));
  }
  log::warn("a job of the DLQ takes over from itself", {{"error", why.message}});
  client_.reset();
  CAAS_TRY(takeOver());
  // Whether the last commit came through stands there now.
  const auto before = batch_.size();
  std::erase_if(batch_,
                [&](const Item& item) { return ledger_.entries.contains(item.read.ledgerKey); });
  report_.done += static_cast<std::int64_t>(before - batch_.size());
  for (const auto& item : batch_) {
    ledger_.entries.emplace(item.read.ledgerKey, ledgerRecord(doneState()));
  }
  return {};
}

Error DlqJob::ended(Error error) const {
  if (error.code == ErrorCode::kFenced && !error.message.starts_with(kTakenOver)) {
    error = whoTookOver().value_or(std::move(error));
  }
  if (!options_.dryRun) {
    error.message =
        fmt::format("{} ({} were {} before)", error.message, report_.done, toString(doneState()));
  }
  return error;
}

std::optional<Error> DlqJob::whoTookOver() const {
  const auto end = steady_clock::now() + kWhoTookOver;
  while (steady_clock::now() < end) {
    const auto newest = reader_.newestJob(begun_, ReadingTime::within(kWhoTookOver));
    if (newest && *newest && (*newest)->jobId != report_.jobId) {
      const LedgerRecord& other = **newest;
      return Error{
          .code = ErrorCode::kFenced,
          .message = fmt::format("{} {} (job {}, begun {})", kTakenOver,
                                 other.by.empty() ? "another operator" : other.by, other.jobId,
                                 formatTimestamp(other.at)),
          .hint = "Each entry has one copy all the same; run it again once the other is done",
          .fatal = true};
    }
    context_.clock.sleepFor(kBetweenTries);
  }
  return std::nullopt;
}

void DlqJob::failed(const std::string& id, Error error) {
  ++report_.failed;
  if (report_.failures.size() < kShownFailures) {
    report_.failures.push_back({id, std::move(error)});
  }
  report_.stoppedByFailures = report_.failed >= options_.maxFailures;
}

void DlqJob::progress() {
  constexpr std::chrono::seconds kBetween{1};
  if (const auto now = steady_clock::now(); options_.onProgress && now - progressAt_ >= kBetween) {
    progressAt_ = now;
    options_.onProgress(
        {.matched = report_.matched, .done = report_.done, .failed = report_.failed});
  }
}

bool DlqJob::askedToStop() {
  report_.stoppedByCaller = report_.stoppedByCaller || (options_.stop && options_.stop());
  return report_.stoppedByCaller;
}

}  // namespace caas::kafka::retry
