#pragma once

#include <chrono>
#include <memory>
#include <mutex>
#include <string>

#include "caas/kafka/message_browser.hpp"
#include "caas/kafka/schema_serde.hpp"
#include "caas/kafka/service.hpp"
#include "http/json/record_json.hpp"

namespace caas::kafka::http {

/// Parts of the service that requests share, each made when it is first needed: their connections
/// stay open between requests. Thread-safe.
class SharedParts {
 public:
  explicit SharedParts(std::shared_ptr<KafkaService> service) : service_(std::move(service)) {}

  [[nodiscard]] Result<std::shared_ptr<GroupManager>> groups();
  [[nodiscard]] Result<std::shared_ptr<DeadLetterQueue>> deadLetters();
  [[nodiscard]] Result<std::shared_ptr<SchemaRegistry>> registry();
  [[nodiscard]] Result<std::shared_ptr<MessageBrowser>> browser();
  /// A record's value by its schema, where it has one. A registry that is down is not asked again
  /// for a while: the bytes are shown with the reason.
  [[nodiscard]] ValueView view(const ReceivedRecord& record);

 private:
  template <class Part, class Make>
  Result<std::shared_ptr<Part>> shared(std::shared_ptr<Part>& part, Make make);

  std::shared_ptr<KafkaService> service_;
  std::mutex mutex_;
  std::shared_ptr<GroupManager> groups_;
  std::shared_ptr<DeadLetterQueue> deadLetters_;
  std::shared_ptr<SchemaRegistry> registry_;
  std::shared_ptr<const Settings> settings_;  // which the browser refers to
  std::shared_ptr<MessageBrowser> browser_;
  std::shared_ptr<SchemaSerde> serde_;
  std::chrono::steady_clock::time_point downUntil_{};
  std::string downReason_;
};
using PartsPtr = std::shared_ptr<SharedParts>;

}  // namespace caas::kafka::http
