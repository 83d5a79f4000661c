#pragma once

// How the formats with a schema write and read the built-in events.

#include <memory>
#include <string>
#include <string_view>

#include "caas/kafka/result.hpp"
#include "caas/kafka/schema_registry.hpp"
#include "produce/event_fields.hpp"
#include "schema/codec.hpp"

namespace caas::kafka::produce {

/// Writes one type's events as its schema in schemas/ has them. Immutable; may be used by many
/// threads.
class EventWriter {
 public:
  virtual ~EventWriter() = default;
  /// Appends a valid and complete event (event_rules.hpp), without a frame. Errors:
  /// kInvalidArgument (it lacks what the schema requires); `out` is then as it was.
  [[nodiscard]] virtual Result<void> write(const EventView& event, std::string& out) const = 0;
};

/// Reads one type's events from what one writer's schema describes. Immutable; may be used by many
/// threads.
class EventReader {
 public:
  virtual ~EventReader() = default;
  /// Errors: kInvalidArgument (bytes that the schema does not describe, or no such event); some
  /// fields may be set then.
  [[nodiscard]] virtual Result<void> read(std::string_view payload, EventTarget& event) const = 0;
};

using EventWriterPtr = std::unique_ptr<const EventWriter>;
using EventReaderPtr = std::shared_ptr<const EventReader>;

/// Errors: kInternal where the schema does not have the fields of the type, with the field.
[[nodiscard]] Result<EventWriterPtr> makeEventWriter(const EventTypeInfo& info,
                                                     const SchemaText& schema);
/// Errors: kInvalidArgument (a schema that is wrong, or that no such event can be read from).
[[nodiscard]] Result<EventReaderPtr> makeEventReader(const EventTypeInfo& info,
                                                     const schema::CompleteSchema& writer);

// By kind of schema; the two above choose.
[[nodiscard]] Result<EventWriterPtr> makeAvroEventWriter(const EventTypeInfo& info,
                                                         const SchemaText& schema);
[[nodiscard]] Result<EventReaderPtr> makeAvroEventReader(const EventTypeInfo& info,
                                                         const schema::CompleteSchema& writer);
[[nodiscard]] Result<EventWriterPtr> makeJsonEventWriter(const EventTypeInfo& info,
                                                         const SchemaText& schema);
[[nodiscard]] Result<EventReaderPtr> makeJsonEventReader(const EventTypeInfo& info,
                                                         const schema::CompleteSchema& writer);
[[nodiscard]] Result<EventWriterPtr> makeProtobufEventWriter(const EventTypeInfo& info,
                                                             const SchemaText& schema);
[[nodiscard]] Result<EventReaderPtr> makeProtobufEventReader(const EventTypeInfo& info,
                                                             const schema::CompleteSchema& writer);

/// "the schema of event type 'typing' does not fit its fields: …"
[[nodiscard]] Error schemaMisfit(const EventTypeInfo& info, std::string_view what);

}  // namespace caas::kafka::produce
