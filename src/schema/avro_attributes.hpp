#pragma once

#include <optional>
#include <string>
#include <string_view>

#include <boost/json.hpp>

#include "schema/avro_schema.hpp"

namespace caas::kafka::avro {

/// A text attribute of a schema's object; nothing where it is absent or no text.
[[nodiscard]] std::optional<std::string> textOf(const boost::json::object& object,
                                                std::string_view key);

/// Takes over a logicalType that fits the node.
void annotate(const boost::json::object& object, Node& node);

}  // namespace caas::kafka::avro
