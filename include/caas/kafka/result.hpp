#pragma once

#include <expected>
#include <string>
#include <string_view>
#include <utility>

namespace caas::kafka {

/// What kind of thing went wrong. Stable: callers switch on it, HTTP and exit codes are derived
/// from it in one place each.
enum class ErrorCode {
  kInvalidArgument,       ///< the caller's input is wrong; nothing was done
  kInvalidConfiguration,  ///< a setting or the catalog is wrong; names the variable or the entry
  kConnectionTimeout,     ///< no broker answered; names the addresses tried
  kTimeout,               ///< a broker was reached, the deadline passed
  kUnavailable,           ///< a leader, coordinator or controller is moving; retriable
  kAuthentication,        ///< SASL or TLS refused us
  kAuthorization,         ///< an ACL denies it
  kTopicNotFound,
  kTopicAlreadyExists,
  kTenantNotFound,
  kTenantNameReserved,  ///< deleted less than a minute ago (a late commit could meet the new topic)
  kNotFound,            ///< what was named by an id is not there
  kGroupActive,         ///< a consumer group has members where there must be none
  kGroupNotFound,
  kNotEnoughReplicas,  ///< fewer brokers (or in-sync replicas) than asked for
  kRecordTooLarge,
  kQueueFull,  ///< back-pressure lasted longer than the caller would wait
  kSchemaNotFound,
  kConflict,  ///< the cluster changed under a plan; plan again
  kFenced,    ///< another instance took over
  kUnsupported,
  kShutdown,        ///< the object is closing or closed
  kIo,              ///< a file could not be read or written
  kPartialFailure,  ///< some of it was done; the message says which part
  kInternal,        ///< a bug or an answer that we do not understand
};

/// The name of a code as it appears in logs and JSON, e.g. "connection_timeout".
[[nodiscard]] std::string_view toString(ErrorCode code);

/// A failure as a value. `message` says what failed with the names in it, `hint` what to do.
struct [[nodiscard]] Error {
  ErrorCode code = ErrorCode::kInternal;
  std::string message;
  std::string hint{};
  bool retriable = false;  ///< the same call may succeed later without anybody changing anything
  bool fatal = false;      ///< the object that returned it must be rebuilt

  /// "message. hint" for people.
  [[nodiscard]] std::string describe() const;
};

/// Either a value or an Error; nothing in caas::kafka throws across its public functions.
template <class T>
using Result = std::expected<T, Error>;

/// Process exit codes of the command line: 0 done, 1 failed, 2 usage, 3 not healthy or drift.
[[nodiscard]] int exitCodeOf(const Error& error);

}  // namespace caas::kafka
