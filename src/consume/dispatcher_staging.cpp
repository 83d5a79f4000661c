#include "consume/dispatcher.hpp"

// Completed records on their way into a transaction (exactly-once forwarding).

#include <algorithm>
#include <utility>

#include "consume/ledger_metadata.hpp"
#include "core/log.hpp"

namespace caas::kafka::consume {

void Dispatcher::stage(Task* task) {
  if (!task->staged) {
    task->staged = std::make_unique<Staged>();
  }
  staged_.push_back(task);
  stagedSome_.notify_one();
}

void Dispatcher::divertInTransaction(Task* task, const FailedRecord& failed) {
  route_->prepare(failed, [self = shared_from_this(), task](Result<FailureCopy> copy) {
    const Burial burial(*self);
    if (task->partition->state == Partition::State::kGone) {
      ++task->partition->counts->dropped;
      self->discard(task);
      return;
    }
    if (!copy) {
      log::warn("a failed record's copy could not be made, it will be tried again",
                {{"topic", task->record.topic},
                 {"offset", task->record.offset},
                 {"error", copy.error().describe()}});
      self->later(task, self->clock_.now() + Milliseconds{1'000});
      return;
    }
    task->staged = std::make_unique<Staged>();
    task->staged->outputs.push_back(std::move(copy->record));
    task->staged->failure = copy->outcome;
    self->stage(task);
  });
}

std::vector<Task*> Dispatcher::takeStaged(std::size_t most, Milliseconds wait) {
  Lock lock(mutex_);
  stagedSome_.wait_for(lock, wait, [this] { return !staged_.empty() || stagingStopped_; });
  const std::size_t count = std::min(most, staged_.size());
  std::vector<Task*> taken(staged_.begin(), staged_.begin() + static_cast<std::ptrdiff_t>(count));
  staged_.erase(staged_.begin(), staged_.begin() + static_cast<std::ptrdiff_t>(count));
  return taken;
}

void Dispatcher::stopStaging() {
  const Lock lock(mutex_);
  stagingStopped_ = true;
  stagedSome_.notify_all();
}

void Dispatcher::giveBackStaged(const std::vector<Task*>& staged) {
  const Lock lock(mutex_);
  staged_.insert(staged_.begin(), staged.begin(), staged.end());
}

void Dispatcher::dropGone(std::vector<Task*>& staged) {
  const Burial burial(*this);
  std::erase_if(staged, [this](Task* task) {
    if (task->partition->state != Partition::State::kGone) {
      return false;
    }
    ++task->partition->counts->dropped;
    discard(task);
    return true;
  });
}

bool Dispatcher::anyGone(const std::vector<Task*>& staged) const {
  const Lock lock(mutex_);
  return std::ranges::any_of(
      staged, [](const Task* task) { return task->partition->state == Partition::State::kGone; });
}

CommitPlan Dispatcher::planTransaction(const std::vector<Task*>& staged) {
  CommitPlan plan;
  const Lock lock(mutex_);
  for (const auto& partition : partitions_) {
    if (partition->state == Partition::State::kGone || !partition->ledger) {
      continue;
    }
    std::uint64_t changes = partition->changes;
    // On a copy: an aborted transaction has completed nothing.
    std::optional<OffsetLedger> after;
    for (const auto* task : staged) {
      if (task->partition == partition.get()) {
        if (!after) {
          after = *partition->ledger;
        }
        after->complete(task->ticket);
        ++changes;
      }
    }
    if (changes == partition->committedChanges) {
      continue;
    }
    const OffsetLedger& ledger = after ? *after : *partition->ledger;
    const std::int64_t offset = ledger.committable();
    plan.offsets.push_back(
        {partition->id, offset, encodeLedger(offset, ledger.completedAbove()).metadata});
    plan.covers.push_back({partition->epoch, changes});
  }
  return plan;
}

void Dispatcher::transacted(const CommitPlan& plan, const std::vector<Task*>& staged) {
  {
    const Burial burial(*this);
    ++stats_.transactions;
    for (auto* task : staged) {
      TopicCounts& counts = *task->partition->counts;
      if (!task->staged->failure) {
        ++counts.acked;
        stats_.forwarded += std::ssize(task->staged->outputs);
      } else {
        ++(*task->staged->failure == FailureOutcome::kDeadLettered ? counts.deadLettered
                                                                   : counts.retried);
      }
      // In a partition that was given away meanwhile there is nothing to complete any more.
      if (task->partition->state == Partition::State::kGone) {
        discard(task);
      } else {
        finish(task);
      }
    }
    wakeWorkers();
  }
  committed(plan, {});
}

void Dispatcher::countAbort() {
  const Lock lock(mutex_);
  ++stats_.aborts;
}

void Dispatcher::failForward(Task* task, HandlerResult result) {
  task->failure = std::move(result);
  task->stage = FailureStage::kForward;
  task->diverting = true;
  task->staged.reset();
  divert(task);
}

}  // namespace caas::kafka::consume
