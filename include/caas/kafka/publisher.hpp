#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "caas/kafka/catalog.hpp"
#include "caas/kafka/events.hpp"
#include "caas/kafka/partition_strategy.hpp"
#include "caas/kafka/producer.hpp"

namespace caas::kafka {

/// Extras of one publish.
struct PublishOptions {
  /// Names that begin with `caas.` are stripped: those are ours.
  std::span<const HeaderView> headers{};
  /// W3C trace context, carried as header `traceparent`.
  std::string_view traceparent{};
};

/// Publishes the built-in events: finds the topic and its preset in the catalog, makes the key by
/// the entry's strategy, fills ids and times, encodes, and sends. Headers `caas.type` and
/// `caas.event-time` are set. The record's own timestamp is always the present (an old one could be
/// deleted by retention at once). Thread-safe.
class EventPublisher {
 public:
  /// `settings` and `catalog` must outlive it. Producers are made when a preset is first used.
  [[nodiscard]] static Result<std::unique_ptr<EventPublisher>> create(
      const Settings& settings, const Catalog& catalog, Clock& clock = systemClock(),
      Random& random = systemRandom());
  ~EventPublisher();
  EventPublisher(const EventPublisher&) = delete;
  EventPublisher& operator=(const EventPublisher&) = delete;

  /// One call for every tenant event: ChatMessage, Reaction, Typing, ReadReceipt, Presence,
  /// AnalyticsEvent, Notification. Errors: kInvalidArgument (missing or wrong field, unknown type),
  /// and those of Producer::send.
  template <class TypedEvent>
  Result<void> publish(const TenantId& tenant, const TypedEvent& event,
                       DeliveryCallback onDelivery = {}, const PublishOptions& options = {}) {
    return publishTyped(&tenant, &event, std::move(onDelivery), options);
  }
  /// The platform's own: PlatformEvent, AuditEvent, PlatformNotification.
  template <class TypedEvent>
  Result<void> publish(const TypedEvent& event, DeliveryCallback onDelivery = {},
                       const PublishOptions& options = {}) {
    return publishTyped(nullptr, &event, std::move(onDelivery), options);
  }
  /// Removes a user's presence: a tombstone, which compaction lets win.
  Result<void> clearPresence(const TenantId& tenant, std::string_view userId,
                             DeliveryCallback onDelivery = {});
  /// The generic form. `tenant` is needed for topics of category tenant and refused for others.
  Result<void> publishEvent(const TenantId* tenant, Event event, DeliveryCallback onDelivery = {},
                            const PublishOptions& options = {});
  /// An event type that the catalog has and the library has no fields for: bytes as they are.
  Result<void> publishRaw(std::string_view type, const TenantId* tenant, const MessageData& keyData,
                          std::optional<std::string_view> value, DeliveryCallback onDelivery = {},
                          const PublishOptions& options = {});

  /// What publishJson found.
  struct JsonOutcome {
    /// The event's own id, made up where it had none; empty for types that have none.
    std::string id{};
    /// Names that no field took, each once.
    std::vector<std::string> ignoredFields{};
  };
  /// One JSON object as an event of `type`: eventFromJson and publishEvent. Of a type that the
  /// library has no fields for, the text itself is the record's value, and the key comes from its
  /// conversationId and userId (through `map`). Errors: those of both; the callback is not called
  /// then. `outcome` is filled before the event is sent, so the callback may read it.
  Result<void> publishJson(std::string_view type, const TenantId* tenant, std::string_view json,
                           const FieldMap& map = {}, DeliveryCallback onDelivery = {},
                           const PublishOptions& options = {}, JsonOutcome* outcome = nullptr);
  /// The record that publishJson would send, for those who send it themselves: in a transaction, or
  /// through an outbox. Errors: as there, but for those of sending.
  [[nodiscard]] Result<OwnedRecord> recordOfJson(std::string_view type, const TenantId* tenant,
                                                 std::string_view json, const FieldMap& map = {},
                                                 const PublishOptions& options = {},
                                                 JsonOutcome* outcome = nullptr);

  [[nodiscard]] Result<void> flush(Milliseconds deadline = Milliseconds{30'000});
  [[nodiscard]] Result<ShutdownReport> close(Milliseconds deadline = Milliseconds{30'000});
  /// Sum over the producers.
  [[nodiscard]] ProducerStats stats() const;

 private:
  class Impl;
  Result<void> publishTyped(const TenantId* tenant, EventRef event, DeliveryCallback&& onDelivery,
                            const PublishOptions& options);
  explicit EventPublisher(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace caas::kafka
