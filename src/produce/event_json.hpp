#pragma once

#include <string>

#include "caas/kafka/events.hpp"
#include "produce/event_fields.hpp"

namespace caas::kafka::produce {

/// Appends the event as eventToJson writes it. No allocation once `out` is large enough, but for
/// its time.
void appendEventJson(std::string& out, const EventView& event);
void appendEventJson(std::string& out, const Event& event);

}  // namespace caas::kafka::produce
