#include "http/server/worker_pool.hpp"

#include <utility>

namespace caas::kafka::http {

WorkerPool::WorkerPool(std::size_t threads, std::size_t mostWaiting) : mostWaiting_(mostWaiting) {
  for (std::size_t i = 0; i < threads; ++i) {
    threads_.emplace_back([this] { run(); });
  }
}

WorkerPool::~WorkerPool() {
  {
    const std::lock_guard lock(mutex_);
    closing_ = true;
  }
  comes_.notify_all();
  for (auto& thread : threads_) {
    thread.join();
  }
}

bool WorkerPool::post(Work work) {
  {
    const std::lock_guard lock(mutex_);
    // One for each idle thread is about to be taken.
    if (closing_ || waiting_.size() >= mostWaiting_ + idle_) {
      return false;
    }
    waiting_.push_back(std::move(work));
  }
  comes_.notify_one();
  return true;
}

std::size_t WorkerPool::waiting() const {
  const std::lock_guard lock(mutex_);
  return waiting_.size();
}

void WorkerPool::run() {
  std::unique_lock lock(mutex_);
  for (;;) {
    ++idle_;
    comes_.wait(lock, [this] { return closing_ || !waiting_.empty(); });
    --idle_;
    if (waiting_.empty()) {
      return;
    }
    auto work = std::move(waiting_.front());
    waiting_.pop_front();
    lock.unlock();
    work();
    work = nullptr;  // what it holds goes before the lock is taken
    lock.lock();
  }
}

}  // namespace caas::kafka::http
