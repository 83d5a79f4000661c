#pragma once

#include <boost/json.hpp>

#include "caas/kafka/result.hpp"
#include "schema/avro_schema.hpp"
#include "schema/avro_value.hpp"
#include "schema/json_bounds.hpp"

namespace caas::kafka::avro {

/// What all defaults of a schema may cost together: those within each other can double each time.
[[nodiscard]] inline schema::Steps stepsForDefaults() { return schema::Steps(1'000'000); }

/// A field's default as a value: a union's is that of its first branch that it fits, bytes are
/// ISO-8859-1. Errors: kInvalidArgument, with the path to what does not fit.
[[nodiscard]] Result<Value> defaultValue(const Schema& schema, NodeId type,
                                         const boost::json::value& json, schema::Steps& steps);
[[nodiscard]] Result<Value> defaultValue(const Schema& schema, NodeId type,
                                         const boost::json::value& json);

/// What a person or another program writes: as defaults, and fields that are left out get theirs; a
/// union's value may be named by its branch ({"string": "x"}, Avro's JSON encoding) or stand alone.
/// Unknown fields are refused.
[[nodiscard]] Result<Value> valueFromJson(const Schema& schema, NodeId type,
                                          const boost::json::value& json);

/// For people: unions without their branch's name, bytes as ISO-8859-1, a float that JSON does not
/// know (NaN, infinity) as a string.
[[nodiscard]] boost::json::value toJson(const Schema& schema, NodeId type, const Value& value);

}  // namespace caas::kafka::avro
