#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <map>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "caas/kafka/record.hpp"

namespace caas::kafka::test {

/// What a whole history of producing came to. Each list names every offender.
struct Verdict {
  // What must never be. Ids are those of History::offer.
  std::vector<std::string> lost;     ///< acknowledged, and not in the log
  std::vector<std::string> doubled;  ///< more than once in the log
  std::vector<std::string>
      reordered;  ///< behind a later one of its key, or its key in two partitions
  std::vector<std::string> misplaced;   ///< in the log, but not where the report said
  std::vector<std::string> unreported;  ///< accepted, and no report came
  std::vector<std::string> reportedTwice;
  std::vector<std::string> notPersistedButInLog;  ///< failed as not persisted, and it is in the log
  std::vector<std::string>
      refusedButSeen;                ///< send gave an error, and it was reported or is in the log
  std::vector<std::string> unknown;  ///< in the log, and nobody sent it

  // What it was.
  std::int64_t offered = 0;
  std::int64_t accepted = 0;
  std::int64_t refused = 0;
  std::int64_t delivered = 0;
  std::int64_t failedNotPersisted = 0;
  std::int64_t failedPossiblyPersisted = 0;
  std::int64_t possiblyPersistedInLog = 0;  ///< of those: how many the log holds
  std::int64_t inLog = 0;
  std::map<std::string, std::int64_t, std::less<>> failuresByCode;

  [[nodiscard]] bool holds() const;
  [[nodiscard]] std::int64_t failed() const { return failedNotPersisted + failedPossiblyPersisted; }
  /// The counts in one line, and the first few of each list that is not empty.
  [[nodiscard]] std::string describe() const;
};

/// Percentiles of the delivery latencies of what was delivered.
struct LatencyFigures {
  Milliseconds p50{0};
  Milliseconds p99{0};
  Milliseconds max{0};
};

/// Records what a producer was asked, what it answered and what it reported; then holds that
/// against what the log contains. Thread-safe: reports come from the producer's thread, and may
/// come before `accept` (that of a quick delivery does).
///
///     const auto id = history.offer(key, sequence);
///     auto sent = producer->send({.topic = …, .key = key, .value = history.value(id, 200)},
///                                [&, id](const auto& report) { history.report(id, report); });
///     sent ? history.accept(id) : history.refuse(id);
///     …
///     const auto verdict = history.check(readAll(topic));
class History {
 public:
  using Id = std::uint32_t;

  /// `sequence` rises per key in the order in which the records are sent.
  Id offer(std::string_view key, std::int64_t sequence);
  void accept(Id id);
  void refuse(Id id);
  void report(Id id, const DeliveryReport& report);

  /// The value that carries the id through the log, padded to `bytes`.
  [[nodiscard]] std::string value(Id id, std::size_t bytes) const;

  /// Records of one partition must come in the order of their offsets.
  [[nodiscard]] Verdict check(std::span<const ReceivedRecord> log) const;
  [[nodiscard]] LatencyFigures latencies() const;
  [[nodiscard]] std::int64_t accepted() const;
  [[nodiscard]] std::int64_t reported() const;

 private:
  enum class Answer { kNone, kAccepted, kRefused };
  struct Entry {
    std::string key;
    std::int64_t sequence = 0;
    Answer answer = Answer::kNone;
    int reports = 0;
    bool delivered = false;
    Persistence persistence = Persistence::kNotPersisted;
    std::optional<ErrorCode> error{};
    int partition = -1;
    std::int64_t offset = -1;
    std::chrono::nanoseconds latency{0};
  };
  struct Sighting {
    int count = 0;
    bool asReported = false;
  };
  [[nodiscard]] std::string name(Id id) const;
  [[nodiscard]] std::vector<Sighting> readLog(std::span<const ReceivedRecord> log,
                                              Verdict& verdict) const;
  void judge(Id id, const Sighting& seen, Verdict& verdict) const;

  mutable std::mutex mutex_;
  std::deque<Entry> entries_;
  std::int64_t accepted_ = 0;
  std::int64_t reported_ = 0;
};

}  // namespace caas::kafka::test
