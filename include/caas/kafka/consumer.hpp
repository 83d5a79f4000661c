#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "caas/kafka/catalog.hpp"
#include "caas/kafka/record.hpp"
#include "caas/kafka/retry_policy.hpp"
#include "caas/kafka/settings.hpp"

namespace caas::kafka {

/// A record as a handler sees it. Of a retried record these are the original's: topic, partition,
/// offset and time are where it was published. Views live until its outcome is given.
struct ConsumedRecord {
  std::string_view topic{};
  std::string_view entry{};   ///< of the catalog ("chat.messages"); empty for topics outside of it
  std::string_view tenant{};  ///< empty for topics that belong to no tenant
  std::string_view type{};  ///< the event type, from the header `caas.type`; empty if there is none
  int partition = -1;
  std::int64_t offset = -1;
  Timestamp timestamp{};
  std::optional<std::string_view> key{};
  std::optional<std::string_view> value{};  ///< nullopt: a tombstone
  std::span<const HeaderView> headers{};
  int attempt = 1;  ///< 1: the first run; counts runs over all tiers

  /// The last header of that name, as Kafka's clients do; nullopt if absent or null.
  [[nodiscard]] std::optional<std::string_view> header(std::string_view name) const;
};

/// A record that a handler wants written, for exactly-once forwarding.
struct OutputRecord {
  std::string topic;
  std::optional<std::string> key{};
  std::optional<std::string> value{};
  std::vector<Header> headers{};
};

/// What a handler says of a record.
class HandlerResult {
 public:
  enum class Kind { kAck, kRetry, kReject };

  /// Handled.
  HandlerResult() = default;
  [[nodiscard]] static HandlerResult ack() { return {}; }
  /// Failed for now: tried again as the policy says. `code` is short and stable ("db_timeout"): it
  /// groups failures; `message` is for people.
  [[nodiscard]] static HandlerResult retry(std::string message, std::string code = "retry") {
    return {Kind::kRetry, std::move(code), std::move(message)};
  }
  /// Can never be handled: to the DLQ.
  [[nodiscard]] static HandlerResult reject(std::string message, std::string code = "reject") {
    return {Kind::kReject, std::move(code), std::move(message)};
  }
  /// Its bytes are not what they should be: to the DLQ, as undecodable.
  [[nodiscard]] static HandlerResult undecodable(std::string message,
                                                 std::string code = "undecodable") {
    HandlerResult result = reject(std::move(message), std::move(code));
    result.undecodable_ = true;
    return result;
  }

  [[nodiscard]] Kind kind() const { return kind_; }
  [[nodiscard]] bool isUndecodable() const { return undecodable_; }
  [[nodiscard]] const std::string& code() const { return code_; }
  [[nodiscard]] const std::string& message() const { return message_; }

 private:
  HandlerResult(Kind kind, std::string code, std::string message)
      : kind_(kind), code_(std::move(code)), message_(std::move(message)) {}
  Kind kind_ = Kind::kAck;
  bool undecodable_ = false;
  std::string code_;
  std::string message_;
};

/// Answers for one record, at any time and from any thread, once. Dropped unanswered, it answers
/// retry. An answer after the partition was given away, or after close, is dropped.
class Completion {
 public:
  class Target;
  explicit Completion(std::shared_ptr<Target> target);
  ~Completion();
  Completion(Completion&& other) noexcept;
  Completion& operator=(Completion&& other) noexcept;

  void complete(HandlerResult result);
  void ack() { complete(HandlerResult::ack()); }

 private:
  std::shared_ptr<Target> target_;
};

/// Runs on a worker thread; may block. Anything thrown is a retry.
using Handler = std::function<HandlerResult(const ConsumedRecord&)>;
/// Runs on a worker thread and returns at once; the work goes on elsewhere. The record's views live
/// until the completion is answered.
using AsyncHandler = std::function<void(const ConsumedRecord&, Completion)>;
/// Several records of one topic at once, those of one key in order. Answers one result for all of
/// them, or one for each.
using BatchHandler =
    std::function<std::vector<HandlerResult>(std::span<const ConsumedRecord* const>)>;

/// What a forwarding handler says: as any handler, and what is to be written because of it.
struct ForwardResult {
  HandlerResult result{};
  /// Written if the result is an ack, in one transaction with the record's completion.
  std::vector<OutputRecord> outputs{};
};
/// Runs on a worker thread; may block. It must not produce by itself.
using ForwardHandler = std::function<ForwardResult(const ConsumedRecord&)>;

/// What stays in order.
enum class Ordering {
  kKey,        ///< records of one key; those without a key are in no order
  kPartition,  ///< all records of a partition: one at a time
  kNone,       ///< nothing
};

/// All of them, those that come later too.
struct AllTenants {};
using TenantSelection = std::variant<AllTenants, std::vector<TenantId>>;

struct ConsumerOptions {
  /// CONSUMER_GROUP_ID unless given. Retried records are read by the group `{group}.retry`.
  std::optional<std::string> group{};
  Ordering ordering = Ordering::kKey;
  RetryPolicy retry{};
  BreakerPolicy breaker{};
  /// The group's retried and redriven records are read too. False where the account has no rights
  /// on internal.*: then redriven records stay there.
  bool readRetries = true;
  /// Handlers in flight at most (asynchronous ones that have not answered count); retried records
  /// have a quarter of it on top. CONSUMER_CONCURRENCY unless given.
  std::optional<int> concurrency{};
  /// Records taken from Kafka and not yet completed at most, and per partition those between the
  /// lowest incomplete one and the newest. CONSUMER_MAX_IN_FLIGHT unless given.
  std::optional<int> maxInFlight{};
  std::int64_t maxBytesInFlight = 64LL * 1024 * 1024;
  /// Different keys at work or waiting at most.
  int maxKeysInFlight = 10'000;
  /// Of one call of a batch handler.
  int maxBatchRecords = 500;
  /// Completed offsets are committed this often.
  Milliseconds commitInterval{500};
  /// On a rebalance: how long handlers at work on a revoked partition may finish.
  Milliseconds drainTimeout{10'000};
  /// A handler that is at work for longer is reported with its topic, offset and key.
  Milliseconds slowHandler{30'000};
  /// Of startForwarding: ends the transactional.id (`{group}.{instance}`). Two live consumers with
  /// the same one fence each other. A random one unless given.
  std::optional<std::string> instance{};
  /// How soon new tenants are seen.
  Milliseconds discoveryInterval{3'000};
  bool readUncommitted = false;
};

/// Counters since start, and what is going on now.
struct ConsumerStats {
  std::int64_t consumed = 0;      ///< records taken from Kafka
  std::int64_t skipped = 0;       ///< of these: completed before a restart, or another group's
  std::int64_t acked = 0;         ///< handled
  std::int64_t retried = 0;       ///< failed and to be tried again
  std::int64_t deadLettered = 0;  ///< copied to the DLQ
  std::int64_t dropped = 0;       ///< results that came after their partition was given away
  std::int64_t commits = 0;
  std::int64_t commitFailures = 0;
  std::int64_t rebalances = 0;
  std::int64_t forwarded = 0;     ///< outputs in committed transactions
  std::int64_t transactions = 0;  ///< committed
  std::int64_t aborts = 0;        ///< transactions that were aborted and staged again
  int partitions = 0;             ///< assigned now
  std::int64_t recordsInFlight = 0;
  std::int64_t bytesInFlight = 0;
  std::int64_t keysInFlight = 0;
  int handlersInFlight = 0;
  std::int64_t waitingForRetry = 0;  ///< read ahead of their time, or blocking their key
  bool paused = false;
  bool breakerOpen = false;
  std::vector<std::string> slowHandlers{};  ///< "chat.messages.acme-3 offset 17 key "c-9": 41 s"
};

/// What close() left behind.
struct ConsumerReport {
  /// Records that were at work at the deadline: they will run again elsewhere.
  std::int64_t unfinished = 0;
  /// Those of them whose handlers have not returned.
  std::vector<std::string> hangingHandlers{};
  [[nodiscard]] bool clean() const { return unfinished == 0; }
};

/// Reads topics as a member of a consumer group and runs a handler for each record: in order per
/// key, different keys side by side, within a partition too. At least once: a record is committed
/// when its handler has acknowledged it, or when its copy is in a retry topic or the DLQ; what
/// completes out of order is remembered in the commit's metadata, so a restart does not run it
/// again. Thread-safe.
class Consumer {
 public:
  /// Errors: kInvalidArgument, kInvalidConfiguration.
  [[nodiscard]] static Result<std::unique_ptr<Consumer>> create(
      const Settings& settings, std::shared_ptr<const Catalog> catalog,
      ConsumerOptions options = {});
  ~Consumer();  ///< close() with a 10 s deadline, if it was not called
  Consumer(const Consumer&) = delete;
  Consumer& operator=(const Consumer&) = delete;

  /// Before start: a catalog entry ("chat.messages"), for all its tenants or some. New tenants join
  /// within 10 s, deleted ones leave. Errors: kInvalidArgument (names the entries that exist).
  [[nodiscard]] Result<void> subscribe(std::string_view entry,
                                       TenantSelection tenants = AllTenants{});
  /// Before start: a topic by its name, of the catalog or not.
  [[nodiscard]] Result<void> subscribeTopic(std::string_view topic);

  /// Before start: the handler of one event type (header `caas.type`).
  [[nodiscard]] Result<void> on(std::string_view eventType, Handler handler);
  /// Starts. With handlers of event types, `handler` gets the other types; without one, those are
  /// acknowledged unseen.
  [[nodiscard]] Result<void> start(Handler handler = {});
  [[nodiscard]] Result<void> startAsync(AsyncHandler handler);
  [[nodiscard]] Result<void> startBatch(BatchHandler handler);
  /// Exactly-once forwarding (KIP-98, KIP-447): outputs, completed offsets, retry and DLQ copies
  /// are committed in one transaction, so a read_committed reader sees each result once, whatever
  /// is killed. Handlers may still run more than once.
  [[nodiscard]] Result<void> startForwarding(ForwardHandler handler);

  /// Stops handing out records; those at work finish. The group keeps its assignment.
  void pause();
  void resume();
  [[nodiscard]] ConsumerStats stats() const;
  /// The error that ended it, if it could not go on (the group's authorization, a fatal client
  /// error): records are no longer read.
  [[nodiscard]] std::optional<Error> failure() const;
  /// Lets handlers at work finish until the deadline, commits, leaves the group. One that never
  /// returns does not hold it up; the report names it. It may take longer: amid a rebalance by a
  /// tenth of the session timeout and 2 s; with forwarding, while no broker answers, by 12 s more.
  [[nodiscard]] Result<ConsumerReport> close(Milliseconds deadline = Milliseconds{10'000});

 private:
  class Impl;
  explicit Consumer(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace caas::kafka
