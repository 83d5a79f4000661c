#include "consume/dispatcher.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include <fmt/format.h>

#include "consume/ledger_metadata.hpp"
#include "core/log.hpp"

namespace caas::kafka::consume {
namespace {

/// A handler that takes longer than this is worth another thread at once; below, handing over costs
/// more than it brings.
constexpr double kWorthAThreadNanos = 20'000;
/// How often the workers are looked after when records wait.
constexpr std::chrono::milliseconds kNudge{2};
constexpr std::chrono::milliseconds kIdleTick{500};
/// How long a copy that could not be published waits for its next try.
constexpr Milliseconds kDivertAgain{1'000};
/// Room is mostly announced; what is not is found then.
constexpr std::chrono::milliseconds kRoomTick{20};
constexpr int kBlockAttempts = 10;

std::uint64_t laneKey(Ordering ordering, const ConsumedRecord& record) {
  return ordering == Ordering::kPartition ? 0 : std::hash<std::string_view>{}(*record.key);
}

std::string described(const Task& task, std::chrono::nanoseconds age) {
  return fmt::format(
      "{}-{} offset {} key {}: {} s", task.record.topic, task.record.partition, task.record.offset,
      task.record.key ? fmt::format("\"{}\"", task.record.key->substr(0, 60)) : "null",
      std::chrono::duration_cast<std::chrono::seconds>(age).count());
}

}  // namespace

std::string_view toString(FailureStage stage) {
  switch (stage) {
    case FailureStage::kDecode: return "decode";
    case FailureStage::kHandle: return "handle";
    case FailureStage::kForward: return "forward";
  }
  return "";
}

Dispatcher::Dispatcher(DispatcherOptions options, std::shared_ptr<FailureRoute> route,
                       std::shared_ptr<Breaker> breaker, Clock& clock, Random& random)
    : options_(std::move(options)),
      route_(std::move(route)),
      breaker_(std::move(breaker)),
      clock_(clock),
      random_(random) {}

class Dispatcher::Burial {
 public:
  explicit Burial(Dispatcher& dispatcher) : dispatcher_(dispatcher), lock_(dispatcher.mutex_) {}
  ~Burial() { giveBack(); }
  Burial(const Burial&) = delete;
  Burial& operator=(const Burial&) = delete;
  [[nodiscard]] Lock& lock() { return lock_; }
  void giveBack() {
    if (!lock_.owns_lock()) {
      return;
    }
    TaskQueue dead = std::exchange(dispatcher_.dead_, {});
    lock_.unlock();
    while (!dead.empty()) {
      destroyTask(dead.pop());
    }
  }

 private:
  Dispatcher& dispatcher_;
  Lock lock_;
};

Dispatcher::~Dispatcher() {
  while (Task* const task = popReady()) {
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

// ---- what the poll thread does

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
                                                   options_.maxKeysInFlight - lanesInUse_});
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
    ++stats_.consumed;
    if (task == nullptr) {
      ++stats_.skipped;
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
      enlist(task);
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
  for (auto& [key, lane] : partition.lanes) {
    while (!lane->waiting.empty()) {
      discard(lane->waiting.pop());
    }
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
    leaveLane(task);
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
  while (!later_.empty() && later_.front().due <= now) {
    std::ranges::pop_heap(later_, std::greater<>{});
    Task* const task = later_.back().task;
    later_.pop_back();
    --stats_.waitingForRetry;
    if (task->diverting) {
      toDivert.push_back(task);
    } else if (task->lane != nullptr) {
      makeReady(task);  // it has blocked its key
    } else {
      enlist(task);
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

// ---- lanes and what is ready

Lane* Dispatcher::takeLane(std::uint64_t key) {
  if (freeLanes_ == nullptr) {
    freeLanes_ = lanes_.emplace_back(std::make_unique<Lane>()).get();
  }
  Lane* const lane = std::exchange(freeLanes_, freeLanes_->next);
  *lane = Lane{};
  lane->key = key;
  ++lanesInUse_;
  return lane;
}

void Dispatcher::giveLane(Lane* lane) {
  lane->next = std::exchange(freeLanes_, lane);
  --lanesInUse_;
}

void Dispatcher::enlist(Task* task) {
  // Without a key there is nothing to keep in order with.
  if (options_.ordering == Ordering::kNone ||
      (options_.ordering == Ordering::kKey && !task->record.key)) {
    makeReady(task);
    return;
  }
  const std::uint64_t key = laneKey(options_.ordering, task->record);
  auto& lane = task->partition->lanes[key];
  if (lane == nullptr) {
    lane = takeLane(key);
  }
  task->lane = lane;
  if (lane->ahead > 0) {
    lane->waiting.push(task);
    return;
  }
  ++lane->ahead;
  makeReady(task);
}

void Dispatcher::leaveLane(Task* task) {
  Lane* const lane = std::exchange(task->lane, nullptr);
  if (lane == nullptr || --lane->ahead > 0) {
    return;
  }
  if (lane->waiting.empty()) {
    task->partition->lanes.erase(lane->key);
    giveLane(lane);
    return;
  }
  ++lane->ahead;
  makeReady(lane->waiting.pop());
}

void Dispatcher::queue(Source* source) {
  source->queued = true;
  source->next = nullptr;
  (firstReady_ == nullptr ? firstReady_ : lastReady_->next) = source;
  lastReady_ = source;
}

void Dispatcher::makeReady(Task* task) {
  Source* const source = task->partition->source;
  source->ready.push(task);
  if (!source->queued) {
    queue(source);
  }
}

Task* Dispatcher::popReady() {
  while (firstReady_ != nullptr) {
    Source* const source = std::exchange(firstReady_, firstReady_->next);
    Task* const task = source->ready.pop();
    source->queued = false;
    if (!source->ready.empty()) {
      queue(source);
    }
    if (task->partition->state == Partition::State::kActive) {
      return task;
    }
    leaveLane(task);
    discard(task);
  }
  return nullptr;
}

// ---- workers

bool Dispatcher::runnable() const {
  return firstReady_ != nullptr && !paused_ && !breakerHolds_ && inHandlers_ < options_.concurrency;
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
    if (source != nullptr && firstReady_ != source) {
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
      makeReady(task);
      break;
    }
    source = task->partition->source;
    begin(task, work);
    // Its key's next ones may come along, unless a failure must stop them.
    Lane* const lane = task->lane;
    while (lane != nullptr && options_.retry.mode != RetryMode::kBlock && whole &&
           work.tasks.size() < most && !lane->waiting.empty() &&
           inHandlers_ < options_.concurrency) {
      ++lane->ahead;
      begin(lane->waiting.pop(), work);
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

// ---- outcomes

bool Dispatcher::settle(Task* task, HandlerResult&& result) {
  running_.remove(task);
  --inHandlers_;
  if (breaker_->onResult(result.kind() != HandlerResult::Kind::kRetry, clock_.steadyNow())) {
    breakerHolds_ = false;
    log::warn(breaker_->open() ? "nearly every record fails: pausing" : "records succeed again",
              {{"group", options_.group}, {"last", result.message()}});
  }
  Partition& partition = *task->partition;
  if (partition.state == Partition::State::kGone) {
    ++stats_.dropped;
    leaveLane(task);
    discard(task);
    return false;
  }
  if (result.kind() == HandlerResult::Kind::kAck) {
    ++stats_.acked;
    leaveLane(task);
    finish(task);
    return false;
  }
  if (tryAgainInPlace(*task, result)) {
    ++stats_.retried;
    rest(task);
    if (partition.state == Partition::State::kActive) {
      later(task, clock_.now() + backoffOf(task->record.attempt++));
    } else {
      leaveLane(task);
      discard(task);
    }
    return false;
  }
  task->failure = std::move(result);
  task->diverting = true;
  leaveLane(task);
  return true;
}

bool Dispatcher::tryAgainInPlace(const Task& task, const HandlerResult& result) const {
  const auto& retry = options_.retry;
  return retry.mode == RetryMode::kBlock && result.kind() == HandlerResult::Kind::kRetry &&
         task.record.attempt < retry.maxAttempts.value_or(kBlockAttempts) &&
         std::ranges::find(retry.rejectCodes, result.code()) == retry.rejectCodes.end();
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
                            .stage = FailureStage::kHandle,
                            .code = task->failure.code(),
                            .message = task->failure.message()};
  route_->divert(failed, [self = shared_from_this(), task](Result<FailureOutcome> outcome) {
    self->diverted(task, outcome);
  });
}

void Dispatcher::diverted(Task* task, const Result<FailureOutcome>& outcome) {
  const Burial burial(*this);
  if (task->partition->state == Partition::State::kGone) {
    ++stats_.dropped;
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
  ++(*outcome == FailureOutcome::kDeadLettered ? stats_.deadLettered : stats_.retried);
  finish(task);
  wakeWorkers();
}

// ---- for anybody

void Dispatcher::pause(bool paused) {
  const Lock lock(mutex_);
  paused_ = paused;
  wakeWorkers();
}

ConsumerStats Dispatcher::stats() const {
  const Lock lock(mutex_);
  ConsumerStats stats = stats_;
  stats.keysInFlight = lanesInUse_;
  stats.handlersInFlight = inHandlers_;
  stats.paused = paused_;
  stats.breakerOpen = breaker_->open();
  const auto now = clock_.steadyNow();
  for (const Task* task = running_.first();
       task != nullptr && now - task->startedAt >= options_.slowHandler; task = task->after) {
    stats.slowHandlers.push_back(described(*task, now - task->startedAt));
  }
  return stats;
}

std::vector<std::string> Dispatcher::newlySlow() {
  const Lock lock(mutex_);
  std::vector<std::string> slow;
  const auto now = clock_.steadyNow();
  for (Task* task = running_.first();
       task != nullptr && now - task->startedAt >= options_.slowHandler; task = task->after) {
    if (!std::exchange(task->reported, true)) {
      slow.push_back(described(*task, now - task->startedAt));
    }
  }
  return slow;
}

ConsumerReport Dispatcher::unfinished() const {
  const Lock lock(mutex_);
  ConsumerReport report;
  for (const auto& partition : partitions_) {
    report.unfinished += static_cast<std::int64_t>(partition->atWork);
  }
  const auto now = clock_.steadyNow();
  for (const Task* task = running_.first(); task != nullptr; task = task->after) {
    report.hangingHandlers.push_back(described(*task, now - task->startedAt));
  }
  return report;
}

void Dispatcher::stop() {
  const Lock lock(mutex_);
  stopping_ = true;
  work_.notify_all();
}

bool Dispatcher::waitForWorkers(std::chrono::steady_clock::time_point until) {
  Lock lock(mutex_);
  return ended_.wait_until(lock, until, [this] { return threads_ == 0; });
}

}  // namespace caas::kafka::consume
