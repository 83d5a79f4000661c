#pragma once

#include <chrono>
#include <functional>
#include <string>

#include "cli/context.hpp"

namespace caas::kafka::cli {

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

}  // namespace caas::kafka::cli
