#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "produce/event_formats.hpp"
#include "schema/event_schemas.hpp"
#include "target.hpp"

namespace caas::kafka::fuzz {

/// An event's type, the schema that it was written by, and the bytes: what can be read as that
/// event is written by our own schema, and read again to the same.
inline bool eventReadBack(std::string_view input, SchemaType format) {
  const auto part = parts(input, 3);
  const auto* info = produce::findEventType(part[0]);
  if (info == nullptr) {
    return false;
  }
  const auto reader = produce::makeEventReader(
      *info, {.schema = {.type = format, .text = std::string(part[1])}, .references = {}});
  if (!accepted(reader)) {
    return false;
  }
  produce::FieldValues values;
  auto target = produce::targetOf(*info, values);
  if (!accepted((*reader)->read(part[2], target)) || !accepted(produce::checkRequired(target))) {
    return false;
  }
  const auto event = produce::toEvent(*info, std::move(values));

  const SchemaText ours{.type = format,
                        .text = std::string(*schema::embeddedEventSchema(part[0], format))};
  const auto writer = produce::makeEventWriter(*info, ours);
  check(writer.has_value(), "our own schemas are right");
  std::string bytes;
  if (!accepted((*writer)->write(produce::viewOf(*info, event), bytes))) {
    check(bytes.empty(), "what cannot be written leaves nothing");
    return true;
  }
  const auto again = produce::makeEventReader(*info, {.schema = ours, .references = {}});
  check(again.has_value(), "our own schemas can be read by");
  produce::FieldValues readAgain;
  auto to = produce::targetOf(*info, readAgain);
  check((*again)->read(bytes, to).has_value(), "what was written is read");
  check(produce::toEvent(*info, std::move(readAgain)).fields == event.fields,
        "an event is read as it was written");
  return true;
}

}  // namespace caas::kafka::fuzz
