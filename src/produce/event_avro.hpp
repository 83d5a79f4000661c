#pragma once

#include "caas/kafka/events.hpp"
#include "produce/event_table.hpp"
#include "schema/avro_schema.hpp"
#include "schema/avro_value.hpp"

namespace caas::kafka::produce {

/// Whether a schema can hold a type's events: a record that has each of its fields, in order, as
/// text, boolean, milliseconds or a map of texts, or as a union of null and that. Errors:
/// kInternal, with the field.
[[nodiscard]] Result<void> checkEventSchema(const avro::Schema& schema, const EventTypeInfo& info);

/// A complete event (completeEvent) as a value of a checked schema; what is missing gets the
/// schema's default.
[[nodiscard]] Result<avro::Value> eventToAvro(const avro::Schema& schema, const Event& event);
/// And back: of a value that was resolved to a checked schema.
[[nodiscard]] Event eventFromAvro(const avro::Schema& schema, const EventTypeInfo& info,
                                  const avro::Value& value);

}  // namespace caas::kafka::produce
