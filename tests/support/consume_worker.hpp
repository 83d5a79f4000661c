#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "support/consume_history.hpp"
#include "support/process.hpp"

namespace caas::kafka::test {

/// tests/chaos/worker, of this build.
[[nodiscard]] std::filesystem::path consumeWorkerBinary();

struct WorkerSettings {
  std::string topic;
  std::string group;
  std::string mode = "divert";       ///< or block, or forward
  std::vector<std::string> tiers{};  ///< "topic=delay-ms"
  std::string dlq{};
  std::string output{};  ///< of forward
  std::string
      instance{};  ///< of forward: whose transactions are fenced; the worker's name if empty
  std::string protocol = "classic";
  int failOneIn = 0;
  int doomOneIn = 0;
  int rejectOneIn = 0;
  int workUs = 1'000;
};

/// A consumer in a process of its own, and the runs that it has written down.
class ConsumeWorker {
 public:
  static constexpr Milliseconds kSession{10'000};

  /// `prefix`: words in front of the program's ("nsenter …").
  ConsumeWorker(std::string name, const WorkerSettings& settings,
                const std::filesystem::path& folder, const std::vector<std::string>& prefix = {});

  [[nodiscard]] const std::string& name() const { return name_; }
  [[nodiscard]] Process& process() { return process_; }
  /// It has partitions, or had at its last change.
  [[nodiscard]] bool assigned() const;
  /// SIGTERM, and then until it has ended in good order; false if it did not. What it said is then
  /// in `complaint()`.
  [[nodiscard]] bool stop(Milliseconds deadline = Milliseconds{30'000});
  [[nodiscard]] std::string complaint() const;
  /// Beside its runs, for who looks into a failure.
  void keepItsLog() const;
  /// Of all its runs so far, and when what it holds has changed.
  void addRunsTo(ConsumeHistory& history) const;

 private:
  std::string name_;
  std::filesystem::path file_;
  Process process_;
};

}  // namespace caas::kafka::test
