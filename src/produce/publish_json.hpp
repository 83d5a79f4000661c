#pragma once

#include <string>
#include <string_view>

#include "caas/kafka/clock.hpp"
#include "caas/kafka/events.hpp"

namespace caas::kafka::produce {

/// The event's id, made up where it has none, so that its sender knows it; "" for types that have
/// none.
std::string giveId(Event& event, const Clock& clock, Random& random);

/// What a key can be made from, of a type that the library has no fields for.
struct RawJsonFields {
  std::string conversationId;  ///< "": missing
  std::string userId;
};
/// Errors: kInvalidArgument (no JSON object).
[[nodiscard]] Result<RawJsonFields> rawJsonFields(std::string_view json, const FieldMap& map);

}  // namespace caas::kafka::produce
