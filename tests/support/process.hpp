#pragma once

#include <csignal>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <sys/types.h>
#include <vector>

#include "caas/kafka/clock.hpp"

namespace caas::kafka::test {

/// Variables over those of this process; nullopt takes one away.
using Environment = std::map<std::string, std::optional<std::string>>;

struct ProcessResult {
  int exitCode = -1;  ///< 128 + signal when a signal ended it, as a shell says it
  bool timedOut = false;
  std::string out;
  std::string err;
};

/// A child process whose output is kept in memory. What it starts itself and leaves behind cannot
/// hold a test up: nobody waits for an end of file.
class Process {
 public:
  /// Throws std::runtime_error if it cannot be started (a test's failure, in gtest).
  static Process start(const std::vector<std::string>& argv, const Environment& environment = {},
                       std::string_view stdinText = {}, const std::filesystem::path& folder = {});
  ~Process();  ///< SIGKILL to its process group, if it still runs
  Process(Process&& other) noexcept;
  Process& operator=(Process&&) = delete;

  [[nodiscard]] pid_t pid() const { return pid_; }
  /// To the process alone, not to its group. Nothing happens once it was waited for.
  void kill(int signalNumber = SIGTERM) const;
  /// Its exit code, or nullopt when it still runs after `deadline`.
  std::optional<int> wait(Milliseconds deadline);
  [[nodiscard]] bool running() { return !wait(Milliseconds{0}); }
  /// What it has written so far.
  [[nodiscard]] std::string out() const;
  [[nodiscard]] std::string err() const;
  /// Until `text` stands in its output (stdout or stderr), or it ended, or the deadline.
  [[nodiscard]] bool waitForOutput(std::string_view text, Milliseconds deadline);

 private:
  Process(pid_t pid, int pidFd, int outFd, int errFd);
  pid_t pid_ = -1;
  int pidFd_ = -1;
  int outFd_ = -1;
  int errFd_ = -1;
  std::optional<int> exitCode_;
};

/// Runs argv[0] (found by PATH) to its end; one that is not done at the deadline is killed with its
/// process group.
[[nodiscard]] ProcessResult runProcess(const std::vector<std::string>& argv,
                                       const Environment& environment = {},
                                       std::string_view stdinText = {},
                                       Milliseconds timeout = Milliseconds{60'000},
                                       const std::filesystem::path& folder = {});

}  // namespace caas::kafka::test
