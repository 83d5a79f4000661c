#include "produce/delivery_slots.hpp"

#include <algorithm>

namespace caas::kafka {

DeliverySlots::DeliverySlots(std::int64_t maxRecords, std::int64_t maxBytes)
    : maxRecords_(std::max<std::int64_t>(maxRecords, 1)),
      maxBytes_(maxBytes),
      chunks_(static_cast<std::size_t>(maxRecords_) / kChunk + 1) {}

std::expected<DeliverySlots::Ticket, DeliverySlots::Refusal> DeliverySlots::acquire(
    DeliveryCallback&& callback, std::int64_t bytes, std::chrono::steady_clock::time_point now,
    Milliseconds wait) {
  std::unique_lock lock(mutex_);
  if (!closed_ && !hasRoom(bytes)) {
    ++waits_;
    ++waiting_;
    const bool room = changed_.wait_for(lock, wait, [&] { return closed_ || hasRoom(bytes); });
    --waiting_;
    if (!room) {
      return std::unexpected(Refusal::kFull);
    }
  }
  if (closed_) {
    return std::unexpected(Refusal::kClosed);
  }
  const std::uint64_t number = nextFree();
  Slot& slot = at(number);
  slot.callback = std::move(callback);
  slot.acceptedAt = now;
  slot.bytes = bytes;
  slot.generation = generation_;
  const std::uint64_t turn = (slot.state.load(std::memory_order_relaxed) & ~kPhases) + kPhases + 1;
  slot.state.store(turn | kSending, std::memory_order_relaxed);
  ++inGeneration_[generation_];
  ++records_;
  bytes_ += bytes;
  return Ticket{number, turn};
}

std::uint64_t DeliverySlots::nextFree() {
  if (!free_.empty()) {
    const std::uint64_t number = free_.back();
    free_.pop_back();
    if (!free_.empty()) {
      prefetch(free_.back());
    }
    return number;
  }
  const std::uint64_t number = used_++;
  if (number % kChunk == 0) {
    chunks_[number / kChunk] = std::make_unique<Slot[]>(kChunk);
  }
  return number;
}

bool DeliverySlots::handOver(const Ticket& ticket) {
  // Its report may have come before, and the slot may have its next record by now: both show in the
  // state, and nothing is to be done.
  std::uint64_t state = ticket.turn | kSending;
  return at(ticket.number).state.compare_exchange_strong(state, ticket.turn | kHandedOver) ||
         state != (ticket.turn | kLeftToSender);
}

void DeliverySlots::freeLocked(std::uint64_t number) {
  Slot& slot = at(number);
  slot.state.fetch_and(~kPhases);
  free_.push_back(static_cast<std::uint32_t>(number));
  --inGeneration_[slot.generation];
  --records_;
  bytes_ -= slot.bytes;
}

void DeliverySlots::close() {
  {
    const std::lock_guard lock(mutex_);
    closed_ = true;
  }
  changed_.notify_all();
}

bool DeliverySlots::waitUntilEmpty(Milliseconds wait) {
  std::unique_lock lock(mutex_);
  ++waiting_;
  const bool empty = changed_.wait_for(lock, wait, [&] { return records_ == 0; });
  --waiting_;
  return empty;
}

bool DeliverySlots::generationEmpty(std::uint8_t generation) {
  const std::lock_guard lock(mutex_);
  return inGeneration_[generation] == 0;
}

bool DeliverySlots::waitForEarlier(std::chrono::steady_clock::time_point deadline,
                                   const std::function<void()>& step) {
  // Another flush may have a later deadline than this one.
  std::unique_lock flushing(flushMutex_, std::try_to_lock);
  while (!flushing.owns_lock() && !flushing.try_lock()) {
    if (std::chrono::steady_clock::now() >= deadline) {
      return false;
    }
    step();
  }
  const auto drained = [&](std::uint8_t generation) {
    while (!generationEmpty(generation)) {
      if (std::chrono::steady_clock::now() >= deadline) {
        return false;
      }
      step();
    }
    return true;
  };
  // Records that an earlier, timed-out call left in the other generation come first: only an empty
  // generation can be given to new records.
  std::uint8_t current = 0;
  {
    const std::lock_guard lock(mutex_);
    current = generation_;
  }
  const auto other = static_cast<std::uint8_t>(1 - current);
  if (!drained(other)) {
    return false;
  }
  {
    const std::lock_guard lock(mutex_);
    generation_ = other;
  }
  return drained(current);
}

std::vector<std::uint64_t> DeliverySlots::handedOver() {
  const std::lock_guard lock(mutex_);
  std::vector<std::uint64_t> numbers;
  for (std::uint64_t number = 0; number < used_; ++number) {
    auto& slotState = at(number).state;
    std::uint64_t state = slotState.load();
    if ((state & kPhases) == kSending) {
      // Fails when the sender is done in this very moment: `state` is then what it says.
      slotState.compare_exchange_strong(state, state | kLeftToSender);
    }
    if ((state & kPhases) == kHandedOver) {
      numbers.push_back(number);
    }
  }
  return numbers;
}

std::int64_t DeliverySlots::records() const {
  const std::lock_guard lock(mutex_);
  return records_;
}
std::int64_t DeliverySlots::bytes() const {
  const std::lock_guard lock(mutex_);
  return bytes_;
}
std::int64_t DeliverySlots::waits() const {
  const std::lock_guard lock(mutex_);
  return waits_;
}

}  // namespace caas::kafka
