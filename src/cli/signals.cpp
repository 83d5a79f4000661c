#include "cli/signals.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <csignal>
#include <cstdint>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>
#include <unistd.h>

namespace caas::kafka::cli {
namespace {

constexpr int kLastPatience = 3;

sigset_t watchedSignals() {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGINT);
  sigaddset(&set, SIGTERM);
  return set;
}

void makeReadable(int fd) {
  const std::uint64_t one = 1;
  [[maybe_unused]] const auto written = ::write(fd, &one, sizeof one);
}

[[noreturn]] void dieOf(int signalNumber) {
  std::signal(signalNumber, SIG_DFL);
  auto set = watchedSignals();
  pthread_sigmask(SIG_UNBLOCK, &set, nullptr);
  std::raise(signalNumber);
  _exit(128 + signalNumber);
}

}  // namespace

bool NoInterrupt::waitFor(Milliseconds time, int /*seen*/) {
  systemClock().sleepFor(time);
  return false;
}

SignalWatch::SignalWatch() {
  auto set = watchedSignals();
  pthread_sigmask(SIG_BLOCK, &set, nullptr);
  signalFd_ = ::signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
  askedFd_ = ::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
  wakeFd_ = ::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
  thread_ = std::thread([this] { run(); });
}

SignalWatch::~SignalWatch() {
  makeReadable(wakeFd_);
  thread_.join();
  for (const int fd : {signalFd_, askedFd_, wakeFd_}) {
    ::close(fd);
  }
  auto set = watchedSignals();
  pthread_sigmask(SIG_UNBLOCK, &set, nullptr);
}

void SignalWatch::run() {
  std::array<pollfd, 2> fds{{{signalFd_, POLLIN, 0}, {wakeFd_, POLLIN, 0}}};
  while (true) {
    if (::poll(fds.data(), fds.size(), -1) < 0) {
      continue;
    }
    if ((fds[1].revents & POLLIN) != 0) {
      return;
    }
    signalfd_siginfo info{};
    if (::read(signalFd_, &info, sizeof info) != static_cast<ssize_t>(sizeof info)) {
      continue;
    }
    if (++count_ >= kLastPatience || !armed_.load()) {
      dieOf(static_cast<int>(info.ssi_signo));
    }
    makeReadable(askedFd_);
  }
}

bool SignalWatch::waitFor(Milliseconds time, int seen) {
  const auto deadline = std::chrono::steady_clock::now() + time;
  while (count() <= seen) {
    const auto left =
        std::chrono::duration_cast<Milliseconds>(deadline - std::chrono::steady_clock::now());
    if (left.count() <= 0) {
      return false;
    }
    // askedFd_ stays readable after the first signal: then only short steps find the second.
    pollfd fd{askedFd_, POLLIN, 0};
    constexpr Milliseconds kStep{50};
    if (seen == 0) {
      ::poll(&fd, 1, static_cast<int>(left.count()));
    } else {
      ::poll(nullptr, 0, static_cast<int>(std::min(left, kStep).count()));
    }
  }
  return true;
}

}  // namespace caas::kafka::cli
