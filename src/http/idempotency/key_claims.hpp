#pragma once

#include <chrono>
#include <condition_variable>
#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "caas/kafka/producer.hpp"
#include "caas/kafka/record_reader.hpp"
#include "caas/kafka/service.hpp"
#include "http/idempotency/claim_log.hpp"
#include "http/idempotency/keyed_request.hpp"
#include "http/idempotency/once_publisher.hpp"

namespace caas::kafka::http {

/// Takes requests that have an Idempotency-Key: claims the key, and has the request published if
/// the claim is the first one in the log (README.md: why that is safe). Nothing runs before the
/// first one comes. Thread-safe.
class KeyClaims {
 public:
  /// Requests on their way at most; more are told to come again (503).
  static constexpr std::size_t kMostWaiting = 10'000;
  /// Of keys that are kept; a request beyond it is told to come again.
  static constexpr std::size_t kMostKeptBytes = 256'000'000;

  explicit KeyClaims(std::shared_ptr<KafkaService> service);
  ~KeyClaims();  ///< what waits is answered with kShutdown
  KeyClaims(const KeyClaims&) = delete;
  KeyClaims& operator=(const KeyClaims&) = delete;

  /// Answers at once what it must refuse. Errors: kConflict (the key came with another request, or
  /// is being published), kTopicNotFound, kUnavailable (send it again with the same key), …
  void take(KeyedRequest request);

 private:
  // One thread claims,
  void claimAll(const std::stop_token& stop);
  Result<void> start();
  Result<void> checkTopics(const std::vector<OwnedRecord>& records);
  void claim(KeyedRequest request);
  // another one reads what came of it.
  void follow(const std::stop_token& stop);
  [[nodiscard]] Result<std::unique_ptr<RecordReader>> openReader() const;
  void onRecord(const ReceivedRecord& record);
  void forgetOld();

  [[nodiscard]] std::optional<ClaimedRequest> takePending(const std::string& claim);
  void onFailed(const ClaimedRequest& request, bool nothingWritten);

  const std::shared_ptr<KafkaService> service_;
  std::shared_ptr<const Settings> settings_{};
  std::string topic_{};

  std::mutex mutex_;
  std::condition_variable_any arrivedSome_;
  std::deque<KeyedRequest> arrived_;
  std::map<std::string, ClaimedRequest> pending_;  ///< by claim, until it is read
  ClaimLog log_;
  std::set<std::string> knownTopics_;

  // Of the thread that claims.
  std::unique_ptr<Producer> producer_;
  std::unique_ptr<OncePublisher> publisher_;

  std::jthread follower_;
  std::jthread claimer_;
};

}  // namespace caas::kafka::http
