#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

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
    if (auto read = decodeInto(value, &typed); !read) {
      return std::unexpected(std::move(read).error());
    }
    return typed;
  }
  /// Into an event of the caller's, which keeps what the value does not say; after an error it may
  /// hold some of it.
  [[nodiscard]] Result<void> decodeInto(std::string_view value, MutableEventRef typed) const;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

/// What a handler says of a record that could not be decoded: retry where the registry is to blame,
/// else to the DLQ as undecodable.
[[nodiscard]] HandlerResult notDecoded(const Error& error);
/// And of a tombstone: to the DLQ as undecodable.
[[nodiscard]] HandlerResult notAnEvent();

/// A handler of typed events, for Consumer::on: `handle` takes the record and the event. A
/// tombstone is undecodable.
///
///     consumer.on("message", typedHandler<ChatMessage>(decoder,
///         [](const ConsumedRecord& record, const ChatMessage& message) { … }));
template <class E, class Handle>
[[nodiscard]] Handler typedHandler(std::shared_ptr<const EventDecoder> decoder, Handle handle) {
  return [decoder = std::move(decoder), handle = std::move(handle)](const ConsumedRecord& record) {
    if (!record.value) {
      return notAnEvent();
    }
    const auto event = decoder->template decodeAs<E>(*record.value);
    return event ? handle(record, *event) : notDecoded(event.error());
  };
}

/// A record of a batch, and its event. The pointer lives until the handler returns.
template <class E>
struct TypedRecord {
  const ConsumedRecord* record;
  E event;
};

/// Puts a batch handler's answers in the places of the records that it got: one for all of them, or
/// one for each; any other number is a retry of each. For typedBatchHandler.
void placeResults(std::vector<HandlerResult>& results, std::span<const std::size_t> places,
                  std::vector<HandlerResult> answers);

/// A handler of batches of typed events, for Consumer::startBatch. `handle` takes a
/// std::span<const TypedRecord<E>> and answers as any batch handler does, for the records that it
/// got. What cannot be decoded, and tombstones, are answered without it; records of other event
/// types are acknowledged unseen.
///
///     consumer.startBatch(typedBatchHandler<ChatMessage>(decoder,
///         [](std::span<const TypedRecord<ChatMessage>> messages) { … }));
template <class E, class Handle>
[[nodiscard]] BatchHandler typedBatchHandler(std::shared_ptr<const EventDecoder> decoder,
                                             Handle handle) {
  return [decoder = std::move(decoder),
          handle = std::move(handle)](std::span<const ConsumedRecord* const> records) {
    const auto type = typeOf(static_cast<const E*>(nullptr));
    std::vector<HandlerResult> results(records.size());
    std::vector<TypedRecord<E>> decoded;
    std::vector<std::size_t> places;
    for (std::size_t i = 0; i < records.size(); ++i) {
      const auto& record = *records[i];
      if (!record.type.empty() && record.type != type) {
        continue;
      }
      if (!record.value) {
        results[i] = notAnEvent();
        continue;
      }
      auto event = decoder->template decodeAs<E>(*record.value);
      if (event) {
        decoded.push_back({&record, *std::move(event)});
        places.push_back(i);
      } else {
        results[i] = notDecoded(event.error());
      }
    }
    if (!decoded.empty()) {
      placeResults(results, places, handle(std::span<const TypedRecord<E>>(decoded)));
    }
    return results;
  };
}

}  // namespace caas::kafka
