#pragma once

// Lines into Kafka: reads, submits with back-pressure, waits for the deliveries, counts. Shared by
// publish and produce.

#include <atomic>
#include <cstdint>
#include <map>
#include <mutex>
#include <ostream>
#include <string>
#include <vector>

#include "caas/kafka/producer.hpp"
#include "cli/line_reader.hpp"
#include "cli/progress.hpp"

namespace caas::kafka::cli {

/// Where lines go. Called by one thread.
class ImportSink {
 public:
  virtual ~ImportSink() = default;
  /// Takes one line; on an error the callback is not called. kQueueFull: the same line is submitted
  /// again. A fatal error or kShutdown ends the import.
  [[nodiscard]] virtual Result<void> submit(std::string_view line, DeliveryCallback onDelivery) = 0;
  [[nodiscard]] virtual Result<void> flush(Milliseconds deadline) = 0;
  /// Delivers or reports what is left; afterwards no callback comes any more.
  [[nodiscard]] virtual Result<ShutdownReport> close(Milliseconds deadline) = 0;
};

/// A line that did not get there.
struct Problem {
  enum class Kind { kRefused, kFailed };
  std::int64_t line = 0;
  Kind kind = Kind::kRefused;
  Error error;
  /// Of a failed delivery: the record may be in the log all the same.
  bool maybeInLog = false;
};

/// Keeps the first problems, and writes each as one JSON object a line where it is told to.
/// Thread-safe: deliveries are reported on the producer's thread.
class ProblemLog {
 public:
  explicit ProblemLog(std::size_t keep) : keep_(keep) {}
  void writeTo(std::ostream& stream) { streams_.push_back(&stream); }
  void add(Problem problem);
  [[nodiscard]] std::vector<Problem> first() const;

 private:
  mutable std::mutex mutex_;
  std::size_t keep_;
  std::vector<Problem> first_;
  std::vector<std::ostream*> streams_;
};

struct ImportSummary {
  std::int64_t lines = 0;  ///< not empty ones
  std::int64_t accepted = 0;
  std::int64_t delivered = 0;
  std::int64_t failed = 0;      ///< accepted and not delivered
  std::int64_t maybeInLog = 0;  ///< of those, the ones that may be in the log
  std::int64_t refused = 0;     ///< never accepted
  std::int64_t bytesRead = 0;
  /// The first line that was not handled, when it was interrupted.
  std::int64_t nextLine = 1;
  Milliseconds elapsed{0};
  bool interrupted = false;
  /// Why the import ended before its input did.
  std::optional<Error> stoppedBy{};
  [[nodiscard]] bool clean() const { return failed == 0 && refused == 0 && !stoppedBy; }
};

struct ImportLimits {
  /// How long one line is submitted again into a full queue.
  Milliseconds queueFull{150'000};
  /// How long the end waits for deliveries.
  Milliseconds flush{150'000};
};

/// One import. `run` reads to the end (or the interrupt, or a fatal error) and closes the sink.
class LineImport {
 public:
  LineImport(ImportSink& sink, ProblemLog& problems, const Interrupt& interrupt, Clock& clock,
             ImportLimits limits);
  [[nodiscard]] ImportSummary run(LineReader& reader, std::optional<std::int64_t> totalBytes,
                                  Progress& progress);
  /// For the progress line: also called while the reader waits for input.
  [[nodiscard]] std::string describe() const;

 private:
  void submit(const Line& line, Progress& progress);
  void finish(Progress& progress);
  void refuse(std::int64_t line, Error error);
  void onDelivery(std::int64_t line, const DeliveryReport& report);
  [[nodiscard]] Milliseconds elapsed() const;

  ImportSink& sink_;
  ProblemLog& problems_;
  const Interrupt& interrupt_;
  Clock& clock_;
  ImportLimits limits_;
  std::chrono::steady_clock::time_point started_;
  ImportSummary summary_;
  std::optional<std::int64_t> totalBytes_;
  std::atomic<std::int64_t> delivered_{0};
  std::atomic<std::int64_t> failed_{0};
  std::atomic<std::int64_t> maybeInLog_{0};
};

}  // namespace caas::kafka::cli
