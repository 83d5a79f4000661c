#include "consume/poller.hpp"

// Partitions are given away, and the group is left.

#include <algorithm>
#include <utility>

#include "core/log.hpp"

namespace caas::kafka::consume {
namespace {

using std::chrono::steady_clock;

/// How long a revocation waits for its last commit.
constexpr Milliseconds kLastCommit{5'000};
/// For the last commit, or the last transaction, where the deadline leaves less.
constexpr Milliseconds kLeastCommit{1'000};
constexpr Milliseconds kLeastLeave{2'000};

}  // namespace

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
  const auto commitUntil = std::max(deadline, now + kLeastCommit);
  if (leaving_.begins) {
    leaving_.begins(commitUntil);
  }
  const auto drainUntil = deadline - std::min<Time::duration>((deadline - now) / 10, kLastCommit);
  while (!drained() && steady_clock::now() < drainUntil) {
    // The poll goes on while handlers finish, or the group would throw us out.
    serveGroup();
    advanceRevocation();
    commitIfDue();
    waker_.waitFor(
        std::min<std::chrono::nanoseconds>(dispatcher_->tick(), std::chrono::milliseconds{20}));
  }
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
  if (leaving_.drained) {
    leaving_.drained();
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
