#include "http/server/stream_threads.hpp"

#include <utility>

namespace caas::kafka::http {

StreamThreads::~StreamThreads() {
  for (auto& one : threads_) {
    one.thread.join();
  }
}

bool StreamThreads::run(std::string_view principal, std::function<void()> work) {
  const std::lock_guard lock(mutex_);
  reap();
  const auto mine = ofPrincipal_.find(principal);
  if (running_ >= most_ || (mine != ofPrincipal_.end() && mine->second >= mostPerPrincipal_)) {
    return false;
  }
  ++running_;
  ++ofPrincipal_[std::string(principal)];
  auto& one = threads_.emplace_back();
  one.thread = std::thread([this, &one, name = std::string(principal), work = std::move(work)] {
    work();
    const std::lock_guard done(mutex_);
    --running_;
    if (const auto at = ofPrincipal_.find(name); --at->second == 0) {
      ofPrincipal_.erase(at);
    }
    one.done = true;
  });
  return true;
}

std::size_t StreamThreads::running() const {
  const std::lock_guard lock(mutex_);
  return running_;
}

void StreamThreads::reap() {
  for (auto one = threads_.begin(); one != threads_.end();) {
    if (one->done) {
      one->thread.join();
      one = threads_.erase(one);
    } else {
      ++one;
    }
  }
}

}  // namespace caas::kafka::http
