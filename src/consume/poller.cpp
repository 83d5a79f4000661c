#include "consume/poller.hpp"

#include <algorithm>
#include <utility>
#include <variant>

#include <fmt/format.h>

#include "consume/ledger_metadata.hpp"
#include "core/errors.hpp"
#include "core/log.hpp"

namespace caas::kafka::consume {
namespace {

using std::chrono::steady_clock;

/// How long one question for committed offsets may hold up everything else.
constexpr Milliseconds kCommittedTimeout{1'000};
/// After this, an answer to a commit is not expected any more.
constexpr Milliseconds kCommitTimeout{30'000};

}  // namespace

Poller::Poller(const Settings& settings, PollerOptions options,
               std::shared_ptr<Dispatcher> dispatcher, std::shared_ptr<Intake> intake,
               std::shared_ptr<const Catalog> catalog)
    : settings_(settings),
      options_(std::move(options)),
      dispatcher_(std::move(dispatcher)),
      intake_(std::move(intake)),
      catalog_(std::move(catalog)) {}

Poller::~Poller() { static_cast<void>(stop(steady_clock::now())); }

Result<void> Poller::start(Leaving leaving) {
  leaving_ = std::move(leaving);
  CAAS_ASSIGN(client_,
              client::GroupClient::create(settings_, options_.client, [this] { waker_.wake(); }));
  thread_ = std::jthread([this] { run(); });
  return {};
}

void Poller::subscribe(std::vector<std::string> topics) {
  const std::lock_guard lock(mutex_);
  wanted_ = std::move(topics);
  waker_.wake();
}

std::optional<Error> Poller::failure() const {
  const std::lock_guard lock(mutex_);
  return failure_;
}

void Poller::fail(Error error) {
  const std::lock_guard lock(mutex_);
  log::error("the consumer cannot go on",
             {{"group", options_.client.group}, {"error", error.describe()}});
  failure_ = std::move(error);
}

Result<void> Poller::stop(Time deadline) {
  {
    const std::lock_guard lock(mutex_);
    if (!stopAt_) {
      stopAt_ = deadline;
    }
  }
  waker_.wake();
  if (thread_.joinable()) {
    thread_.join();
  }
  return left_;
}

void Poller::run() {
  for (;;) {
    {
      const std::lock_guard lock(mutex_);
      if (stopAt_) {
        break;
      }
    }
    applySubscription();
    serveGroup();
    tryAssign();
    advanceRevocation();
    const bool more = readRound();
    commitIfDue();
    reportSlowHandlers();
    auto wait = dispatcher_->tick();
    if (!more) {
      const auto now = steady_clock::now();
      wait = std::min<std::chrono::nanoseconds>(wait, nextCommit_ - now);
      if (!stalled_.empty()) {
        // Woken for room before that time, they are not looked at, and nobody wakes us again.
        wait = std::min<std::chrono::nanoseconds>(wait, nextRoom_ - now);
      }
      if (!assigning_.empty() || revocation_) {
        wait = std::min<std::chrono::nanoseconds>(wait, std::chrono::milliseconds{20});
      }
      waker_.waitFor(std::max(wait, std::chrono::nanoseconds{0}));
    }
  }
  leave();
}

void Poller::applySubscription() {
  std::optional<std::vector<std::string>> wanted;
  {
    const std::lock_guard lock(mutex_);
    wanted = std::exchange(wanted_, std::nullopt);
  }
  if (!wanted) {
    return;
  }
  if (auto subscribed = client_->subscribe(*wanted); !subscribed) {
    fail(subscribed.error());
  }
}

void Poller::serveGroup() {
  while (auto event = client_->nextEvent()) {
    if (const auto* assigned = std::get_if<client::GroupAssigned>(&*event)) {
      onAssigned(assigned->partitions);
    } else if (const auto* revoked = std::get_if<client::GroupRevoked>(&*event)) {
      onRevoked(*revoked);
    } else if (const auto* answer = std::get_if<client::CommitAnswered>(&*event)) {
      onCommitAnswered(*answer);
    } else if (const auto& error = std::get<Error>(*event);
               error.fatal || error.code == ErrorCode::kAuthorization) {
      fail(error);
    } else {
      log::warn("consuming", {{"group", options_.client.group}, {"error", error.describe()}});
    }
  }
}

// ---- partitions come

void Poller::onAssigned(const std::vector<client::TopicPartition>& partitions) {
  dispatcher_->countRebalance();
  log::info("partitions assigned", {{"group", options_.client.group},
                                    {"partitions", partitions.size()},
                                    {"before", readers_.size()}});
  if (partitions.empty()) {
    if (auto assigned = client_->assign({}); !assigned) {
      log::warn("assigning", {{"error", assigned.error().describe()}});
    }
    return;
  }
  assigning_ = partitions;
}

void Poller::tryAssign() {
  if (assigning_.empty()) {
    return;
  }
  // The assignment waits until the group's offsets and their maps are known, however often that
  // takes: a guess would skip or repeat records.
  auto committed = client_->committed(assigning_, kCommittedTimeout);
  if (!committed) {
    log::warn("committed offsets are not known yet", {{"error", committed.error().describe()}});
    return;
  }
  for (const auto& offset : *committed) {
    openPartition(offset);
  }
  assigning_.clear();
  if (auto assigned = client_->assign(*committed); !assigned) {
    log::warn("assigning", {{"error", assigned.error().describe()}});
  }
}

void Poller::openPartition(const client::GroupOffset& committed) {
  CompletedOffsets restored;
  auto decoded = decodeLedger(committed.offset, committed.metadata);
  if (auto* completed = std::get_if<CompletedOffsets>(&decoded)) {
    restored = std::move(*completed);
  } else {
    log::warn(
        "the commit's metadata is ignored: records that were completed out of order run again",
        {{"topic", committed.partition.topic},
         {"partition", committed.partition.partition},
         {"why", toString(std::get<LedgerProblem>(decoded))}});
  }
  const auto owner = catalog_->ownerOf(committed.partition.topic);
  auto reader = std::make_unique<PartitionReader>();
  reader->partition =
      dispatcher_->open(committed.partition, owner ? owner->definition->entry : std::string{},
                        owner && owner->tenant ? owner->tenant->str() : std::string{},
                        committed.offset, std::move(restored));
  auto* const raw = reader.get();
  reader->queue =
      client_->open(committed.partition, [this, raw] { waker_.readable(raw, raw->listed); });
  readers_[committed.partition] = std::move(reader);
  // What is in the queue already has called nobody.
  waker_.readable(raw, raw->listed);
}

// ---- commits

void Poller::onCommitAnswered(const client::CommitAnswered& answer) {
  const auto commit = std::exchange(commit_, std::nullopt);
  if (answer.error) {
    // Never the end of anything: what is not committed is tried again, or read again by another.
    dispatcher_->commitFailed();
    log::warn("a commit failed, the next one covers it",
              {{"group", options_.client.group}, {"error", answer.error->describe()}});
    return;
  }
  for (const auto& item : answer.failed) {
    log::warn("a commit failed for a partition, the next one covers it",
              {{"topic", item.partition.topic},
               {"partition", item.partition.partition},
               {"error", item.error->describe()}});
  }
  if (commit) {
    dispatcher_->committed(commit->plan, answer.failed);
  }
}

void Poller::commitIfDue() {
  const auto now = steady_clock::now();
  if (commit_ && now - commit_->sentAt > kCommitTimeout) {
    commit_.reset();
  }
  if (now < nextCommit_) {
    return;
  }
  nextCommit_ = now + options_.commitInterval;
  if (!commit_ && !client_->assignmentLost()) {
    commit(allPartitions());
  }
}

bool Poller::commit(const std::vector<Partition*>& partitions) {
  if (!options_.commits) {
    return false;
  }
  CommitPlan plan = dispatcher_->planCommit(partitions);
  if (plan.empty()) {
    return false;
  }
  if (auto sent = client_->commit(plan.offsets); !sent) {
    dispatcher_->commitFailed();
    log::warn("a commit could not be sent", {{"error", sent.error().describe()}});
    return false;
  }
  commit_ = Commit{std::move(plan), steady_clock::now()};
  return true;
}

std::vector<Partition*> Poller::partitionsOf(const std::vector<client::TopicPartition>& ids) const {
  std::vector<Partition*> partitions;
  for (const auto& id : ids) {
    if (const auto found = readers_.find(id); found != readers_.end()) {
      partitions.push_back(found->second->partition);
    }
  }
  return partitions;
}

std::vector<Partition*> Poller::allPartitions() const {
  std::vector<Partition*> partitions;
  for (const auto& [id, reader] : readers_) {
    partitions.push_back(reader->partition);
  }
  return partitions;
}

}  // namespace caas::kafka::consume
