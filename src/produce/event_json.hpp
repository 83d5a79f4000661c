#pragma once

#include <string>

#include "caas/kafka/events.hpp"

namespace caas::kafka::produce {

/// Appends the event as eventToJson writes it. No allocation once `out` is large enough.
void appendEventJson(std::string& out, const Event& event);

}  // namespace caas::kafka::produce
