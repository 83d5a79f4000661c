#pragma once

#include <string>

#include "caas/kafka/result.hpp"
#include "schema/avro_schema.hpp"
#include "schema/avro_value.hpp"

namespace caas::kafka::avro {

/// Appends the binary encoding of a value (Avro 1.12, "Binary Encoding"). Errors: kInvalidArgument
/// where the value is not one of that type, with the path to it; `out` is then as it was.
[[nodiscard]] Result<void> encode(const Schema& schema, NodeId type, const Value& value,
                                  std::string& out);

}  // namespace caas::kafka::avro
