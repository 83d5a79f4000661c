#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <functional>
#include <list>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <utility>

#include "caas/kafka/clock.hpp"
#include "caas/kafka/result.hpp"

namespace caas::kafka::schema {

/// How long an answer is kept, which is this error or (null) a value; nullopt: for good.
using Lifetime = std::function<std::optional<Milliseconds>(const Error* error)>;
/// Values for good, errors for so long.
[[nodiscard]] inline Lifetime errorsFor(Milliseconds time) {
  return
      [time](const Error* error) { return error == nullptr ? std::nullopt : std::optional(time); };
}

/// A bounded cache of what is slow to get: the least recently used goes first, and who asks for
/// what is being fetched waits for that fetch. Thread-safe; `fetch` runs without a lock. With a
/// transparent `Less` it is asked by whatever compares with a key and makes one.
template <class Key, class Value, class Less = std::less<Key>>
class SingleFlightCache {
 public:
  SingleFlightCache(std::size_t capacity, Clock& clock, Lifetime lifetime)
      : capacity_(capacity), clock_(clock), lifetime_(std::move(lifetime)) {}

  template <class Asked = Key, class Fetch>
  Result<Value> get(const Asked& key, Fetch&& fetch) {
    std::unique_lock lock(mutex_);
    if (const auto found = find(key)) {
      const std::shared_ptr<Flight> flight = found;
      landed_.wait(lock, [&] { return flight->answer.has_value(); });
      return *flight->answer;
    }
    const auto flight = insert(Key(key));
    lock.unlock();
    Result<Value> answer = fetch();
    lock.lock();
    if (const auto life = lifetime_(answer ? nullptr : &answer.error())) {
      flight->until = clock_.steadyNow() + *life;
    }
    flight->answer = std::move(answer);
    landed_.notify_all();
    return *flight->answer;
  }

  void put(const Key& key, Value value) {
    const std::lock_guard lock(mutex_);
    erase(key);
    insert(key)->answer = std::move(value);
  }
  void forget(const Key& key) {
    const std::lock_guard lock(mutex_);
    erase(key);
  }
  template <class Predicate>
  void forgetIf(Predicate&& predicate) {
    const std::lock_guard lock(mutex_);
    for (auto key = order_.begin(); key != order_.end();) {
      if (predicate(std::as_const(*key))) {
        entries_.erase(*key);
        key = order_.erase(key);
      } else {
        ++key;
      }
    }
  }
  [[nodiscard]] std::size_t size() const {
    const std::lock_guard lock(mutex_);
    return entries_.size();
  }

 private:
  struct Flight {
    std::optional<Result<Value>> answer{};
    std::optional<std::chrono::steady_clock::time_point> until{};
  };
  using Order = std::list<Key>;
  struct Entry {
    std::shared_ptr<Flight> flight;
    typename Order::iterator place;
  };

  template <class Asked>
  std::shared_ptr<Flight> find(const Asked& key) {
    const auto found = entries_.find(key);
    if (found == entries_.end()) {
      return nullptr;
    }
    const auto& flight = found->second.flight;
    if (flight->until && clock_.steadyNow() >= *flight->until) {
      order_.erase(found->second.place);
      entries_.erase(found);
      return nullptr;
    }
    order_.splice(order_.begin(), order_, found->second.place);
    return flight;
  }
  std::shared_ptr<Flight> insert(const Key& key) {
    while (entries_.size() >= capacity_ && !order_.empty()) {
      // One that is under way is let go too: who waits for it holds it.
      entries_.erase(order_.back());
      order_.pop_back();
    }
    order_.push_front(key);
    auto flight = std::make_shared<Flight>();
    entries_.insert_or_assign(key, Entry{flight, order_.begin()});
    return flight;
  }
  void erase(const Key& key) {
    if (const auto found = entries_.find(key); found != entries_.end()) {
      order_.erase(found->second.place);
      entries_.erase(found);
    }
  }

  const std::size_t capacity_;
  Clock& clock_;
  const Lifetime lifetime_;
  mutable std::mutex mutex_;
  std::condition_variable landed_;
  Order order_;  ///< the latest used first
  std::map<Key, Entry, Less> entries_;
};

}  // namespace caas::kafka::schema
