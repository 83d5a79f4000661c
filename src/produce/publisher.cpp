#include "caas/kafka/publisher.hpp"

#include <algorithm>
#include <charconv>

#include <fmt/format.h>

#include "core/errors.hpp"
#include "core/utf8.hpp"
#include "produce/event_encoder.hpp"
#include "produce/event_rules.hpp"
#include "produce/preset_producers.hpp"
#include "produce/publish_json.hpp"
#include "produce/record_sink.hpp"
#include "produce/trace_context.hpp"

namespace caas::kafka {
namespace {

using produce::shown;

constexpr std::string_view kReservedPrefix = "caas.";
constexpr std::string_view kTypeHeader = "caas.type";
constexpr std::string_view kEventTimeHeader = "caas.event-time";
/// A buffer that once held a large event is given back.
constexpr std::size_t kKeepBytes = 64 * 1024;

MessageData keyDataOf(const TenantId* tenant, const produce::EventView& event) {
  return {.tenantId = tenant != nullptr ? tenant->str() : event.text("tenantId"),
          .conversationId = event.text("conversationId"),
          .userId = event.text("userId")};
}

Result<void> checkTenant(const TopicDefinition& definition, std::string_view type,
                         const TenantId* tenant) {
  if (definition.perTenant() && tenant == nullptr) {
    return fail(errors::invalidArgument(
        fmt::format("event type '{}' goes to {} and needs a tenant", type, definition.pattern),
        "Name the tenant that it belongs to"));
  }
  if (!definition.perTenant() && tenant != nullptr) {
    return fail(errors::invalidArgument(
        fmt::format("event type '{}' goes to {}, which is no tenant's; tenant '{}' was given", type,
                    definition.pattern, tenant->str()),
        "Leave the tenant out; the event's field tenantId says whom it is about"));
  }
  return {};
}

class SendingSink final : public produce::RecordSink {
 public:
  SendingSink(produce::PresetProducers& producers, DeliveryCallback&& onDelivery)
      : producers_(producers), onDelivery_(std::move(onDelivery)) {}
  Result<void> take(const Record& record, ProducerPreset preset) override {
    CAAS_ASSIGN(const auto producer, producers_.get(preset));
    return producer->send(record, std::move(onDelivery_));
  }

 private:
  produce::PresetProducers& producers_;
  DeliveryCallback onDelivery_;
};

class KeepingSink final : public produce::RecordSink {
 public:
  explicit KeepingSink(OwnedRecord& kept) : kept_(kept) {}
  Result<void> take(const Record& record, ProducerPreset /*preset*/) override {
    kept_ = OwnedRecord(record);
    return {};
  }

 private:
  OwnedRecord& kept_;
};

/// Buffers that each thread uses again and again: a publish takes no memory for them.
struct Scratch {
  std::string value;
  std::string id;
  std::vector<HeaderView> headers;
  std::array<char, 24> eventTime{};

  static Scratch& ofThisThread() {
    thread_local Scratch scratch;
    scratch.value.clear();
    if (scratch.value.capacity() > kKeepBytes) {
      scratch.value.shrink_to_fit();
    }
    scratch.headers.clear();
    return scratch;
  }

  Result<void> setHeaders(std::string_view type, std::optional<Timestamp> ownTime,
                          const PublishOptions& options) {
    const bool traced = !options.traceparent.empty();
    if (traced) {
      CAAS_TRY(produce::checkTraceparent(options.traceparent));
    }
    headers.push_back({kTypeHeader, type});
    if (ownTime) {
      const auto end = std::to_chars(eventTime.data(), eventTime.data() + eventTime.size(),
                                     ownTime->time_since_epoch().count());
      headers.push_back({kEventTimeHeader, std::string_view(eventTime.data(), end.ptr)});
    }
    if (traced) {
      headers.push_back({produce::kTraceparent, options.traceparent});
    }
    for (const auto& header : options.headers) {
      const bool replaced = traced && header.name == produce::kTraceparent;
      if (!replaced && !header.name.starts_with(kReservedPrefix)) {
        headers.push_back(header);
      }
    }
    return {};
  }
};

}  // namespace

class EventPublisher::Impl {
 public:
  Impl(const Settings& settings, const Catalog& catalog, Clock& clock, Random& random,
       std::unique_ptr<produce::EventEncoder> encoder)
      : catalog_(catalog),
        clock_(clock),
        random_(random),
        encoder_(std::move(encoder)),
        producers_(settings) {}

  Result<void> publish(const TenantId* tenant, const Event& event, produce::RecordSink& sink,
                       const PublishOptions& options) {
    const auto* info = produce::findEventType(event.type);
    if (info == nullptr) {
      return fail(noFields(event.type));
    }
    CAAS_ASSIGN(const auto* const definition, find(event.type, tenant));
    CAAS_TRY(produce::validateEvent(event, *info));
    return publishValid(*definition, tenant, produce::viewOf(*info, event), sink, options);
  }

  Result<void> publish(const TenantId* tenant, const EventRef& event, produce::RecordSink& sink,
                       const PublishOptions& options) {
    const auto view = produce::viewOf(event);
    CAAS_ASSIGN(const auto* const definition, find(view.info->type, tenant));
    CAAS_TRY(produce::validateEvent(view));
    return publishValid(*definition, tenant, view, sink, options);
  }

  Result<void> publishRaw(std::string_view type, const TenantId* tenant, const MessageData& keyData,
                          std::optional<std::string_view> value, produce::RecordSink& sink,
                          const PublishOptions& options) {
    if (produce::findEventType(type) != nullptr) {
      return fail(errors::invalidArgument(
          fmt::format("event type '{}' has fields of its own and is not published as raw bytes",
                      type),
          "Use publish or publishEvent (clearPresence for a tombstone)"));
    }
    CAAS_ASSIGN(const auto* const definition, find(type, tenant));
    auto& scratch = Scratch::ofThisThread();
    CAAS_TRY(scratch.setHeaders(type, std::nullopt, options));
    MessageData data = keyData;
    if (tenant != nullptr) {
      data.tenantId = tenant->str();
    }
    return send(*definition, tenant, data, value, scratch, sink);
  }

  Result<void> clearPresence(const TenantId& tenant, std::string_view userId,
                             produce::RecordSink& sink) {
    constexpr std::string_view kPresence = "presence";
    if (userId.empty() || !isUtf8(userId)) {
      return fail(produce::fieldError(kPresence, "userId",
                                      userId.empty() ? "an empty string" : shown(userId),
                                      "UTF-8 text that is not empty"));
    }
    CAAS_ASSIGN(const auto* const definition, find(kPresence, &tenant));
    auto& scratch = Scratch::ofThisThread();
    CAAS_TRY(scratch.setHeaders(kPresence, std::nullopt, {}));
    return send(*definition, &tenant,
                {.tenantId = tenant.str(), .conversationId = {}, .userId = userId}, std::nullopt,
                scratch, sink);
  }

  Result<void> publishJson(std::string_view type, const TenantId* tenant, std::string_view json,
                           const FieldMap& map, produce::RecordSink& sink,
                           const PublishOptions& options, JsonOutcome* outcome) {
    if (produce::findEventType(type) != nullptr) {
      CAAS_ASSIGN(
          auto event,
          eventFromJson(type, json, map, outcome == nullptr ? nullptr : &outcome->ignoredFields));
      if (outcome != nullptr) {
        outcome->id = produce::giveId(event, clock_, random_);
      }
      return publish(tenant, event, sink, options);
    }
    CAAS_ASSIGN(const auto fields, produce::rawJsonFields(json, map));
    const MessageData keyData{.tenantId = tenant != nullptr ? tenant->str() : std::string_view{},
                              .conversationId = fields.conversationId,
                              .userId = fields.userId};
    return publishRaw(type, tenant, keyData, json, sink, options);
  }

  produce::PresetProducers& producers() { return producers_; }

 private:
  Result<void> publishValid(const TopicDefinition& definition, const TenantId* tenant,
                            produce::EventView event, produce::RecordSink& sink,
                            const PublishOptions& options) {
    auto& scratch = Scratch::ofThisThread();
    const auto ownTime = produce::completeEvent(event, scratch.id, clock_, random_);
    CAAS_TRY(scratch.setHeaders(event.info->type, ownTime, options));
    CAAS_TRY(encoder_->encode(definition, tenant, event, scratch.value));
    return send(definition, tenant, keyDataOf(tenant, event), scratch.value, scratch, sink);
  }

  [[nodiscard]] Error noFields(std::string_view type) const {
    if (catalog_.findByEventType(type) != nullptr) {
      return errors::invalidArgument(
          fmt::format("event type {} is in the catalog, but its fields are not known here",
                      shown(type)),
          "Publish it as raw bytes (publishRaw)");
    }
    return unknownType(type);
  }

  [[nodiscard]] Error unknownType(std::string_view type) const {
    std::string known;
    for (const auto& name : catalog_.eventTypes()) {
      known += known.empty() ? name : ", " + name;
    }
    return errors::invalidArgument(
        fmt::format("no topic of the catalog carries event type {}; there are {}", shown(type),
                    known),
        "Add the type to an entry of config/topics.yaml");
  }

  Result<const TopicDefinition*> find(std::string_view type, const TenantId* tenant) const {
    const auto* definition = catalog_.findByEventType(type);
    if (definition == nullptr) {
      return fail(unknownType(type));
    }
    CAAS_TRY(checkTenant(*definition, type, tenant));
    return definition;
  }

  Result<std::optional<std::string>> makeKey(const TopicDefinition& definition,
                                             const MessageData& data) {
    if (definition.strategy == KeyStrategy::kNone) {
      return std::optional<std::string>();
    }
    CAAS_ASSIGN(auto key, PartitionStrategy::createMessageKey(definition.strategy, data, random_));
    return std::optional(std::move(key));
  }

  Result<void> send(const TopicDefinition& definition, const TenantId* tenant,
                    const MessageData& keyData, std::optional<std::string_view> value,
                    const Scratch& scratch, produce::RecordSink& sink) {
    CAAS_ASSIGN(const auto key, makeKey(definition, keyData));
    const std::string topic = tenant != nullptr ? definition.topicFor(*tenant) : definition.pattern;
    // No timestamp: an event's own old time would let retention delete the record at once.
    const Record record{.topic = topic,
                        .key = key ? std::optional<std::string_view>(*key) : std::nullopt,
                        .value = value,
                        .headers = scratch.headers};
    return sink.take(record, definition.preset);
  }

  const Catalog& catalog_;
  Clock& clock_;
  Random& random_;
  const std::unique_ptr<produce::EventEncoder> encoder_;
  produce::PresetProducers producers_;
};

Result<std::unique_ptr<EventPublisher>> EventPublisher::create(const Settings& settings,
                                                               const Catalog& catalog, Clock& clock,
                                                               Random& random) {
  CAAS_ASSIGN(auto encoder, produce::makeEventEncoder(settings.schemaRegistry));
  return std::unique_ptr<EventPublisher>(new EventPublisher(
      std::make_unique<Impl>(settings, catalog, clock, random, std::move(encoder))));
}

EventPublisher::EventPublisher(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
EventPublisher::~EventPublisher() = default;

Result<void> EventPublisher::publishEvent(const TenantId* tenant, Event event,
                                          DeliveryCallback onDelivery,
                                          const PublishOptions& options) {
  SendingSink sink(impl_->producers(), std::move(onDelivery));
  return impl_->publish(tenant, event, sink, options);
}

Result<void> EventPublisher::publishTyped(const TenantId* tenant, EventRef event,
                                          DeliveryCallback&& onDelivery,
                                          const PublishOptions& options) {
  SendingSink sink(impl_->producers(), std::move(onDelivery));
  return impl_->publish(tenant, event, sink, options);
}

Result<void> EventPublisher::publishRaw(std::string_view type, const TenantId* tenant,
                                        const MessageData& keyData,
                                        std::optional<std::string_view> value,
                                        DeliveryCallback onDelivery,
                                        const PublishOptions& options) {
  SendingSink sink(impl_->producers(), std::move(onDelivery));
  return impl_->publishRaw(type, tenant, keyData, value, sink, options);
}

Result<void> EventPublisher::clearPresence(const TenantId& tenant, std::string_view userId,
                                           DeliveryCallback onDelivery) {
  SendingSink sink(impl_->producers(), std::move(onDelivery));
  return impl_->clearPresence(tenant, userId, sink);
}

Result<void> EventPublisher::publishJson(std::string_view type, const TenantId* tenant,
                                         std::string_view json, const FieldMap& map,
                                         DeliveryCallback onDelivery, const PublishOptions& options,
                                         JsonOutcome* outcome) {
  SendingSink sink(impl_->producers(), std::move(onDelivery));
  return impl_->publishJson(type, tenant, json, map, sink, options, outcome);
}

Result<OwnedRecord> EventPublisher::recordOfJson(std::string_view type, const TenantId* tenant,
                                                 std::string_view json, const FieldMap& map,
                                                 const PublishOptions& options,
                                                 JsonOutcome* outcome) {
  OwnedRecord record;
  KeepingSink sink(record);
  CAAS_TRY(impl_->publishJson(type, tenant, json, map, sink, options, outcome));
  return record;
}

Result<void> EventPublisher::flush(Milliseconds deadline) {
  return impl_->producers().flush(deadline);
}
Result<ShutdownReport> EventPublisher::close(Milliseconds deadline) {
  return impl_->producers().close(deadline);
}
ProducerStats EventPublisher::stats() const { return impl_->producers().stats(); }

}  // namespace caas::kafka
