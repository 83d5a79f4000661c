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
/// How long a revocation waits for its last commit.
constexpr Milliseconds kLastCommit{5'000};
constexpr Milliseconds kLeastLeave{2'000};
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

Result<void> Poller::start(std::function<void()> beforeLeaving) {
  beforeLeaving_ = std::move(beforeLeaving);
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

// ---- partitions go

void Poller::onRevoked(const client::GroupRevoked& revoked) {
  dispatcher_->countRebalance();
  log::info(revoked.lost ? "partitions lost" : "partitions revoked",
            {{"group", options_.client.group}, {"partitions", revoked.partitions.size()}});
  std::erase_if(assigning_, [&](const auto& partition) {
    return std::ranges::find(revoked.partitions, partition) != revoked.partitions.end();
  });
  if (revocation_) {
    finishRevocation();
  }
  revocation_ = Revocation{revoked.partitions, steady_clock::now() + options_.drainTimeout, {}};
  if (revoked.lost) {
    finishRevocation();
    return;
  }
  for (const auto& id : revoked.partitions) {
    if (const auto found = readers_.find(id); found != readers_.end()) {
      found->second->closing = true;
    }
  }
  for (auto* partition : partitionsOf(revoked.partitions)) {
    dispatcher_->drain(*partition);
  }
}

void Poller::advanceRevocation() {
  if (!revocation_) {
    return;
  }
  const auto now = steady_clock::now();
  const auto partitions = partitionsOf(revocation_->partitions);
  if (client_->assignmentLost()) {
    finishRevocation();
    return;
  }
  if (!revocation_->commitUntil) {
    const bool drained = std::ranges::all_of(
        partitions, [&](const auto* partition) { return dispatcher_->drained(*partition); });
    if ((!drained && now < revocation_->drainUntil) || commit_) {
      return;
    }
    if (!drained) {
      log::warn("partitions are given away with handlers at work on them: their records run again",
                {{"group", options_.client.group}});
    }
    if (!commit(partitions)) {
      finishRevocation();
      return;
    }
    revocation_->commitUntil = now + kLastCommit;
    return;
  }
  if (!commit_ || now >= *revocation_->commitUntil) {
    finishRevocation();
  }
}

void Poller::finishRevocation() {
  const auto revocation = *std::exchange(revocation_, std::nullopt);
  closePartitions(revocation.partitions);
  if (auto unassigned = client_->unassign(revocation.partitions); !unassigned) {
    log::warn("unassigning", {{"error", unassigned.error().describe()}});
  }
}

void Poller::closePartitions(const std::vector<client::TopicPartition>& partitions) {
  for (const auto& id : partitions) {
    const auto found = readers_.find(id);
    if (found == readers_.end()) {
      continue;
    }
    auto* const reader = found->second.get();
    reader->queue.reset();
    waker_.forget(reader);
    std::erase(round_, reader);
    std::erase(stalled_, reader);
    dispatcher_->retire(reader->partition);
    readers_.erase(found);
  }
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

// ---- the end

void Poller::leave() {
  const Time deadline = *stopAt_;
  std::vector<client::TopicPartition> all;
  for (const auto& [id, reader] : readers_) {
    reader->closing = true;
    all.push_back(id);
    dispatcher_->drain(*reader->partition);
  }
  const auto drained = [&] {
    return std::ranges::all_of(
        allPartitions(), [&](const auto* partition) { return dispatcher_->drained(*partition); });
  };
  // A tenth is kept for the last commit and for leaving the group.
  const auto now = steady_clock::now();
  const auto drainUntil = deadline - std::min<Time::duration>((deadline - now) / 10, kLastCommit);
  while (!drained() && steady_clock::now() < drainUntil) {
    // The poll goes on while handlers finish, or the group would throw us out.
    serveGroup();
    advanceRevocation();
    commitIfDue();
    waker_.waitFor(
        std::min<std::chrono::nanoseconds>(dispatcher_->tick(), std::chrono::milliseconds{20}));
  }
  const auto commitUntil = std::max(deadline, now + Milliseconds{1'000});
  bool last = false;
  while (steady_clock::now() < commitUntil && !client_->assignmentLost()) {
    serveGroup();
    if (!commit_ && !std::exchange(last, true)) {
      commit(allPartitions());
    }
    if (!commit_) {
      break;
    }
    waker_.waitFor(std::chrono::milliseconds{20});
  }
  if (beforeLeaving_) {
    beforeLeaving_();
  }
  // A rebalance that is not answered would hold up the leaving until the deadline.
  if (revocation_) {
    finishRevocation();
  }
  if (!std::exchange(assigning_, {}).empty()) {
    static_cast<void>(client_->assign({}));
  }
  closePartitions(all);
  const auto rest = std::chrono::ceil<Milliseconds>(deadline - steady_clock::now());
  // Amid a rebalance the broker reads our goodbye only after the other members' next heartbeat; one
  // that it never reads would stop the group until our session times out.
  left_ = client_->close(std::max(rest, settings_.consumer.sessionTimeout / 10 + kLeastLeave));
  client_.reset();
}

}  // namespace caas::kafka::consume
