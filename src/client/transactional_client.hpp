#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "caas/kafka/record.hpp"
#include "caas/kafka/settings.hpp"
#include "client/admin.hpp"
#include "client/group_metadata.hpp"

namespace caas::kafka::client {

/// Where a record of the present transaction was appended. It counts once that is committed.
struct TransactedRecord {
  std::uint64_t token = 0;
  int partition = -1;
  std::int64_t offset = -1;
  Timestamp timestamp{};
};

struct TransactionalOptions {
  /// Instances with the same one fence each other: the one whose init() came last goes on.
  std::string transactionalId;
  std::string purpose = "transactions";
  /// After this long without an end the coordinator aborts a transaction. A hung one holds back
  /// every read_committed reader of its topics for so long.
  Milliseconds transactionTimeout{10'000};
  /// For each record that was appended, on the client's own thread.
  std::function<void(const TransactedRecord&)> onAppended{};
};

/// `offset` is the next one to read.
struct TransactionOffset {
  TopicPartition partition;
  std::int64_t offset = -1;
  std::string metadata{};
};

/// What the last error of a TransactionalClient asks for (librdkafka's classes of errors).
enum class TransactionRemedy {
  kRetry,    ///< the same call again: it goes on where it was (sendOffsets: is sent again)
  kAbort,    ///< abort(), then the whole transaction again from begin()
  kRebuild,  ///< a new client (kFenced: another one took over, so don't)
};

/// The first record of the present transaction that could not be delivered.
struct FailedDelivery {
  std::uint64_t token = 0;
  Error error;
};

/// Whether trying again cannot help, since the record itself, or where it goes, is wrong.
[[nodiscard]] bool isRecordsFault(const Error& error);

/// One librdkafka transactional producer (KIP-98, KIP-447). Calls block up to their deadlines;
/// delivery reports are served on a thread of its own (commit waits for them). Used by one thread.
///
///     init ─▶ begin ─▶ produce… ─▶ sendOffsets ─▶ commit ─▶ begin …
///                └──── on an error: remedy() ────▶ abort ─▶ begin …
///
/// Retriable errors are tried again within the deadline; one that is returned with kRetry has used
/// it up. Errors: kFenced (fatal), kTimeout, kUnavailable, kAuthorization, …
class TransactionalClient {
 public:
  [[nodiscard]] static Result<std::unique_ptr<TransactionalClient>> create(
      const Settings& settings, const TransactionalOptions& options);
  /// An open transaction is aborted, within 2 s; else its end is left to the coordinator's timeout.
  ~TransactionalClient();
  TransactionalClient(const TransactionalClient&) = delete;
  TransactionalClient& operator=(const TransactionalClient&) = delete;

  /// Once, first: fences other instances, and finishes or aborts what they left.
  [[nodiscard]] Result<void> init(Milliseconds deadline);
  [[nodiscard]] Result<void> begin();
  /// Copies the record; does not wait. A record that the client refuses at once (kRecordTooLarge,
  /// kQueueFull) is not part of the transaction, which stays as it is: remedy() is kRetry then.
  /// `token` is named by failedDelivery().
  [[nodiscard]] Result<void> produce(const Record& record, std::uint64_t token = 0);
  [[nodiscard]] Result<void> sendOffsets(const std::vector<TransactionOffset>& offsets,
                                         const GroupMetadata& group, Milliseconds deadline);
  /// Delivers what was produced and commits. After an error with kRetry only commit() again can
  /// tell how it ended.
  [[nodiscard]] Result<void> commit(Milliseconds deadline);
  [[nodiscard]] Result<void> abort(Milliseconds deadline);

  /// Of the last error that a call returned.
  [[nodiscard]] TransactionRemedy remedy() const;
  [[nodiscard]] std::optional<FailedDelivery> failedDelivery() const;
  /// A transaction is open: begun, neither committed nor aborted.
  [[nodiscard]] bool inTransaction() const;

 private:
  class Impl;
  explicit TransactionalClient(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace caas::kafka::client
