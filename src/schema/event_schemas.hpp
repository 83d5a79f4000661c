#pragma once

#include <span>
#include <string_view>

namespace caas::kafka::schema {

/// A file of schemas/: the Avro schema of a built-in event, named after its type.
struct EventSchema {
  std::string_view type;
  std::string_view text;
};

/// As they were when the library was built.
[[nodiscard]] std::span<const EventSchema> embeddedEventSchemas();

}  // namespace caas::kafka::schema
