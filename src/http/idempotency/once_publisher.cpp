#include "http/idempotency/once_publisher.hpp"

#include <algorithm>
#include <span>
#include <utility>

#include <fmt/format.h>

#include "core/errors.hpp"
#include "core/log.hpp"
#include "http/idempotency/claim_log.hpp"

namespace caas::kafka::http {
namespace {

using client::TransactionRemedy;
using std::chrono::steady_clock;

// A claim is void after ClaimLog::kLease (45 s). Nothing is committed later than that: the commit
// is asked for within kCommitWithin of the claim, and the coordinator refuses it once the
// transaction, which began before, is older than its timeout; it looks for such ones every 10 s
// (transaction.abort.timed.out.transaction.cleanup.interval.ms). 15 + 10 + 10 < 45, also where this
// process is stopped and woken in between.
constexpr Milliseconds kTransactionTimeout{10'000};
constexpr Milliseconds kBeginWithin{8'000};
constexpr Milliseconds kCommitWithin{15'000};

constexpr std::size_t kMostRequests = 500;
constexpr std::size_t kMostRecords = 4'000;
constexpr Milliseconds kInit{10'000};
constexpr Milliseconds kStep{8'000};
constexpr Milliseconds kAgain{200};

bool isOlderThan(const ClaimedRequest& request, Milliseconds most) {
  return steady_clock::now() - request.since > most;
}

}  // namespace

Error sendAgain(std::string_view what) {
  return {.code = ErrorCode::kUnavailable,
          .message = std::string(what),
          .hint = "Send it again with the same Idempotency-Key: it will not be published twice",
          .retriable = true};
}

OncePublisher::OncePublisher(const Settings& settings, std::string topic, Failed failed)
    : settings_(settings),
      topic_(std::move(topic)),
      failed_(std::move(failed)),
      // Of this process alone: daemons do not fence each other, their claims keep them apart.
      transactionalId_("caas.idempotency." + makeId(systemClock(), systemRandom())),
      thread_([this](const std::stop_token& stop) { run(stop); }) {}

OncePublisher::~OncePublisher() {
  thread_.request_stop();
  thread_.join();
  for (const auto& request : waiting_) {
    giveUp(request, errors::shutdown("the service"), true);
  }
}

void OncePublisher::publish(ClaimedRequest request) {
  const std::lock_guard lock(mutex_);
  waiting_.push_back(std::move(request));
  wake_.notify_one();
}

void OncePublisher::run(const std::stop_token& stop) {
  while (!stop.stop_requested()) {
    auto batch = take(stop);
    // Late ones are no longer begun: nobody can say in time that they ended.
    std::erase_if(batch, [this](const ClaimedRequest& request) {
      const bool late = isOlderThan(request, kBeginWithin);
      if (late) {
        giveUp(request, sendAgain("Kafka could not be written to in time"), true);
      }
      return late;
    });
    if (!batch.empty()) {
      transact(std::move(batch));
    }
  }
}

OncePublisher::Batch OncePublisher::take(const std::stop_token& stop) {
  std::unique_lock lock(mutex_);
  wake_.wait(lock, stop, [this] { return !waiting_.empty(); });
  Batch batch;
  std::size_t records = 0;
  while (!stop.stop_requested() && !waiting_.empty() && batch.size() < kMostRequests &&
         records + waiting_.front().request.records.size() <= kMostRecords) {
    records += waiting_.front().request.records.size();
    batch.push_back(std::move(waiting_.front()));
    waiting_.pop_front();
  }
  return batch;
}

bool OncePublisher::ready() {
  if (client_) {
    return true;
  }
  const auto note = [this](const client::TransactedRecord& record) {
    const std::lock_guard lock(appendedMutex_);
    if (record.token < appended_.size()) {
      appended_[record.token] = record;
      ++appendedCount_;
      appendedSome_.notify_one();
    }
  };
  auto client =
      client::TransactionalClient::create(settings_, {.transactionalId = transactionalId_,
                                                      .purpose = "idempotency",
                                                      .transactionTimeout = kTransactionTimeout,
                                                      .onAppended = note});
  // Ends what an earlier client of ours may have left open.
  const auto initialized = client ? (*client)->init(kInit) : fail(client.error());
  if (!initialized) {
    log::warn("no transactions for idempotency keys yet",
              {{"transactional_id", transactionalId_}, {"error", initialized.error().describe()}});
    return false;
  }
  client_ = *std::move(client);
  return true;
}

void OncePublisher::transact(Batch batch) {
  if (!ready()) {
    for (const auto& request : batch) {
      giveUp(request, sendAgain("Kafka gives no transaction at the moment"), true);
    }
    return;
  }
  std::vector<Response> answers;
  endUnknown_ = false;
  refused_.reset();
  auto done = write(batch, answers);
  if (done) {
    done = commit(batch);
  }
  if (!done) {
    recover(std::move(batch), done.error());
    return;
  }
  for (std::size_t i = 0; i < batch.size(); ++i) {
    batch[i].request.responder.answer(std::move(answers[i]));
  }
}

Result<void> OncePublisher::write(const Batch& batch, std::vector<Response>& answers) {
  std::size_t records = 0;
  for (const auto& each : batch) {
    records += each.request.records.size();
  }
  {
    const std::lock_guard lock(appendedMutex_);
    appended_.assign(records, {});
    appendedCount_ = 0;
  }
  CAAS_TRY(client_->begin());
  std::uint64_t token = 0;
  for (const auto& each : batch) {
    for (const auto& record : each.request.records) {
      CAAS_TRY(append(record, token++));
    }
  }
  CAAS_TRY(awaitAppended(records));
  std::span<const client::TransactedRecord> rest(appended_);
  for (const auto& each : batch) {
    const auto count = each.request.records.size();
    answers.push_back(each.request.answer(rest.first(count)));
    rest = rest.subspan(count);
    const auto& answer = answers.back();
    OwnedRecord done;
    done.topic = topic_;
    done.key = each.request.key;
    done.value = claimValue(
        {.kind = ClaimRecord::Kind::kDone,
         .claim = each.claim,
         .fingerprint = each.request.fingerprint,
         .answer = {.status = answer.status,
                    .contentType = std::string(answer.headers.get("Content-Type").value_or("")),
                    .body = answer.body}});
    CAAS_TRY(append(done, token++));
  }
  return {};
}

Result<void> OncePublisher::append(const OwnedRecord& record, std::uint64_t token) {
  const auto until = steady_clock::now() + kStep;
  for (;;) {
    auto sent = record.with([&](const Record& view) { return client_->produce(view, token); });
    if (sent) {
      return {};
    }
    if (sent.error().code != ErrorCode::kQueueFull || steady_clock::now() >= until) {
      if (client::isRecordsFault(sent.error())) {
        refused_ = client::FailedDelivery{token, sent.error()};
      }
      return sent;
    }
    std::this_thread::sleep_for(std::chrono::milliseconds{1});
  }
}

Result<void> OncePublisher::awaitAppended(std::size_t records) {
  const auto until = steady_clock::now() + kStep;
  std::unique_lock lock(appendedMutex_);
  while (appendedCount_ < records) {
    // A failed record is told of by the client alone.
    appendedSome_.wait_for(lock, std::chrono::milliseconds{20});
    if (const auto failed = client_->failedDelivery()) {
      return fail(failed->error);
    }
    if (steady_clock::now() >= until) {
      return fail(errors::timeout("writing events to Kafka", kStep));
    }
  }
  return {};
}

Result<void> OncePublisher::commit(const Batch& batch) {
  for (const auto& each : batch) {
    if (isOlderThan(each, kCommitWithin)) {
      return fail(errors::timeout("publishing under an idempotency key", kCommitWithin));
    }
  }
  const auto until = steady_clock::now() + kTransactionTimeout;
  auto committed = client_->commit(kStep);
  // Only commit itself can tell how it ended.
  while (!committed && client_->remedy() == TransactionRemedy::kRetry &&
         steady_clock::now() < until) {
    committed = client_->commit(kAgain);
  }
  endUnknown_ = !committed && client_->remedy() != TransactionRemedy::kAbort;
  return committed;
}

void OncePublisher::recover(Batch batch, const Error& error) {
  const auto culprit = culpritIn(batch);
  log::warn("a transaction of idempotency keys failed",
            {{"requests", batch.size()}, {"error", error.describe()}});
  bool aborted = !endUnknown_ && !client_->inTransaction();
  if (!endUnknown_ && client_->inTransaction() &&
      client_->remedy() != TransactionRemedy::kRebuild) {
    aborted = client_->abort(kStep).has_value();
  }
  if (!aborted) {
    client_.reset();
  }
  std::deque<ClaimedRequest> again;
  for (std::size_t i = 0; i < batch.size(); ++i) {
    if (endUnknown_) {
      giveUp(batch[i], sendAgain("whether it was published is not known yet: " + error.message),
             false);
    } else if (culprit == i) {
      giveUp(batch[i], refused_ ? refused_->error : error, aborted);
    } else {
      // The next client ends what this one could not: they can be begun anew.
      again.push_back(std::move(batch[i]));
    }
  }
  if (!culprit) {
    std::this_thread::sleep_for(kAgain);
  }
  const std::lock_guard lock(mutex_);
  waiting_.insert(waiting_.begin(), std::make_move_iterator(again.begin()),
                  std::make_move_iterator(again.end()));
}

std::optional<std::size_t> OncePublisher::culpritIn(const Batch& batch) const {
  const auto failed = refused_ ? refused_ : client_->failedDelivery();
  if (!failed || !client::isRecordsFault(failed->error)) {
    return std::nullopt;
  }
  std::uint64_t begin = 0;
  for (std::size_t i = 0; i < batch.size(); ++i) {
    begin += batch[i].request.records.size();
    if (failed->token < begin) {
      return i;
    }
  }
  // The record that says that it is done.
  const auto index = static_cast<std::size_t>(failed->token - begin);
  return index < batch.size() ? std::optional(index) : std::nullopt;
}

void OncePublisher::giveUp(const ClaimedRequest& request, Error error, bool nothingWritten) {
  failed_(request, nothingWritten);
  request.request.responder.answer(fail(std::move(error)));
}

}  // namespace caas::kafka::http
