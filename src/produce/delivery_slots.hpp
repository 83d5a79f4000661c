#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <expected>
#include <functional>
#include <memory>
#include <mutex>
#include <ranges>
#include <vector>

#include "caas/kafka/producer.hpp"

namespace caas::kafka {

/// The accepted and not yet reported records of a producer: a slot each, reused, so that a record
/// costs no allocation; and the bound on their number and bytes, which is the back-pressure.
/// Thread-safe.
class DeliverySlots {
 public:
  /// A cache line: a hundred thousand of them do not fit a core's cache, and each is touched twice.
  struct alignas(64) Slot {
    DeliveryCallback callback;
    std::chrono::steady_clock::time_point acceptedAt;
    std::int64_t bytes = 0;
    std::uint8_t generation = 0;
    /// The number of times that it was taken, and its Phase in the two lowest bits.
    std::atomic<std::uint64_t> state{0};
  };
  /// A slot taken: `turn` tells this record from the next one that has the same slot.
  struct Ticket {
    std::uint64_t number = 0;
    std::uint64_t turn = 0;
  };

  DeliverySlots(std::int64_t maxRecords, std::int64_t maxBytes);

  enum class Refusal { kFull, kClosed };

  /// A slot, as soon as there is room for it; waits up to `wait`. A record that is larger
  /// than the byte limit gets in when nothing else is there, else it would never.
  [[nodiscard]] std::expected<Ticket, Refusal> acquire(DeliveryCallback&& callback,
                                                       std::int64_t bytes,
                                                       std::chrono::steady_clock::time_point now,
                                                       Milliseconds wait);
  /// Needs no lock: a taken slot belongs to who knows its number, and slots never move.
  [[nodiscard]] Slot& at(std::uint64_t number) { return chunks_[number / kChunk][number % kChunk]; }
  /// Brings a slot that is soon needed into the cache.
  void prefetch(std::uint64_t number) { __builtin_prefetch(&at(number), 1); }
  /// To be called when the client has the record. False when `handedOver` left it out before: then
  /// nobody but the caller reports it.
  [[nodiscard]] bool handOver(const Ticket& ticket);
  /// Frees slots: after their callbacks have run, so that an empty table means "all reported".
  /// Senders that wait for room are woken when a sixteenth of it is free: woken for each slot, they
  /// would cost a change of threads a record.
  template <std::ranges::forward_range Numbers>
  void releaseAll(Numbers&& numbers);
  void release(std::uint64_t number) { releaseAll(std::views::single(number)); }
  /// `acquire` refuses from now on; those that wait are woken.
  void close();
  /// Waits until no slot is taken; false when the time was over first.
  [[nodiscard]] bool waitUntilEmpty(Milliseconds wait);
  /// Waits until everything is released that was taken before the call, whatever is taken
  /// meanwhile. `step` is called again and again while waiting, without a lock.
  [[nodiscard]] bool waitForEarlier(std::chrono::steady_clock::time_point deadline,
                                    const std::function<void()>& step);
  /// Numbers of the slots whose records the client has and has not reported. Those that are on
  /// their way to it are left to their senders from now on. For the end, when the client reports
  /// nothing any more.
  [[nodiscard]] std::vector<std::uint64_t> handedOver();

  [[nodiscard]] std::int64_t records() const;
  [[nodiscard]] std::int64_t bytes() const;
  [[nodiscard]] std::int64_t waits() const;

 private:
  static constexpr std::size_t kChunk = 1024;
  enum Phase : std::uint64_t { kFree = 0, kSending = 1, kHandedOver = 2, kLeftToSender = 3 };
  static constexpr std::uint64_t kPhases = 3;  ///< mask of the phase

  [[nodiscard]] bool hasRoom(std::int64_t bytes) const {
    return records_ == 0 || (records_ < maxRecords_ && bytes_ + bytes <= maxBytes_);
  }
  [[nodiscard]] bool roomIsWorthWaking() const {
    return records_ <= maxRecords_ - maxRecords_ / 16 && bytes_ <= maxBytes_ - maxBytes_ / 16;
  }
  [[nodiscard]] std::uint64_t nextFree();
  void freeLocked(std::uint64_t number);
  [[nodiscard]] bool generationEmpty(std::uint8_t generation);

  const std::int64_t maxRecords_;
  const std::int64_t maxBytes_;
  std::mutex flushMutex_;  ///< one waitForEarlier at a time; taken before mutex_
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  /// Its size is fixed: a chunk is made once and never moves.
  std::vector<std::unique_ptr<Slot[]>> chunks_;
  std::uint64_t used_ = 0;
  std::vector<std::uint32_t> free_;
  std::array<std::int64_t, 2> inGeneration_{};
  std::uint8_t generation_ = 0;
  std::int64_t records_ = 0;
  std::int64_t bytes_ = 0;
  std::int64_t waits_ = 0;
  int waiting_ = 0;
  bool closed_ = false;
};

template <std::ranges::forward_range Numbers>
void DeliverySlots::releaseAll(Numbers&& numbers) {
  // Outside the lock: what the callbacks captured may be anything.
  for (const std::uint64_t number : numbers) {
    at(number).callback = nullptr;
  }
  bool wake = false;
  {
    const std::lock_guard lock(mutex_);
    for (const std::uint64_t number : numbers) {
      freeLocked(number);
    }
    wake = waiting_ > 0 && roomIsWorthWaking();
  }
  if (wake) {
    changed_.notify_all();
  }
}

}  // namespace caas::kafka
