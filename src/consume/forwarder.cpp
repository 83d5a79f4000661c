#include "consume/forwarder.hpp"

#include <condition_variable>
#include <utility>

#include <fmt/format.h>

#include "core/errors.hpp"
#include "core/log.hpp"

namespace caas::kafka::consume {
namespace {

using std::chrono::steady_clock;

constexpr std::size_t kMostRecords = 2'000;
constexpr Milliseconds kInit{10'000};
/// Within transaction.timeout.ms: after it the coordinator has aborted.
constexpr Milliseconds kStep{8'000};
constexpr Milliseconds kAgain{200};

std::vector<HeaderView> viewsOf(const std::vector<Header>& headers) {
  std::vector<HeaderView> views;
  views.reserve(headers.size());
  for (const auto& header : headers) {
    views.push_back({header.name, header.value});
  }
  return views;
}

}  // namespace

Forwarder::Forwarder(const Settings& settings, Options options,
                     std::shared_ptr<Dispatcher> dispatcher,
                     std::function<client::GroupMetadata()> metadata)
    : settings_(settings),
      options_(std::move(options)),
      dispatcher_(std::move(dispatcher)),
      metadata_(std::move(metadata)) {}

Forwarder::~Forwarder() { stop(); }

Result<void> Forwarder::start() {
  CAAS_TRY(makeClient());
  thread_ = std::jthread([this](const std::stop_token& stop) { run(stop); });
  return {};
}

Result<void> Forwarder::makeClient() {
  initialized_ = false;
  CAAS_ASSIGN(client_, client::TransactionalClient::create(
                           settings_,
                           {.transactionalId = options_.transactionalId, .purpose = "forwarder"}));
  return {};
}

void Forwarder::stop() {
  thread_.request_stop();
  dispatcher_->stopStaging();
  if (thread_.joinable()) {
    thread_.join();
  }
  dispatcher_->giveBackStaged(std::exchange(batch_, {}));
}

template <class Call>
Result<void> Forwarder::resumed(Milliseconds most, Call call) {
  return end_.insist(most, call,
                     [this] { return client_->remedy() == client::TransactionRemedy::kRetry; });
}

void Forwarder::run(const std::stop_token& stop) {
  while (!stop.stop_requested()) {
    if (batch_.size() < kMostRecords) {
      auto more = dispatcher_->takeStaged(kMostRecords - batch_.size(),
                                          batch_.empty() ? options_.interval : Milliseconds{0});
      batch_.insert(batch_.end(), more.begin(), more.end());
    }
    dispatcher_->dropGone(batch_);
    if ((batch_.empty() && dispatcher_->planTransaction(batch_).empty()) || !ready(stop)) {
      continue;
    }
    if (const auto done = transact()) {
      dispatcher_->transacted(plan_, std::exchange(batch_, {}));
    } else {
      recover(done.error(), stop);
    }
  }
  client_.reset();
}

bool Forwarder::ready(const std::stop_token& stop) {
  if (client_ && initialized_) {
    return true;
  }
  auto initialized = client_ ? Result<void>{} : makeClient();
  if (initialized) {
    initialized = resumed(kInit, [this](Milliseconds piece) { return client_->init(piece); });
  }
  if (!initialized) {
    log::warn("no transactions yet", {{"transactional_id", options_.transactionalId},
                                      {"error", initialized.error().describe()}});
    if (client_ && client_->remedy() != client::TransactionRemedy::kRetry) {
      client_.reset();
    }
    pause(stop, Milliseconds{1'000});
    return false;
  }
  initialized_ = true;
  return true;
}

Result<void> Forwarder::transact() {
  refused_.reset();
  CAAS_TRY(client_->begin());
  CAAS_TRY(writeOutputs());
  // Before the plan: for what is given away from here on the group has a newer generation, and the
  // broker refuses this one.
  const auto group = metadata_();
  plan_ = dispatcher_->planTransaction(batch_);
  if (dispatcher_->anyGone(batch_)) {
    // The plan leaves its offset out, so nothing would fence outputs that its new owner writes too.
    return fail({.code = ErrorCode::kUnavailable,
                 .message = "a partition was given away during the transaction",
                 .hint = "Nothing: what it held is left out, the rest is staged again",
                 .retriable = true});
  }
  std::vector<client::TransactionOffset> offsets;
  offsets.reserve(plan_.offsets.size());
  for (const auto& [partition, offset, metadata] : plan_.offsets) {
    offsets.push_back({partition, offset, metadata});
  }
  if (end_.passed()) {
    return fail(errors::shutdown("the consumer"));
  }
  if (!offsets.empty()) {
    CAAS_TRY(client_->sendOffsets(offsets, group, end_.within(kStep)));
  }
  return commit();
}

Result<void> Forwarder::writeOutputs() {
  const auto until = steady_clock::now() + end_.within(kStep);
  for (std::size_t i = 0; i < batch_.size(); ++i) {
    for (const auto& output : batch_[i]->staged->outputs) {
      const auto headers = viewsOf(output.headers);
      const Record record{
          .topic = output.topic, .key = output.key, .value = output.value, .headers = headers};
      auto sent = client_->produce(record, i);
      while (!sent && sent.error().code == ErrorCode::kQueueFull && steady_clock::now() < until) {
        std::this_thread::sleep_for(std::chrono::milliseconds{1});
        sent = client_->produce(record, i);
      }
      if (!sent) {
        if (client::isRecordsFault(sent.error())) {
          refused_ = client::FailedDelivery{i, sent.error()};
        }
        return sent;
      }
    }
  }
  return {};
}

Result<void> Forwarder::commit() {
  const auto ask = [this](Milliseconds piece) { return client_->commit(piece); };
  auto committed = resumed(kStep, ask);
  // Only commit itself can tell how it ended, so it is asked until it does, or until we must leave.
  while (!committed && client_->remedy() == client::TransactionRemedy::kRetry && !end_.passed()) {
    log::warn("a transaction's end is not known yet", {{"error", committed.error().describe()}});
    committed = resumed(kStep, ask);
  }
  if (!committed) {
    refused_ = client_->failedDelivery();
  }
  return committed;
}

void Forwarder::recover(const Error& error, const std::stop_token& stop) {
  dispatcher_->countAbort();
  if (end_.passed()) {
    log::warn(
        "left behind: a transaction that is committed or aborted without us; what is not in "
        "the log runs again",
        {{"transactional_id", options_.transactionalId},
         {"records", batch_.size()},
         {"error", error.describe()}});
    client_.reset();
    return;
  }
  const auto remedy = client_->remedy();
  log::warn("a transaction failed, its outputs are staged again",
            {{"transactional_id", options_.transactionalId},
             {"records", batch_.size()},
             {"error", error.describe()}});
  if (client_->inTransaction() && remedy != client::TransactionRemedy::kRebuild) {
    const auto aborted =
        resumed(kStep, [this](Milliseconds piece) { return client_->abort(piece); });
    if (!aborted) {
      client_.reset();
    }
  } else if (remedy == client::TransactionRemedy::kRebuild) {
    client_.reset();
  }
  if (refused_ && client::isRecordsFault(refused_->error) && refused_->token < batch_.size()) {
    failOutput(*refused_);
  } else {
    pause(stop, kAgain);
  }
}

void Forwarder::failOutput(const client::FailedDelivery& failed) {
  Task* const task = batch_[failed.token];
  batch_.erase(batch_.begin() + static_cast<std::ptrdiff_t>(failed.token));
  if (task->staged->failure) {
    // Not the handler's output but our copy: tried again, nothing else can be done with it.
    batch_.push_back(task);
    return;
  }
  dispatcher_->failForward(task,
                           HandlerResult::reject(failed.error.describe(), "output_not_writable"));
}

void Forwarder::pause(const std::stop_token& stop, Milliseconds wait) {
  std::mutex mutex;
  std::condition_variable_any wake;
  std::unique_lock lock(mutex);
  wake.wait_for(lock, stop, wait, [] { return false; });
}

}  // namespace caas::kafka::consume
