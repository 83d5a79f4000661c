#pragma once

#include <chrono>
#include <functional>
#include <string>
#include <thread>
#include <utility>

#include "cli/context.hpp"

namespace caas::kafka::cli {

/// Runs `work` on this thread, and shows `text` with the seconds gone by on a terminal from the
/// first second on. `work` must not print.
template <class Work>
[[nodiscard]] auto whileWaiting(CliContext& context, std::string text, Work work);

/// One line on the terminal that is written over, about five times a second, from the first second
/// on. Without a terminal (on stderr) nothing is ever written. One thread uses it.
class Progress {
 public:
  explicit Progress(CliContext& context);
  ~Progress();  ///< clear()
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  /// Shows what `text` gives, if it is time to.
  void update(const std::function<std::string()>& text);
  /// Takes the line away, so that something else can be printed.
  void clear();

 private:
  CliContext& context_;
  std::chrono::steady_clock::time_point started_;
  std::chrono::steady_clock::time_point shown_;
  bool visible_ = false;
};

/// Updates a Progress from a thread of its own as long as it lives.
class WaitingLine {
 public:
  WaitingLine(CliContext& context, std::string text);
  ~WaitingLine();
  WaitingLine(const WaitingLine&) = delete;
  WaitingLine& operator=(const WaitingLine&) = delete;

 private:
  Progress progress_;
  std::jthread thread_;
};

template <class Work>
auto whileWaiting(CliContext& context, std::string text, Work work) {
  const WaitingLine line(context, std::move(text));
  return work();
}

}  // namespace caas::kafka::cli
