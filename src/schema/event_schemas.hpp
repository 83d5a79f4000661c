#pragma once

#include <optional>
#include <span>
#include <string_view>

#include "caas/kafka/schema_registry.hpp"

namespace caas::kafka::schema {

/// A file of schemas/: a built-in event's schema, named after its type.
struct EventSchema {
  std::string_view type;
  SchemaType format;
  std::string_view text;
};

/// As they were when the library was built.
[[nodiscard]] std::span<const EventSchema> embeddedEventSchemas();
/// nullopt: there is none of that type.
[[nodiscard]] std::optional<std::string_view> embeddedEventSchema(std::string_view type,
                                                                  SchemaType format);

}  // namespace caas::kafka::schema
