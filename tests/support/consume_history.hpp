#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "caas/kafka/clock.hpp"
#include "consume/offset_ledger.hpp"

namespace caas::kafka::test {

/// All processes of a test are on one machine and share its clock.
using Instant = std::chrono::sys_time<std::chrono::microseconds>;
[[nodiscard]] Instant instantNow();

/// What a handler answered. kNone: it never did (its process was killed, or it hangs).
enum class Outcome { kNone, kAck, kRetry, kReject };

/// One run of a handler.
struct HandlerRun {
  std::string process;
  std::uint32_t record = 0;
  int attempt = 1;
  Instant start{};
  std::optional<Instant> end{};
  Outcome outcome = Outcome::kNone;
  std::optional<Timestamp> notBefore{};  ///< the header of a retried record
};

/// A copy in a retry topic or, `dead`, in the DLQ.
struct FailureCopy {
  std::uint32_t record = 0;
  Timestamp at{};
  bool dead = false;
  int tier = 0;           ///< of a retry copy, from 1
  std::string problem{};  ///< what is wrong with its headers or its bytes; empty: nothing
};

/// What exactly-once forwarding wrote because of a record, as a read_committed reader sees it.
struct SeenOutput {
  std::uint32_t record = 0;
  std::string by{};  ///< the process whose handler asked for it
};

/// Where the group stood, as an observer saw it at `at`.
struct SeenCommit {
  int partition = 0;
  std::int64_t offset = 0;
  CompletedOffsets completed{};
  Instant at{};
};

/// Something that may make records run again.
struct Disturbance {
  enum class Kind {
    kCrash,        ///< `process` was killed at `from`
    kLostSession,  ///< `process` was stopped, or cut off, from `from` to `to`
    kBroker,       ///< a broker was away: commits went unanswered, coordinators moved
    kRebalance,    ///< a member came or went
  };
  Kind kind = Kind::kCrash;
  Instant from{};
  Instant to{};
  std::string process{};
};
[[nodiscard]] std::string_view toString(Disturbance::Kind kind);

struct ConsumeRules {
  /// RetryMode::kBlock: a record waits for the final outcome of the one before it.
  bool block = false;
  /// Exactly-once forwarding: a record has one result, an output or a dead letter, and one copy in
  /// each tier that it goes through.
  bool forward = false;
  int blockAttempts = 10;
  /// How old a completion may be at a disturbance and still not be committed.
  Milliseconds commitWindow{5'000};
  /// How long after a disturbance records may run again for it.
  Milliseconds settle{40'000};
  /// How long who loses a partition may finish what it is at.
  Milliseconds drain{4'000};
  /// How late an observer notices that a process was given partitions.
  Milliseconds notice{300};
};

/// What a whole history of consuming came to. Each list names every offender.
struct ConsumeVerdict {
  // What must never be.
  std::vector<std::string> lost;     ///< acknowledged to the producer; neither acked nor in the DLQ
  std::vector<std::string> unknown;  ///< run or copied, and nobody sent it
  std::vector<std::string> reordered;    ///< began before the one before it of its key was done
  std::vector<std::string> overlapping;  ///< two runs of one key at once in one process
  std::vector<std::string> doubled;      ///< run again, and nothing explains it
  std::vector<std::string> early;        ///< run before its caas.not-before
  std::vector<std::string> committedTooSoon;  ///< committed before it was done with
  std::vector<std::string> commitsWentBack;
  std::vector<std::string> wrongCopies;
  std::vector<std::string> withoutResult;
  std::vector<std::string> doubledResults;

  // What it was.
  std::int64_t delivered = 0;
  std::int64_t runs = 0;
  std::int64_t acked = 0;
  std::int64_t retryCopies = 0;
  std::int64_t deadLettered = 0;
  std::int64_t outputs = 0;
  std::int64_t commitsSeen = 0;
  std::map<std::string, std::int64_t, std::less<>> explainedReruns;
  /// Of the reruns, explained or not: those of records that had been acked. (A record that blocks
  /// its key when its partition moves is begun with anew, without harm.)
  std::int64_t rerunsOfAcked = 0;
  /// No handler began, although there was a record that none had begun with.
  Milliseconds longestStall{0};
  Milliseconds longestPartitionStall{0};  ///< the same, of one partition
  std::string stalledWhen{};
  /// Of retried records: from not-before to the handler's start.
  std::int64_t timedRetries = 0;
  Milliseconds latenessP50{0};
  Milliseconds latenessP99{0};
  Milliseconds latenessMax{0};

  [[nodiscard]] bool holds() const;
  [[nodiscard]] std::int64_t reruns() const;
  /// The counts in one line, and the first few of each list that is not empty.
  [[nodiscard]] std::string describe() const;
};

/// Everything that happened to the records of one topic in one group, from `send` to the last
/// commit. Thread-safe.
class ConsumeHistory {
 public:
  using Id = std::uint32_t;
  struct Produced {
    std::string key;
    std::int64_t sequence = 0;  ///< rises per key in the order of sending
    std::optional<Instant> deliveredAt{};
    int partition = -1;
    std::int64_t offset = -1;
  };

  /// A record that will be sent; its id travels in its value ("17|....").
  Id produced(std::string_view key, std::int64_t sequence);
  void delivered(Id id, int partition, std::int64_t offset, Instant at);
  void run(HandlerRun run);
  void copy(FailureCopy copy);
  void output(SeenOutput output);
  void committed(SeenCommit commit);
  void disturbed(Disturbance disturbance);
  /// What `process` holds was seen to have changed.
  void reassigned(std::string_view process, Instant at);

  [[nodiscard]] ConsumeVerdict check(const ConsumeRules& rules = {}) const;
  [[nodiscard]] std::size_t size() const;
  [[nodiscard]] std::optional<Produced> find(Id id) const;

  [[nodiscard]] static std::string value(Id id, std::size_t bytes);
  [[nodiscard]] static std::optional<Id> idOf(std::string_view value);

 private:
  friend class ConsumeJudge;
  mutable std::mutex mutex_;
  std::deque<Produced> produced_;
  std::vector<HandlerRun> runs_;
  std::vector<FailureCopy> copies_;
  std::vector<SeenOutput> outputs_;
  std::vector<SeenCommit> commits_;
  std::vector<Disturbance> disturbances_;
  std::map<std::string, std::vector<Instant>, std::less<>> reassigned_;
};

}  // namespace caas::kafka::test
