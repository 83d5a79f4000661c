#pragma once

#include <string_view>

#include "caas/kafka/events.hpp"
#include "produce/event_table.hpp"
#include "schema/avro_schema.hpp"
#include "schema/avro_value.hpp"

namespace caas::kafka::produce {

/// A schema that can hold a type's events: a record that has each of its fields, in order, as text,
/// boolean, milliseconds or a map of texts, or as a union of null and that. Errors: kInternal, with
/// the field, and those of avro::Schema::parse.
[[nodiscard]] Result<avro::Schema> parseEventSchema(std::string_view text,
                                                    const EventTypeInfo& info);

/// A complete event (completeEvent) as a value of such a schema; what is missing gets the
/// schema's default.
[[nodiscard]] Result<avro::Value> eventToAvro(const avro::Schema& schema, const Event& event);
/// And back: of a value that was resolved to such a schema.
[[nodiscard]] Event eventFromAvro(const avro::Schema& schema, const EventTypeInfo& info,
                                  const avro::Value& value);

}  // namespace caas::kafka::produce
