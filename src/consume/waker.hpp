#pragma once

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <utility>
#include <vector>

namespace caas::kafka::consume {

struct PartitionReader;

/// What the poll thread sleeps on. Signalled by the client's threads, the workers and callers.
class Waker {
 public:
  void wake() {
    const std::lock_guard lock(mutex_);
    signalled_ = true;
    wakened_.notify_one();
  }
  /// The partition has records again. `listed` belongs to this lock.
  void readable(PartitionReader* reader, bool& listed) {
    const std::lock_guard lock(mutex_);
    if (!std::exchange(listed, true)) {
      readers_.push_back(reader);
    }
    signalled_ = true;
    wakened_.notify_one();
  }
  /// Takes the partitions that became readable, and clears their mark.
  template <class ListedOf>
  void takeReadable(std::vector<PartitionReader*>& out, ListedOf&& listedOf) {
    const std::lock_guard lock(mutex_);
    for (auto* reader : readers_) {
      listedOf(*reader) = false;
      out.push_back(reader);
    }
    readers_.clear();
  }
  void forget(PartitionReader* reader) {
    const std::lock_guard lock(mutex_);
    std::erase(readers_, reader);
  }
  void waitFor(std::chrono::nanoseconds wait) {
    std::unique_lock lock(mutex_);
    wakened_.wait_for(lock, wait, [this] { return signalled_; });
    signalled_ = false;
  }

 private:
  std::mutex mutex_;
  std::condition_variable wakened_;
  bool signalled_ = false;
  std::vector<PartitionReader*> readers_;
};

}  // namespace caas::kafka::consume
