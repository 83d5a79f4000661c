#pragma once

#include <memory>
#include <string_view>
#include <utility>

#include "caas/kafka/consumer.hpp"
#include "caas/kafka/events.hpp"
#include "caas/kafka/schema_registry.hpp"

namespace caas::kafka {

/// Reads the built-in events from records, whoever wrote them: JSON as we publish it, and Avro,
/// JSON Schema and Protobuf in the schema registry's wire format. Avro is resolved from the
/// writer's schema to the one of schemas/ (Avro 1.12, "Schema Resolution"), so that older and newer
/// writers are read. Thread-safe; blocks while a schema is fetched.
class EventDecoder {
 public:
  /// Without a registry, values in its wire format are errors.
  explicit EventDecoder(std::shared_ptr<SchemaRegistry> registry = nullptr);
  ~EventDecoder();
  EventDecoder(const EventDecoder&) = delete;
  EventDecoder& operator=(const EventDecoder&) = delete;

  /// Errors: kInvalidArgument (bytes that are no such event; the schema's id is in the message),
  /// kUnsupported (no registry), and those of SchemaRegistry.
  [[nodiscard]] Result<Event> decode(std::string_view eventType, std::string_view value) const;

  /// The type of the event is that of E.
  template <class E>
  [[nodiscard]] Result<E> decodeAs(std::string_view value) const {
    E typed{};
    auto event = decode(toEvent(typed).type, value);
    if (!event) {
      return std::unexpected(std::move(event).error());
    }
    if (auto read = fromEvent(*event, typed); !read) {
      return std::unexpected(std::move(read).error());
    }
    return typed;
  }

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

/// What a handler says of a record that could not be decoded: retry where the registry is to blame,
/// else to the DLQ as undecodable.
[[nodiscard]] HandlerResult notDecoded(const Error& error);

/// A handler of typed events, for Consumer::on: `handle` takes the record and the event. A
/// tombstone is undecodable.
///
///     consumer.on("message", typedHandler<ChatMessage>(decoder,
///         [](const ConsumedRecord& record, const ChatMessage& message) { … }));
template <class E, class Handle>
[[nodiscard]] Handler typedHandler(std::shared_ptr<const EventDecoder> decoder, Handle handle) {
  return [decoder = std::move(decoder), handle = std::move(handle)](const ConsumedRecord& record) {
    if (!record.value) {
      return HandlerResult::undecodable("a tombstone is no event", "tombstone");
    }
    const auto event = decoder->template decodeAs<E>(*record.value);
    return event ? handle(record, *event) : notDecoded(event.error());
  };
}

}  // namespace caas::kafka
