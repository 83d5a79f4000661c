#pragma once

#include <string>
#include <string_view>

#include "caas/kafka/clock.hpp"
#include "caas/kafka/events.hpp"
#include "produce/event_fields.hpp"

namespace caas::kafka::produce {

/// A value as it is shown in errors: quoted, control characters and broken UTF-8 escaped, cut after
/// 60 bytes.
[[nodiscard]] std::string shown(std::string_view value);

/// "field 'state' of a presence event: found "asleep"; allowed are …". `source` is the name that it
/// had in the input, when that was another.
[[nodiscard]] Error fieldError(std::string_view type, std::string_view field,
                               std::string_view found, std::string_view allowed,
                               std::string_view source = {});

/// What the type knows of a field's values, in words: for errors.
[[nodiscard]] std::string allowedFor(const EventField& field);

/// Holds an event against its type: nothing required missing or empty, the right kinds, the allowed
/// words, UTF-8 throughout.
[[nodiscard]] Result<void> validateEvent(const EventView& view);
/// And no unknown fields.
[[nodiscard]] Result<void> validateEvent(const Event& event, const EventTypeInfo& info);

/// Fills what may be missing: generated ids (`id` holds it), the event's time, flags (false).
/// Returns the event's own time: the one that it had before, if it had one.
std::optional<Timestamp> completeEvent(EventView& view, std::string& id, const Clock& clock,
                                       Random& random);

}  // namespace caas::kafka::produce
