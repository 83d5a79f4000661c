#pragma once

// What became of DLQ entries: the records of internal.dlq.ledger. Pure.

#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "caas/kafka/dlq.hpp"
#include "retry/failure_headers.hpp"

namespace caas::kafka::retry {

/// Key: origin topic id (its name where the id is not known), partition, offset, group and redrive
/// count, with '/' between. Only a group may contain one, so no two are the same.
[[nodiscard]] std::string ledgerKey(const RecordOrigin& origin, int redriveCount);

/// The record that each job writes first, so that one that is fenced can say by whom.
inline constexpr std::string_view kJobKey = "job";

struct LedgerRecord {
  DlqState state = DlqState::kOpen;  ///< kOpen: the record of a job
  std::string jobId{};
  std::string by{};
  Timestamp at{};
  std::string entryId{};
  [[nodiscard]] bool operator==(const LedgerRecord&) const = default;
};
/// A JSON object.
[[nodiscard]] std::string ledgerValue(const LedgerRecord& record);
/// nullopt: not what we write, or of a later version than ours.
[[nodiscard]] std::optional<LedgerRecord> parseLedgerValue(std::string_view value);

/// The ledger read to its end.
struct Ledger {
  std::unordered_map<std::string, LedgerRecord> entries;
};

}  // namespace caas::kafka::retry
