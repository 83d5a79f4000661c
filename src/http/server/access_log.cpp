#include "http/server/access_log.hpp"

#include <utility>

#include "core/log.hpp"

namespace caas::kafka::http {
namespace {

/// Lines wait this long at most. Nobody is woken for one line: that would cost more than the line.
constexpr std::chrono::milliseconds kWait{100};

void write(const AccessLine& line) {
  const auto took = std::chrono::duration_cast<std::chrono::milliseconds>(line.took);
  log::info("request", {{"id", line.id},
                        {"principal", line.principal},
                        {"client", line.client},
                        {"method", line.method},
                        {"path", line.path},
                        {"status", line.status},
                        {"bytes", line.bytes},
                        {"ms", took.count()}});
}

}  // namespace

AccessLog::AccessLog(std::size_t mostLines) : mostLines_(mostLines), thread_([this] { run(); }) {}

AccessLog::~AccessLog() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  stops_.notify_all();
  thread_.join();
}

void AccessLog::add(AccessLine line) {
  if (!log::enabled(LogLevel::kInfo)) {
    return;
  }
  const std::lock_guard lock(mutex_);
  if (lines_.size() < mostLines_) {
    lines_.push_back(std::move(line));
  } else {
    ++lost_;
  }
}

void AccessLog::run() {
  std::vector<AccessLine> lines;
  for (bool last = false; !last;) {
    std::size_t lost = 0;
    {
      std::unique_lock lock(mutex_);
      stops_.wait_for(lock, kWait, [this] { return stopping_; });
      last = stopping_;
      std::swap(lines, lines_);
      lost = std::exchange(lost_, 0);
    }
    for (const auto& line : lines) {
      write(line);
    }
    lines.clear();
    if (lost > 0) {
      log::warn("requests that the access log could not keep up with", {{"lines", lost}});
    }
  }
}

}  // namespace caas::kafka::http
