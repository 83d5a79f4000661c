#include "consume/dispatcher.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include <fmt/format.h>

#include "consume/ledger_metadata.hpp"
#include "core/log.hpp"

namespace caas::kafka::consume {
namespace {

/// How often the workers are looked after when records wait.
constexpr std::chrono::milliseconds kNudge{2};
constexpr std::chrono::milliseconds kIdleTick{500};
/// Room is mostly announced; what is not is found then.
constexpr std::chrono::milliseconds kRoomTick{20};

}  // namespace

Dispatcher::Dispatcher(DispatcherOptions options, std::shared_ptr<FailureRoute> route,
                       std::shared_ptr<Breaker> breaker, Clock& clock, Random& random)
    : options_(std::move(options)),
      route_(std::move(route)),
      breaker_(std::move(breaker)),
      clock_(clock),
      random_(random),
      lanes_(options_.ordering),
      wallClockAhead_(clock.now().time_since_epoch() - clock.steadyNow().time_since_epoch()),
      registration_(meters::processMeters().add(
          [this](meters::MeterReport& report) { tellMeters(report); })) {}

Dispatcher::~Dispatcher() {
  while (Task* const task = popReady()) {
    discard(task);
  }
  for (auto* task : staged_) {
    discard(task);
  }
  while (!dead_.empty()) {
    destroyTask(dead_.pop());
  }
}

void Dispatcher::connect(std::function<void()> wakePoller, std::function<bool()> spawn) {
  const Lock lock(mutex_);
  wakePoller_ = std::move(wakePoller);
  spawn_ = std::move(spawn);
}

Partition* Dispatcher::open(const client::TopicPartition& id, std::string entry, std::string tenant,
                            std::int64_t committed, CompletedOffsets restored) {
  auto partition = std::make_unique<Partition>();
  partition->id = id;
  partition->entry = std::move(entry);
  partition->tenant = std::move(tenant);
  partition->restored = std::move(restored);
  if (committed >= 0) {
    partition->ledger.emplace(committed, partition->restored);
    partition->nextOffset = committed;
  }
  const Lock lock(mutex_);
  const std::string& name = partition->tenant.empty() ? id.topic : partition->tenant;
  auto& source = sources_[name];
  if (!source) {
    source = std::make_unique<Source>();
    source->name = name;
  }
  partition->source = source.get();
  partition->counts = &countsOf(id.topic);
  partition->epoch = ++epochs_;
  sourcesAssigned_ += source->partitions++ == 0 ? 1 : 0;
  ++stats_.partitions;
  return partitions_.emplace_back(std::move(partition)).get();
}

std::int64_t Dispatcher::room(Partition& partition) {
  const Lock lock(mutex_);
  const Source& source = *partition.source;
  std::int64_t records = options_.maxInFlight - stats_.recordsInFlight;
  std::int64_t bytes = options_.maxBytesInFlight - stats_.bytesInFlight;
  if (sourcesAssigned_ > 1) {
    // Nobody may hold more than what is still free (dynamic thresholds, Choudhury and Hahne 1998):
    // one loud tenant gets half, and whoever comes next finds room.
    records -= source.records;
    bytes -= source.bytes;
  }
  const auto held = partition.ledger ? static_cast<std::int64_t>(partition.ledger->size()) : 0;
  const std::int64_t room = bytes <= 0 ? 0
                                       : std::min({records, options_.maxInFlight - held,
                                                   options_.maxKeysInFlight - lanes_.inUse()});
  wantRoom_ = wantRoom_ || room <= 0;
  return room;
}

void Dispatcher::admit(Partition& partition, std::span<const Arrival> arrivals) {
  const Burial burial(*this);
  const auto now = clock_.now();
  for (const auto& [offset, task] : arrivals) {
    if (!partition.ledger) {
      partition.ledger.emplace(offset, partition.restored);
    }
    partition.nextOffset = offset + 1;
    ++partition.counts->consumed;
    if (task == nullptr) {
      ++partition.counts->skipped;
      ++partition.changes;
      partition.ledger->skip(offset);
      continue;
    }
    const auto bytes = static_cast<std::int64_t>(task->bytes);
    task->partition = &partition;
    task->ticket = partition.ledger->take(offset);
    ++partition.tasks;
    ++stats_.recordsInFlight;
    stats_.bytesInFlight += bytes;
    ++partition.source->records;
    partition.source->bytes += bytes;
    if (task->notBefore > now) {
      later(task, task->notBefore);
    } else {
      lanes_.enlist(task);
    }
  }
  wakeWorkers();
}

void Dispatcher::reachedEnd(Partition& partition, std::int64_t offset) {
  const Lock lock(mutex_);
  if (partition.ledger && offset > partition.nextOffset) {
    partition.ledger->advanceTo(offset);
    partition.nextOffset = offset;
    ++partition.changes;
  }
}

void Dispatcher::drain(Partition& partition) {
  const Burial burial(*this);
  if (partition.state == Partition::State::kActive) {
    partition.state = Partition::State::kDraining;
  }
  // Ready ones are dropped when their turn comes; nothing else may hold on to the partition.
  for (auto* task : lanes_.takeWaiting(partition)) {
    discard(task);
  }
  std::vector<Task*> waiting;
  std::erase_if(later_, [&](const Later& entry) {
    const bool ours = entry.task->partition == &partition;
    if (ours) {
      waiting.push_back(entry.task);
    }
    return ours;
  });
  std::ranges::make_heap(later_, std::greater<>{});
  for (auto* task : waiting) {
    --stats_.waitingForRetry;
    lanes_.leave(task);
    discard(task);
  }
}

bool Dispatcher::drained(const Partition& partition) const {
  const Lock lock(mutex_);
  return partition.atWork == 0;
}

void Dispatcher::retire(Partition* partition) {
  drain(*partition);
  const Lock lock(mutex_);
  partition->state = Partition::State::kGone;
  sourcesAssigned_ -= --partition->source->partitions == 0 ? 1 : 0;
  --stats_.partitions;
}

CommitPlan Dispatcher::planCommit(const std::vector<Partition*>& partitions) {
  CommitPlan plan;
  const Lock lock(mutex_);
  for (const auto* partition : partitions) {
    if (!partition->ledger || partition->changes == partition->committedChanges) {
      continue;
    }
    const std::int64_t offset = partition->ledger->committable();
    auto encoded = encodeLedger(offset, partition->ledger->completedAbove());
    plan.offsets.push_back({partition->id, offset, std::move(encoded.metadata)});
    plan.covers.push_back({partition->epoch, partition->changes});
  }
  return plan;
}

void Dispatcher::committed(const CommitPlan& plan,
                           const std::vector<client::PartitionOffset>& failed) {
  const Lock lock(mutex_);
  for (std::size_t i = 0; i < plan.covers.size(); ++i) {
    const bool refused = std::ranges::any_of(
        failed, [&](const auto& item) { return item.partition == plan.offsets[i].partition; });
    const auto partition = std::ranges::find(partitions_, plan.covers[i].epoch,
                                             [](const auto& owner) { return owner->epoch; });
    if (!refused && partition != partitions_.end()) {
      (*partition)->committedChanges = plan.covers[i].changes;
    }
  }
  ++stats_.commits;
  stats_.commitFailures += failed.empty() ? 0 : 1;
}

void Dispatcher::commitFailed() {
  const Lock lock(mutex_);
  ++stats_.commitFailures;
}

void Dispatcher::countRebalance() {
  const Lock lock(mutex_);
  ++stats_.rebalances;
}

std::chrono::nanoseconds Dispatcher::tick() {
  std::vector<Task*> toDivert;
  std::chrono::nanoseconds wait = kIdleTick;
  Burial burial(*this);
  const auto now = clock_.now();
  wallClockAhead_ = now.time_since_epoch() - clock_.steadyNow().time_since_epoch();
  while (!later_.empty() && later_.front().due <= now) {
    std::ranges::pop_heap(later_, std::greater<>{});
    Task* const task = later_.back().task;
    later_.pop_back();
    --stats_.waitingForRetry;
    if (task->diverting) {
      toDivert.push_back(task);
    } else if (task->lane != nullptr) {
      lanes_.makeReady(task);  // it has blocked its key
    } else {
      lanes_.enlist(task);
    }
  }
  if (!later_.empty()) {
    wait = std::min<std::chrono::nanoseconds>(wait, later_.front().due - now);
  }
  if (const auto opens = breaker_->opensAt()) {
    const auto left = *opens - clock_.steadyNow();
    breakerHolds_ = breakerHolds_ && left > left.zero();
    wait = std::clamp<std::chrono::nanoseconds>(left, kNudge,
                                                std::max<std::chrono::nanoseconds>(wait, kNudge));
  } else {
    breakerHolds_ = false;
  }
  if (runnable()) {
    if (pops_ == popsAtTick_) {
      handlerNanos_ = -1;  // those at work do not come back: others have to help
    }
    popsAtTick_ = pops_;
    wakeWorkers();
    wait = std::min<std::chrono::nanoseconds>(wait, kNudge);
  }
  if (wantRoom_) {
    wait = std::min<std::chrono::nanoseconds>(wait, kRoomTick);
  }
  std::erase_if(partitions_, [](const auto& partition) {
    return partition->state == Partition::State::kGone && partition->tasks == 0;
  });
  burial.giveBack();
  for (auto* task : toDivert) {
    divert(task);
  }
  return wait;
}

}  // namespace caas::kafka::consume
