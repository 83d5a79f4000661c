#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "caas/kafka/publisher.hpp"
#include "http/event_lines.hpp"
#include "http/message.hpp"
#include "http/responder.hpp"

namespace caas::kafka::http {

/// An NDJSON body on its way: a result for each line that is not empty, and the answer once all are
/// known. One thread publishes; results come from the producer's.
class EventBatch : public std::enable_shared_from_this<EventBatch> {
 public:
  /// Lines that are published before others get their turn.
  static constexpr std::size_t kLinesATurn = 100;

  EventBatch(std::optional<TenantId> tenant, RequestPtr request, Responder responder);

  /// Publishes the next lines; false: there are more.
  bool publishSome(EventPublisher& publisher);

 private:
  void publish(EventPublisher& publisher, std::string_view text, std::size_t index);
  void onReport(std::size_t index, const DeliveryReport& report);
  /// One of those that are waited for is known.
  void oneLess();

  const std::optional<TenantId> tenant_;
  const RequestPtr request_;
  const Responder responder_;
  const std::string type_;
  const std::string traceparent_;
  BodyLines body_;
  std::vector<EventLine> lines_;
  /// Reports that are open, and one for the reading.
  std::atomic<std::int64_t> open_{1};
};

}  // namespace caas::kafka::http
