#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "caas/kafka/settings.hpp"
#include "client/transactional_client.hpp"
#include "http/idempotency/keyed_request.hpp"

namespace caas::kafka::http {

/// Publishes claimed requests: the records of each, and that it is done, in one transaction. Those
/// that wait share one. Thread-safe.
class OncePublisher {
 public:
  /// Called with a request that failed. `nothingWritten`: none of it is in the log, nor will be.
  using Failed = std::function<void(const ClaimedRequest&, bool nothingWritten)>;
  /// `settings` must outlive it. `topic`: where claims are kept.
  OncePublisher(const Settings& settings, std::string topic, Failed failed);
  ~OncePublisher();  ///< what waits is answered with kShutdown
  OncePublisher(const OncePublisher&) = delete;
  OncePublisher& operator=(const OncePublisher&) = delete;

  /// Its responder is answered once it is committed, or has failed.
  void publish(ClaimedRequest request);

 private:
  using Batch = std::vector<ClaimedRequest>;
  void run(const std::stop_token& stop);
  Batch take(const std::stop_token& stop);
  bool ready();
  void transact(Batch batch);
  Result<void> write(const Batch& batch, std::vector<Response>& answers);
  Result<void> append(const OwnedRecord& record, std::uint64_t token);
  Result<void> awaitAppended(std::size_t records);
  Result<void> commit(const Batch& batch);
  void recover(Batch batch, const Error& error);
  [[nodiscard]] std::optional<std::size_t> culpritIn(const Batch& batch) const;
  void giveUp(const ClaimedRequest& request, Error error, bool nothingWritten);

  const Settings& settings_;
  const std::string topic_;
  const Failed failed_;
  const std::string transactionalId_;

  std::mutex mutex_;
  std::condition_variable_any wake_;
  std::deque<ClaimedRequest> waiting_;

  std::mutex appendedMutex_;
  std::condition_variable appendedSome_;
  std::vector<client::TransactedRecord> appended_;  ///< by token; offset -1: not yet
  std::size_t appendedCount_ = 0;

  // Of the thread.
  std::unique_ptr<client::TransactionalClient> client_;
  bool endUnknown_ = false;                        ///< of the transaction that failed
  std::optional<client::FailedDelivery> refused_;  ///< a record that the client took not at all
  std::jthread thread_;
};

}  // namespace caas::kafka::http
