#pragma once

#include <optional>
#include <string_view>

#include <boost/json.hpp>

#include "produce/event_fields.hpp"

namespace caas::kafka::produce {

/// A field's value out of JSON, as eventFromJson reads it; nullopt: null, which is missing.
/// `source`: the name that it has there. Errors: kInvalidArgument, with the field and what was
/// found.
[[nodiscard]] Result<std::optional<FieldValue>> readJsonField(std::string_view type,
                                                              const EventField& field,
                                                              const boost::json::value& value,
                                                              std::string_view source);

}  // namespace caas::kafka::produce
