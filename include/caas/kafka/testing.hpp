#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "caas/kafka/catalog.hpp"
#include "caas/kafka/consumer.hpp"
#include "caas/kafka/events.hpp"
#include "caas/kafka/record.hpp"

// A test kit: a handler runs on records without Kafka, with the engine's own order per key and the
// consumer's own retry policy (docs/consuming.md).

namespace caas::kafka {

/// A record for the handler under test.
struct TestRecord {
  std::string topic;
  std::optional<std::string> key{};
  std::optional<std::string> value{};
  std::vector<Header> headers{};
  /// Where the key puts it, unless given; 0 without a key.
  std::optional<int> partition{};
};

/// One run of the handler on one record, and what follows from it.
struct HandledRecord {
  enum class Next {
    kDone,          ///< acknowledged
    kAgainInPlace,  ///< RetryMode::kBlock: its key waits for it
    kRetryTopic,    ///< a copy waits in `copiedTo` for `delay`
    kDlq,           ///< a copy is in `copiedTo`, because of `reason`
  };
  std::string topic;  ///< where it was published, also of a retried one
  int partition = -1;
  std::int64_t offset = -1;
  std::optional<std::string> key{};
  std::optional<std::string> value{};
  int attempt = 1;
  Timestamp at{};          ///< when it was answered, by the tester's clock
  HandlerResult result{};  ///< what was thrown is a retry with the code "exception"
  Next next = Next::kDone;
  std::string copiedTo{};
  Milliseconds delay{0};
  std::optional<DlqReason> reason{};
};

struct HandlerTesterOptions {
  /// As for the real consumer; the group is "test" unless given. Not used: what is about Kafka
  /// itself (commits, drains, discovery), the limits on records, bytes and keys, and the breaker.
  ConsumerOptions consumer{};
  /// The embedded one unless given.
  std::shared_ptr<const Catalog> catalog{};
  /// The tester's clock starts here and stands still until advance().
  Timestamp start{std::chrono::sys_days{std::chrono::year{2026} / 1 / 1}};
};

/// Runs a handler on records without Kafka: no broker, no threads, no real time. It drives the real
/// dispatcher (order per key, batches, blocking) and the real retry policy; a retried record comes
/// back through the real reading of its headers. Retries are jittered as the policy says, from a
/// fixed seed. One thread uses it; completions may answer from any.
class HandlerTester {
 public:
  explicit HandlerTester(Handler handler, HandlerTesterOptions options = {});
  explicit HandlerTester(AsyncHandler handler, HandlerTesterOptions options = {});
  explicit HandlerTester(BatchHandler handler, HandlerTesterOptions options = {});
  explicit HandlerTester(ForwardHandler handler, HandlerTesterOptions options = {});
  /// Handlers of event types, as Consumer::on; `rest` gets the other types, if it is given.
  explicit HandlerTester(std::map<std::string, Handler, std::less<>> byType, Handler rest = {},
                         HandlerTesterOptions options = {});
  ~HandlerTester();  ///< later answers are dropped
  HandlerTester(const HandlerTester&) = delete;
  HandlerTester& operator=(const HandlerTester&) = delete;

  /// Puts a record at its partition's end; run() hands it out. Errors: kInvalidArgument (no topic,
  /// an empty handler), kInvalidConfiguration (the retry policy).
  Result<void> publish(const TestRecord& record);
  /// As EventPublisher does: topic, key, headers and JSON by the catalog. Errors: kInvalidArgument.
  template <class TypedEvent>
  Result<void> publish(const TenantId& tenant, const TypedEvent& event) {
    return publishEvent(&tenant, toEvent(event));
  }
  template <class TypedEvent>
  Result<void> publish(const TypedEvent& event) {
    return publishEvent(nullptr, toEvent(event));
  }
  Result<void> publishEvent(const TenantId* tenant, Event event);

  /// Runs everything that may run now. Returns each run that was answered since the last call, in
  /// the order of the answers. Records that wait for their time, or for an answer of an
  /// asynchronous handler, stay.
  std::vector<HandledRecord> run();
  /// Lets time pass, and runs what becomes due at its time.
  std::vector<HandledRecord> advance(Milliseconds duration);
  /// run(), until no asynchronous handler is at work or the deadline (of real time) has passed.
  std::vector<HandledRecord> waitForAnswers(Milliseconds deadline = Milliseconds{5'000});

  [[nodiscard]] Timestamp now() const;
  /// Records that are not done: at work, behind others of their key, or waiting for their time.
  [[nodiscard]] std::int64_t unfinished() const;
  /// What was written to a topic: copies in retry topics and the DLQ with their headers, and the
  /// outputs of a forwarding handler.
  [[nodiscard]] std::vector<ReceivedRecord> written(std::string_view topic) const;
  /// The offset that a commit would say now; 0 for a topic that has no record.
  [[nodiscard]] std::int64_t committed(std::string_view topic, int partition = 0) const;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace caas::kafka
