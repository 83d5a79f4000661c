#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "caas/kafka/catalog.hpp"
#include "caas/kafka/clock.hpp"
#include "caas/kafka/record.hpp"
#include "caas/kafka/result.hpp"
#include "caas/kafka/retry_policy.hpp"
#include "caas/kafka/settings.hpp"

namespace caas::kafka {

/// What became of an entry.
enum class DlqState { kOpen, kRedriven, kDiscarded };
[[nodiscard]] std::string_view toString(DlqState state);

/// One record of the dead letter queue, without its value.
struct DlqEntry {
  std::string id;         ///< "{partition}-{offset}" of the DLQ
  std::string failureId;  ///< `caas.id`: the same over all redrives
  Timestamp deadLetteredAt{};
  DlqState state = DlqState::kOpen;

  std::string topic{};   ///< where it was published
  std::string tenant{};  ///< empty: of no tenant, or of a topic outside the catalog
  std::string entry{};   ///< of the catalog ("chat.messages")
  int partition = -1;
  std::int64_t offset = -1;
  Timestamp publishedAt{};
  std::optional<std::string> key{};
  std::int64_t valueBytes = 0;  ///< of an oversize entry: bytes of the record at its origin
  std::string group{};          ///< the consumer group that failed

  std::optional<DlqReason> reason{};
  std::string code{};
  std::string message{};
  std::string stage{};
  std::string fingerprint{};
  int attempts = 0;
  Timestamp firstFailedAt{};
  Timestamp lastFailedAt{};

  int redriveCount = 0;  ///< how often it had been redriven before it failed again
  std::string by{};      ///< who redrove or discarded it, by what job, when
  std::string jobId{};
  Timestamp doneAt{};
  /// Not empty: the headers are not what our consumers write, and say so. It can be discarded, not
  /// redriven.
  std::string problem{};
};

/// Which entries. Fields that are not set allow everything.
struct DlqFilter {
  std::optional<std::string> tenant{};
  std::optional<std::string>
      topic{};  ///< of the origin: a topic's name, or an entry of the catalog
  std::optional<std::string> group{};
  std::optional<DlqReason> reason{};
  std::optional<std::string> code{};
  std::optional<std::string> fingerprint{};
  std::optional<Timestamp> since{};  ///< when it came into the DLQ; reading starts here
  std::optional<Timestamp> until{};  ///< before this
  std::optional<DlqState> state = DlqState::kOpen;
  std::vector<std::string> ids{};  ///< entry ids ("2-1234") or failure ids
};

struct DlqListOptions {
  int limit = 100;  ///< 1 to 10,000
  bool newestFirst = true;
  /// The `next` of the page before.
  std::string after{};
  Milliseconds deadline{60'000};
};
struct DlqPage {
  std::vector<DlqEntry> entries;
  std::int64_t matched = 0;  ///< over all pages, from `after` on
  std::string next{};        ///< empty: that was the last page
};

/// Failures of one kind.
struct DlqGroup {
  std::string fingerprint;
  std::string code;
  std::string stage;
  std::string message;  ///< of the newest
  std::int64_t count = 0;
  Timestamp firstSeen{};
  Timestamp lastSeen{};
  std::string exampleId;            ///< the newest entry
  std::vector<std::string> topics;  ///< of the origins, at most 10
  std::vector<std::string> groups;  ///< at most 10
};

struct DlqDetails {
  DlqEntry entry;
  ReceivedRecord record;
};

struct DlqProgress {
  std::int64_t matched = 0;
  std::int64_t done = 0;
  std::int64_t failed = 0;
};
struct DlqJobOptions {
  /// Counts what would be done and writes nothing at all.
  bool dryRun = false;
  /// Entries a second at most; unset: as fast as Kafka takes them.
  std::optional<double> ratePerSecond{};
  /// Stops when so many entries could not be done.
  std::int64_t maxFailures = 100;
  /// Who does it: written into the ledger and on each copy. The client id unless given.
  std::string by{};
  /// redrive: this group gets them instead of the one that failed.
  std::optional<std::string> toGroup{};
  /// Called after each batch, and about once a second while reading.
  std::function<void(const DlqProgress&)> onProgress{};
  /// Asked before each batch: true ends the job in good order.
  std::function<bool()> stop{};
  /// Gives up when nothing could be read or written for so long.
  Milliseconds stallTimeout{60'000};
};
struct DlqJobReport {
  std::string jobId;
  bool dryRun = false;
  std::int64_t matched = 0;  ///< open entries that the filter names
  std::int64_t done = 0;     ///< of a dry run: that would be done
  std::int64_t failed = 0;
  std::int64_t alreadyDone = 0;  ///< named by the filter, redriven or discarded before
  struct Failure {
    std::string id;
    Error error;
  };
  std::vector<Failure> failures;  ///< the first 20
  bool stoppedByFailures = false;
  bool stoppedByCaller = false;
};

/// Names of what a DeadLetterQueue works on.
struct DlqTopics {
  std::string dlq = "internal.dlq";
  std::string ledger = "internal.dlq.ledger";
  std::string retry = "internal.retry";
  /// Every writer of the ledger must use the same one: a later job takes over from an earlier.
  std::string transactionalId = "caas.dlq";
};

/// Looks into the dead letter queue, and sends its entries back or closes them. What became of an
/// entry stands in the ledger topic; copies and ledger are written in one transaction, so each
/// entry has one committed copy per redrive, whatever dies when. Handling the copy is at least
/// once, as always. (Kafka answers a commit before it has written the transaction's markers, so the
/// last batch is seen by list a moment after a job has returned.) Reads only committed records and
/// never holds the queue in memory. Thread-safe; of jobs (redrive, discard) one runs at a time, in
/// all processes together.
class DeadLetterQueue {
 public:
  [[nodiscard]] static Result<std::unique_ptr<DeadLetterQueue>> create(
      const Settings& settings, std::shared_ptr<const Catalog> catalog, DlqTopics topics = {},
      Clock& clock = systemClock(), Random& random = systemRandom());
  ~DeadLetterQueue();
  DeadLetterQueue(const DeadLetterQueue&) = delete;
  DeadLetterQueue& operator=(const DeadLetterQueue&) = delete;

  /// Errors: kInvalidArgument (limit, after, ids), kTopicNotFound, kTimeout, kConnectionTimeout.
  [[nodiscard]] Result<DlqPage> list(const DlqFilter& filter, const DlqListOptions& options = {});
  /// By fingerprint, the most frequent first; at most 1,000 kinds.
  [[nodiscard]] Result<std::vector<DlqGroup>> groups(const DlqFilter& filter,
                                                     Milliseconds deadline = Milliseconds{60'000});
  /// With its value. `id`: an entry's id, or a failure's (then the newest entry of it). Errors:
  /// kInvalidArgument (no such entry), and those of list.
  [[nodiscard]] Result<DlqDetails> show(std::string_view id,
                                        Milliseconds deadline = Milliseconds{60'000});

  /// Copies the open entries that the filter names to the retry topic, for the group that failed:
  /// due at once, at attempt 1. Errors: kFenced ("taken over by …": another job began; what was
  /// done is named in the message), kTimeout, and those of list.
  [[nodiscard]] Result<DlqJobReport> redrive(const DlqFilter& filter,
                                             const DlqJobOptions& options = {});
  /// Closes them: they are listed as discarded from then on. The records stay until the queue's
  /// retention ends.
  [[nodiscard]] Result<DlqJobReport> discard(const DlqFilter& filter,
                                             const DlqJobOptions& options = {});

 private:
  class Impl;
  explicit DeadLetterQueue(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace caas::kafka
