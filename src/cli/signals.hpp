#pragma once

#include <atomic>
#include <thread>

#include "cli/context.hpp"

namespace caas::kafka::cli {

/// SIGINT and SIGTERM, taken by a thread from a signalfd: no code runs in a signal handler. Until
/// it is armed the first one ends the process at once, as by default; then the third one does,
/// whatever the process waits for.
///
/// Make it before any other thread starts: threads inherit the mask that keeps the signals for us.
class SignalWatch : public Interrupt {
 public:
  SignalWatch();
  ~SignalWatch() override;  ///< the signals do again what they do by default
  SignalWatch(const SignalWatch&) = delete;
  SignalWatch& operator=(const SignalWatch&) = delete;

  [[nodiscard]] int count() const override { return count_.load(); }
  bool waitFor(Milliseconds time, int seen) override;
  void arm() override { armed_.store(true); }
  [[nodiscard]] int fd() const override { return askedFd_; }

 private:
  void run();

  std::atomic<int> count_{0};
  std::atomic<bool> armed_{false};
  int signalFd_ = -1;
  int askedFd_ = -1;  ///< eventfd, readable from the first signal on
  int wakeFd_ = -1;   ///< eventfd, ends the thread
  std::thread thread_;
};

}  // namespace caas::kafka::cli
