#pragma once

#include <memory>
#include <string>
#include <vector>

#include "caas/kafka/dlq.hpp"
#include "client/transactional_client.hpp"
#include "retry/dlq_entry.hpp"
#include "retry/dlq_ledger.hpp"
#include "retry/dlq_reader.hpp"

namespace caas::kafka::retry {

enum class DlqJobKind { kRedrive, kDiscard };

/// What a job works with; all outlive it.
struct DlqJobContext {
  const Settings& settings;
  const DlqTopics& topics;
  const Catalog& catalog;
  Clock& clock;
  Random& random;
};

/// Keeps an average rate. What was late is made up for by going 8 % faster, never by a burst.
class Pace {
 public:
  explicit Pace(std::optional<double> perSecond) : perSecond_(perSecond) {}
  /// So many at a time that the rate is even to a quarter of a second.
  [[nodiscard]] std::size_t batch(std::size_t most) const;
  /// How long to wait before the next batch.
  [[nodiscard]] std::chrono::nanoseconds wait(std::chrono::steady_clock::time_point now) const;
  void begin(std::size_t records, std::chrono::steady_clock::time_point now);

 private:
  std::optional<double> perSecond_;
  std::optional<std::chrono::steady_clock::time_point> due_;
  std::optional<std::chrono::steady_clock::time_point> next_;
};

/// One redrive or discard, from taking over to its report (design 5.8): fences any other job and
/// finishes what it left, reads the ledger to its end, then writes copies and ledger records of one
/// batch after the other, each in one transaction. Killed anywhere, a batch is there whole or not
/// at all, and the next job knows which.
class DlqJob {
 public:
  DlqJob(DlqJobContext context, DlqJobKind kind, DlqJobOptions options);
  [[nodiscard]] Result<DlqJobReport> run(const DlqFilter& filter);

 private:
  struct Item {
    ReadEntry read;
    ReceivedRecord record;
  };
  [[nodiscard]] Result<void> takeOver();
  [[nodiscard]] Result<bool> onRecord(const DlqFilter& filter, const ReceivedRecord& record);
  [[nodiscard]] Result<void> add(ReadEntry read, const ReceivedRecord& record);
  [[nodiscard]] std::optional<Error> whyNot(const ReadEntry& read,
                                            const ReceivedRecord& record) const;
  [[nodiscard]] Result<void> commitBatch();
  [[nodiscard]] Result<void> waitForTurn();
  [[nodiscard]] Result<void> writeBatch();
  [[nodiscard]] Result<void> stage(const Item& item, std::uint64_t token);
  [[nodiscard]] Result<void> stageJob();
  [[nodiscard]] Result<void> afterFailure(Error error, std::chrono::steady_clock::time_point begin);
  [[nodiscard]] Error ended(Error error) const;
  [[nodiscard]] Result<void> recover(Error why);
  /// Waits a while for another job's announcement.
  [[nodiscard]] std::optional<Error> whoTookOver() const;
  [[nodiscard]] DlqState doneState() const {
    return kind_ == DlqJobKind::kRedrive ? DlqState::kRedriven : DlqState::kDiscarded;
  }
  void failed(const std::string& id, Error error);
  void progress();
  [[nodiscard]] bool askedToStop();
  [[nodiscard]] bool stopping() const {
    return report_.stoppedByCaller || report_.stoppedByFailures;
  }
  [[nodiscard]] LedgerRecord ledgerRecord(DlqState state) const;

  const DlqJobContext context_;
  const DlqJobKind kind_;
  const DlqJobOptions options_;
  const Settings copySettings_;
  const DlqReader reader_;
  std::unique_ptr<client::TransactionalClient> client_;
  Ledger ledger_;
  std::vector<Item> batch_;
  std::int64_t batchBytes_ = 0;
  Pace pace_;
  const Timestamp begun_;
  int recoveries_ = 0;
  DlqJobReport report_;
  std::chrono::steady_clock::time_point progressAt_{};
};

}  // namespace caas::kafka::retry
