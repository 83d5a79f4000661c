#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "caas/kafka/events.hpp"
#include "caas/kafka/publisher.hpp"
#include "cli/import.hpp"

namespace caas::kafka::cli {

/// What every event of one import has in common.
struct EventTarget {
  std::string type;
  std::optional<TenantId> tenant{};
  FieldMap map;
  std::vector<Header> headers;
};

/// Lines of JSON become events of one type and go through EventPublisher. Of a type that the
/// library has no fields for, the line itself is the record's value; its key is made from the
/// fields conversationId and userId (through the map).
class EventSink : public ImportSink {
 public:
  EventSink(std::shared_ptr<EventPublisher> publisher, EventTarget target);
  [[nodiscard]] Result<void> submit(std::string_view line, DeliveryCallback onDelivery) override;
  [[nodiscard]] Result<void> flush(Milliseconds deadline) override;
  [[nodiscard]] Result<ShutdownReport> close(Milliseconds deadline) override;
  /// Names that no field took, with how often; at most 50 names are kept.
  [[nodiscard]] const std::map<std::string, std::int64_t>& ignoredFields() const {
    return ignored_;
  }

 private:
  std::shared_ptr<EventPublisher> publisher_;
  EventTarget target_;
  std::vector<HeaderView> headers_;
  std::map<std::string, std::int64_t> ignored_;
};

}  // namespace caas::kafka::cli
