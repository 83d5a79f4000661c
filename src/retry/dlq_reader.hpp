#pragma once

#include <functional>

#include "caas/kafka/dlq.hpp"
#include "caas/kafka/record_reader.hpp"
#include "caas/kafka/settings.hpp"
#include "retry/dlq_entry.hpp"
#include "retry/dlq_ledger.hpp"

namespace caas::kafka::retry {

/// Shown each record; false: enough. A Result's error ends the reading too.
using RecordVisitor = std::function<Result<bool>(const ReceivedRecord&)>;

/// How long reading may take: in all, or without anything being read.
struct ReadingTime {
  Milliseconds total = Milliseconds::max();
  Milliseconds stall{60'000};
  [[nodiscard]] static ReadingTime within(Milliseconds deadline) {
    return {.total = deadline, .stall = deadline};
  }
};

/// Reads of the DLQ and its ledger, committed records only, up to the ends that there are when
/// reading starts. Nothing is kept but what a visitor keeps.
class DlqReader {
 public:
  /// All must outlive it.
  DlqReader(const Settings& settings, const DlqTopics& topics)
      : settings_(settings), topics_(topics) {}

  /// kInternal with a remedy when it holds more than 5 million entries.
  [[nodiscard]] Result<Ledger> readLedger(const ReadingTime& time) const;
  /// The job that announced itself last, among those since then.
  [[nodiscard]] Result<std::optional<LedgerRecord>> newestJob(Timestamp since,
                                                              const ReadingTime& time) const;
  /// The entries that the filter's ids and times can mean: ids of entries are read where they are,
  /// else everything from `since` on.
  [[nodiscard]] Result<void> readDlq(const DlqFilter& filter, const ReadingTime& time,
                                     const RecordVisitor& visit) const;

 private:
  [[nodiscard]] Result<void> read(ReadOptions options, const ReadingTime& time,
                                  const RecordVisitor& visit) const;
  [[nodiscard]] Result<void> readOne(int partition, std::int64_t offset, const ReadingTime& time,
                                     const RecordVisitor& visit) const;
  const Settings& settings_;
  const DlqTopics& topics_;
};

/// When a failure with this id can have come into the DLQ at the earliest: its id is a UUIDv7,
/// which holds the time. nullopt: no UUIDv7.
[[nodiscard]] std::optional<Timestamp> timeOfId(std::string_view uuid);

}  // namespace caas::kafka::retry
