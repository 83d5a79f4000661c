#pragma once

// What topic internal.idempotency says of idempotency keys. Every daemon reads the same records in
// the same order and comes to the same verdicts, by the times that the brokers gave them.

#include <deque>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>

#include "caas/kafka/clock.hpp"
#include "caas/kafka/result.hpp"

namespace caas::kafka::http {

/// What a request was answered with.
struct KeptAnswer {
  int status = 200;
  std::string contentType{};
  std::string body{};
};

/// A record of the topic; its key is the idempotency key in its scope.
struct ClaimRecord {
  enum class Kind {
    kClaim,     ///< a daemon wants to publish what came under this key
    kDone,      ///< it has, in this very transaction
    kReleased,  ///< it could not, and nothing of it is in the log: anybody may try
  };
  Kind kind = Kind::kClaim;
  std::string claim{};        ///< the claim's own id
  std::string fingerprint{};  ///< of the request; kClaim and kDone
  KeptAnswer answer{};        ///< kDone
};
[[nodiscard]] std::string claimValue(const ClaimRecord& record);
/// Errors: kInvalidArgument.
[[nodiscard]] Result<ClaimRecord> readClaim(std::string_view value);

/// What a request with a key is to be told.
struct ClaimVerdict {
  enum class Kind {
    kMine,        ///< publish it
    kInProgress,  ///< an earlier one with the same key is being published
    kDone,        ///< it was published before: `answer`
    kOther,       ///< the key came with another request before
  };
  Kind kind = Kind::kMine;
  const KeptAnswer* answer = nullptr;  ///< until the next call
};

/// The state of the keys. Used by one thread at a time.
class ClaimLog {
 public:
  /// A claim that is this much older than the next one for its key is void: whoever made it is
  /// dead, or too late. Publishing ends well before (keyed_publisher.cpp says how).
  static constexpr Milliseconds kLease{45'000};
  /// For so long an answer is kept.
  static constexpr Milliseconds kMemory{600'000};

  /// A record in the log's order; `at`: when the broker appended it. The verdict is on a kClaim.
  ClaimVerdict apply(std::string_view key, const ClaimRecord& record, Timestamp at);
  /// Of a request that has not claimed its key: nullopt, it should; else never kMine.
  [[nodiscard]] std::optional<ClaimVerdict> known(std::string_view key,
                                                  std::string_view fingerprint) const;
  /// Drops what no verdict needs any more.
  void forget(Timestamp now);

  [[nodiscard]] std::size_t keys() const { return entries_.size(); }
  /// Of what is kept, roughly.
  [[nodiscard]] std::size_t bytes() const { return bytes_; }

 private:
  struct Entry {
    std::string claim;
    std::string fingerprint;
    Timestamp at{};
    std::optional<KeptAnswer> answer{};
  };
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const {
      return std::hash<std::string_view>{}(text);
    }
  };
  [[nodiscard]] static bool holds(const Entry& entry, Timestamp at);
  [[nodiscard]] static ClaimVerdict verdictOf(const Entry& entry, std::string_view fingerprint);
  static std::size_t sizeOf(std::string_view key, const Entry& entry);

  std::unordered_map<std::string, Entry, Hash, std::equal_to<>> entries_;
  /// When each was changed, in the log's order; those of other partitions may be a little older.
  std::deque<std::pair<Timestamp, std::string>> ages_;
  std::size_t bytes_ = 0;
};

}  // namespace caas::kafka::http
