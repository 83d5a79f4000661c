#pragma once

#include <condition_variable>
#include <mutex>

#include "caas/kafka/clock.hpp"

namespace caas::kafka::health {

/// A lock that is waited for with a deadline. (std::timed_mutex would do, but ThreadSanitizer of
/// GCC 12 does not see its pthread_mutex_clocklock and takes each unlock for an error.)
class Turn {
 public:
  /// Holds the turn while it lives; false when the wait was in vain.
  class Guard {
   public:
    Guard(Turn& turn, Milliseconds wait) : turn_(turn), held_(turn.take(wait)) {}
    ~Guard() {
      if (held_) {
        turn_.giveBack();
      }
    }
    Guard(const Guard&) = delete;
    Guard& operator=(const Guard&) = delete;
    explicit operator bool() const { return held_; }

   private:
    Turn& turn_;
    bool held_;
  };

 private:
  bool take(Milliseconds wait) {
    std::unique_lock lock(mutex_);
    if (!free_.wait_for(lock, wait, [this] { return !taken_; })) {
      return false;
    }
    taken_ = true;
    return true;
  }
  void giveBack() {
    const std::lock_guard lock(mutex_);
    taken_ = false;
    free_.notify_one();
  }

  std::mutex mutex_;
  std::condition_variable free_;
  bool taken_ = false;
};

}  // namespace caas::kafka::health
