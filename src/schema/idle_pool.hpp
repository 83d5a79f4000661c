#pragma once

#include <cstddef>
#include <mutex>
#include <utility>
#include <vector>

namespace caas::kafka::schema {

/// What is costly to make and serves one thread at a time: a few that are not in use. What is not
/// given back is gone. Thread-safe.
template <class T>
class IdlePool {
 public:
  /// One of them, or what `make` makes.
  template <class Make>
  [[nodiscard]] T take(Make&& make) {
    {
      const std::lock_guard lock(mutex_);
      if (!idle_.empty()) {
        T taken = std::move(idle_.back());
        idle_.pop_back();
        return taken;
      }
    }
    return make();
  }
  void give(T item) {
    const std::lock_guard lock(mutex_);
    if (idle_.size() < kMostIdle) {
      idle_.push_back(std::move(item));
    }
  }

 private:
  static constexpr std::size_t kMostIdle = 8;
  std::mutex mutex_;
  std::vector<T> idle_;
};

}  // namespace caas::kafka::schema
