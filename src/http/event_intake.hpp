#pragma once

#include <condition_variable>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

#include "caas/kafka/service.hpp"
#include "http/idempotency/key_claims.hpp"
#include "http/message.hpp"
#include "http/responder.hpp"

namespace caas::kafka::http {

class EventBatch;

/// Publishes the events that requests bring, on a thread of its own: parsing, the schema registry
/// and a full queue hold up no connection. Batches take turns with single events, some lines at a
/// time. Thread-safe.
class EventIntake {
 public:
  /// Requests that wait at most; more are told to come again (503).
  static constexpr std::size_t kMostWaiting = 10'000;
  /// Lines of a batch at most.
  static constexpr std::size_t kMostLines = 50'000;

  explicit EventIntake(std::shared_ptr<KafkaService> service);
  ~EventIntake();  ///< what still waits is answered with kShutdown
  EventIntake(const EventIntake&) = delete;
  EventIntake& operator=(const EventIntake&) = delete;

  /// `tenant` is set for types of tenants. The answer comes when Kafka has acknowledged the event,
  /// or each line of an NDJSON body: 200, or 207 when a line failed.
  void take(std::optional<TenantId> tenant, RequestPtr request, Responder responder);

 private:
  struct Job {
    std::optional<TenantId> tenant{};
    RequestPtr request;
    Responder responder;
    std::optional<std::string> key{};     ///< Idempotency-Key
    std::shared_ptr<EventBatch> batch{};  ///< begun
  };
  void run(const std::stop_token& stop);
  /// A job that is not through with its lines goes back to the end of the queue.
  std::optional<Job> work(Job job);

  std::shared_ptr<KafkaService> service_;
  KeyClaims keys_;
  std::mutex mutex_;
  std::condition_variable_any wake_;
  std::deque<Job> waiting_;
  std::jthread thread_;
};

}  // namespace caas::kafka::http
