#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace caas::kafka::http {

/// Threads for handlers that wait, and a queue before them; both bounded. Thread-safe.
class WorkerPool {
 public:
  using Work = std::move_only_function<void()>;

  WorkerPool(std::size_t threads, std::size_t mostWaiting);
  ~WorkerPool();  ///< does what is waiting, and waits for it
  WorkerPool(const WorkerPool&) = delete;
  WorkerPool& operator=(const WorkerPool&) = delete;

  /// false: too many are waiting, or it is closing. What it throws is lost, so it must not.
  [[nodiscard]] bool post(Work work);
  [[nodiscard]] std::size_t waiting() const;

 private:
  void run();

  const std::size_t mostWaiting_;
  mutable std::mutex mutex_;
  std::condition_variable comes_;
  std::deque<Work> waiting_;
  std::size_t idle_ = 0;
  bool closing_ = false;
  std::vector<std::thread> threads_;
};

}  // namespace caas::kafka::http
