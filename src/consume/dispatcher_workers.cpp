#include "consume/dispatcher.hpp"

// Between the lanes and the worker threads.

#include <algorithm>
#include <utility>

namespace caas::kafka::consume {
namespace {

/// A handler that takes longer than this is worth another thread at once; below, handing over costs
/// more than it brings.
constexpr double kWorthAThreadNanos = 20'000;

}  // namespace

Task* Dispatcher::popReady() {
  while (Task* const task = lanes_.pop()) {
    if (task->partition->state == Partition::State::kActive) {
      return task;
    }
    lanes_.leave(task);
    discard(task);
  }
  return nullptr;
}

bool Dispatcher::runnable() const {
  return !lanes_.empty() && !paused_ && !breakerHolds_ && inHandlers_ < options_.concurrency;
}

void Dispatcher::wakeWorkers() {
  if (signalled_ > 0 || !runnable()) {
    return;  // who was woken wakes the next one
  }
  const bool quick = handlerNanos_ >= 0 && handlerNanos_ < kWorthAThreadNanos;
  if (threads_ > idle_ && quick) {
    return;
  }
  if (idle_ > 0) {
    ++signalled_;
    work_.notify_one();
  } else if (threads_ < options_.threads && spawn_ && spawn_()) {
    ++threads_;
    ++signalled_;
  }
}

void Dispatcher::begin(Task* task, Work& work) {
  task->startedAt = work.startedAt;
  task->atWork = true;
  ++task->partition->atWork;
  running_.push(task);
  ++inHandlers_;
  ++pops_;
  work.tasks.push_back(task);
}

bool Dispatcher::takeBatch(Work& work) {
  if (!runnable()) {
    return false;
  }
  work.startedAt = clock_.steadyNow();
  const bool whole = !breaker_->open();
  const std::size_t most = whole ? options_.maxBatchRecords : 1;
  const Source* source = nullptr;
  while (work.tasks.size() < most && runnable()) {
    // A batch is of one tenant: the next in the ring may be another.
    if (source != nullptr && lanes_.front() != source) {
      break;
    }
    if (!breaker_->admit(work.startedAt)) {
      breakerHolds_ = true;
      break;
    }
    Task* const task = popReady();
    if (task == nullptr) {
      breaker_->forget();
      break;
    }
    if (!work.tasks.empty() && task->record.topic != work.tasks.front()->record.topic) {
      breaker_->forget();
      lanes_.makeReady(task);
      break;
    }
    source = task->partition->source;
    begin(task, work);
    // Its key's next ones may come along, unless a failure must stop them.
    while (options_.retry.mode != RetryMode::kBlock && whole && work.tasks.size() < most &&
           inHandlers_ < options_.concurrency) {
      Task* const behind = lanes_.popBehind(*task);
      if (behind == nullptr) {
        break;
      }
      begin(behind, work);
    }
  }
  return !work.tasks.empty();
}

bool Dispatcher::exchange(Work& work) {
  Burial burial(*this);
  if (std::exchange(work.fresh, false)) {
    signalled_ = std::max(signalled_ - 1, 0);
  }
  std::vector<Task*> failing;
  if (!work.tasks.empty()) {
    const auto took = clock_.steadyNow() - work.startedAt;
    const double nanos = static_cast<double>(took.count()) / static_cast<double>(work.tasks.size());
    handlerNanos_ = handlerNanos_ < 0 ? nanos : handlerNanos_ + (nanos - handlerNanos_) / 16;
  }
  for (std::size_t i = 0; i < work.results.size(); ++i) {
    if (settle(work.tasks[i], std::move(work.results[i]))) {
      failing.push_back(work.tasks[i]);
    }
  }
  work.tasks.clear();
  work.results.clear();
  for (;;) {
    if (!failing.empty()) {
      burial.giveBack();
      for (auto* task : std::exchange(failing, {})) {
        divert(task);
      }
      burial.lock().lock();
    }
    if (stopping_) {
      return false;
    }
    if (takeBatch(work)) {
      wakeWorkers();
      return true;
    }
    if (!dead_.empty()) {
      burial.giveBack();
      burial.lock().lock();
      continue;
    }
    ++idle_;
    work_.wait(burial.lock());
    --idle_;
    signalled_ = std::max(signalled_ - 1, 0);
  }
}

void Dispatcher::workerEnded(const Work& work) {
  const Lock lock(mutex_);
  signalled_ = work.fresh ? std::max(signalled_ - 1, 0) : signalled_;
  --threads_;
  ended_.notify_all();
}

void Dispatcher::complete(Task* task, HandlerResult result) {
  bool failing = false;
  {
    const Burial burial(*this);
    failing = settle(task, std::move(result));
    wakeWorkers();
  }
  if (failing) {
    divert(task);
  }
}

}  // namespace caas::kafka::consume
