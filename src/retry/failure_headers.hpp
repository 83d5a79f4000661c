#pragma once

// The headers that a failed record carries through the retry topics and in the DLQ (design 5.8).
// Pure. All values are UTF-8 text, numbers are decimal integers, times are milliseconds since 1970.
// There is one of each at most, and together (names and values) they have at most 4 KiB.

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "caas/kafka/record.hpp"
#include "caas/kafka/retry_policy.hpp"

namespace caas::kafka::retry {

inline constexpr int kFailureHeadersVersion = 1;
/// Names and values of all failure headers together.
inline constexpr std::size_t kFailureHeadersMaxBytes = 4096;
/// A group whose name is longer cannot have retries: the name must stand in the headers whole.
inline constexpr std::size_t kMaxGroupBytes = 512;

/// Where a record was published, and the group that failed on it.
struct RecordOrigin {
  std::string topic{};
  std::string topicId{};  ///< KIP-516, as Kafka prints it; empty: not known
  int partition = -1;
  std::int64_t offset = -1;
  Timestamp timestamp{};
  std::string group{};
  [[nodiscard]] bool operator==(const RecordOrigin&) const = default;
};

/// How it failed last.
struct FailureCause {
  std::string code{};     ///< at most 128 bytes
  std::string message{};  ///< cut, at a character's end, to what fits
  std::string stage{};    ///< decode, handle, forward
  std::string fingerprint{};
  [[nodiscard]] bool operator==(const FailureCause&) const = default;
};

/// The last redrive; count 0: never redriven.
struct RedriveMark {
  std::string id{};
  int count = 0;
  std::string by{};
  Timestamp at{};
  [[nodiscard]] bool operator==(const RedriveMark&) const = default;
};

/// All of them. The first three are written once, at the first failure, and kept over all hops.
struct FailureHeaders {
  std::string id{};  ///< UUIDv7
  RecordOrigin origin{};
  Timestamp firstFailedAt{};

  /// In a retry topic: the number of the run that it waits for (a redriven record waits for run 1
  /// again). In the DLQ: how many runs it had.
  int attempt = 1;
  /// 1: waits in the policy's first tier. In the DLQ: the last tier that it was in, 0 for none.
  int tier = 0;
  Timestamp notBefore{};  ///< not to be run earlier
  Timestamp lastFailedAt{};
  FailureCause error{};

  std::optional<DlqReason> reason{};  ///< in the DLQ only
  /// In an entry that only points to its origin (oversize): bytes of the record there.
  std::optional<std::int64_t> originBytes{};
  RedriveMark redrive{};
  [[nodiscard]] bool operator==(const FailureHeaders&) const = default;
};

/// What was found on a record.
enum class FailureHeadersState {
  kAbsent,   ///< no `caas.v`
  kCurrent,  ///< all there
  kFuture,   ///< of a later version than ours: not to be touched
  kBroken,   ///< not what we would have written; `problem` says what
};
struct ParsedFailureHeaders {
  FailureHeadersState state = FailureHeadersState::kAbsent;
  FailureHeaders headers{};  ///< of kBroken: what could be read
  std::string problem{};
};

/// Of several headers with one name the last counts, as with Kafka's clients.
[[nodiscard]] ParsedFailureHeaders parseFailureHeaders(std::span<const HeaderView> headers);

/// Whether a header of this name is one of ours for failures. `caas.type`, `caas.event-time` and
/// all foreign names are not: those are the record's own.
[[nodiscard]] bool isFailureHeader(std::string_view name);

/// The headers of a copy: the record's own (in their order), then the failure headers, each once;
/// failure headers among `own` are left out. `own` must outlive it.
class CopyHeaders {
 public:
  CopyHeaders(std::span<const HeaderView> own, const FailureHeaders& failure);
  CopyHeaders(const CopyHeaders&) = delete;
  CopyHeaders& operator=(const CopyHeaders&) = delete;
  [[nodiscard]] std::span<const HeaderView> views() const { return views_; }

 private:
  std::vector<std::string> values_;
  std::vector<HeaderView> views_;
};

/// Views of a received record's headers; it must outlive them.
[[nodiscard]] std::vector<HeaderView> viewsOf(const std::vector<Header>& headers);

/// The same 16 hex digits for failures of one kind: code, stage and the message, with numbers, ids
/// and quoted parts taken out ("user 'x' not found in 12 ms" = "user 'y' not found in 7 ms").
/// Stable: stored entries are grouped by it.
[[nodiscard]] std::string fingerprintOf(std::string_view code, std::string_view stage,
                                        std::string_view message);

}  // namespace caas::kafka::retry
