#pragma once

// A record of the DLQ as an entry, and which entries a filter names. Pure.

#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "caas/kafka/dlq.hpp"
#include "retry/dlq_ledger.hpp"
#include "retry/failure_headers.hpp"

namespace caas::kafka::retry {

/// A record with what its headers say.
struct ReadEntry {
  DlqEntry entry;
  FailureHeaders headers;
  std::string ledgerKey;
};

/// `state` and who did it come from the ledger; kOpen without one. A record whose headers cannot be
/// read has a ledger key of its own place in the DLQ, so that it can be discarded.
[[nodiscard]] ReadEntry readEntry(const ReceivedRecord& record, const Catalog& catalog,
                                  const Ledger* ledger);

/// Whether the filter names it, its state apart.
[[nodiscard]] bool matchesBut(const DlqFilter& filter, const DlqEntry& entry);
[[nodiscard]] bool matches(const DlqFilter& filter, const DlqEntry& entry);

/// "2-1234" ↔ partition and offset.
[[nodiscard]] std::string entryId(int partition, std::int64_t offset);
[[nodiscard]] std::optional<std::pair<int, std::int64_t>> parseEntryId(std::string_view text);

/// Entries in the order of time, then place: what "newest" means, and where a page goes on.
[[nodiscard]] bool isOlder(const DlqEntry& left, const DlqEntry& right);
[[nodiscard]] std::string pageMark(const DlqEntry& entry);
/// An entry with the mark's time and id; kInvalidArgument for a text that is no mark.
[[nodiscard]] Result<DlqEntry> parsePageMark(std::string_view text);

}  // namespace caas::kafka::retry
