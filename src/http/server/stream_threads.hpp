#pragma once

#include <cstddef>
#include <functional>
#include <list>
#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>

namespace caas::kafka::http {

/// A thread for each stream, a bounded number of them in all and for each principal. Thread-safe.
class StreamThreads {
 public:
  StreamThreads(std::size_t most, std::size_t mostPerPrincipal)
      : most_(most), mostPerPrincipal_(mostPerPrincipal) {}
  ~StreamThreads();  ///< waits for all of them
  StreamThreads(const StreamThreads&) = delete;
  StreamThreads& operator=(const StreamThreads&) = delete;

  /// false: there are too many already.
  [[nodiscard]] bool run(std::string_view principal, std::function<void()> work);
  [[nodiscard]] std::size_t running() const;

 private:
  struct One {
    std::thread thread;
    bool done = false;
  };
  void reap();

  const std::size_t most_;
  const std::size_t mostPerPrincipal_;
  mutable std::mutex mutex_;
  std::list<One> threads_;
  std::size_t running_ = 0;
  std::map<std::string, std::size_t, std::less<>> ofPrincipal_;
};

}  // namespace caas::kafka::http
