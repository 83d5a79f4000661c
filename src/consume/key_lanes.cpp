#include "consume/key_lanes.hpp"

#include <functional>
#include <utility>

namespace caas::kafka::consume {

Lane* KeyLanes::take(std::uint64_t key) {
  if (free_ == nullptr) {
    free_ = lanes_.emplace_back(std::make_unique<Lane>()).get();
  }
  Lane* const lane = std::exchange(free_, free_->next);
  *lane = Lane{};
  lane->key = key;
  ++inUse_;
  return lane;
}

void KeyLanes::giveBack(Lane* lane) {
  lane->next = std::exchange(free_, lane);
  --inUse_;
}

void KeyLanes::enlist(Task* task) {
  // Without a key there is nothing to keep in order with.
  if (ordering_ == Ordering::kNone || (ordering_ == Ordering::kKey && !task->record.key)) {
    makeReady(task);
    return;
  }
  const std::uint64_t key =
      ordering_ == Ordering::kPartition ? 0 : std::hash<std::string_view>{}(*task->record.key);
  auto& lane = task->partition->lanes[key];
  if (lane == nullptr) {
    lane = take(key);
  }
  task->lane = lane;
  if (lane->ahead > 0) {
    lane->waiting.push(task);
    return;
  }
  ++lane->ahead;
  makeReady(task);
}

void KeyLanes::leave(Task* task) {
  Lane* const lane = std::exchange(task->lane, nullptr);
  if (lane == nullptr || --lane->ahead > 0) {
    return;
  }
  if (lane->waiting.empty()) {
    task->partition->lanes.erase(lane->key);
    giveBack(lane);
    return;
  }
  ++lane->ahead;
  makeReady(lane->waiting.pop());
}

Task* KeyLanes::popBehind(const Task& task) {
  if (task.lane == nullptr || task.lane->waiting.empty()) {
    return nullptr;
  }
  ++task.lane->ahead;
  return task.lane->waiting.pop();
}

std::vector<Task*> KeyLanes::takeWaiting(Partition& partition) {
  std::vector<Task*> waiting;
  for (auto& [key, lane] : partition.lanes) {
    while (!lane->waiting.empty()) {
      waiting.push_back(lane->waiting.pop());
      waiting.back()->lane = nullptr;
    }
  }
  return waiting;
}

void KeyLanes::queue(Source* source) {
  source->queued = true;
  source->next = nullptr;
  (firstReady_ == nullptr ? firstReady_ : lastReady_->next) = source;
  lastReady_ = source;
}

void KeyLanes::makeReady(Task* task) {
  Source* const source = task->partition->source;
  source->ready.push(task);
  if (!source->queued) {
    queue(source);
  }
}

Task* KeyLanes::pop() {
  if (firstReady_ == nullptr) {
    return nullptr;
  }
  Source* const source = std::exchange(firstReady_, firstReady_->next);
  Task* const task = source->ready.pop();
  source->queued = false;
  if (!source->ready.empty()) {
    queue(source);  // to the end of the ring
  }
  return task;
}

}  // namespace caas::kafka::consume
