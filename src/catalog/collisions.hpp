#pragma once

#include <vector>

#include "catalog/entry_reader.hpp"
#include "catalog/problems.hpp"

namespace caas::kafka::catalog {

/// Checks between entries: the same name or event type twice, and names that some tenant would turn
/// into one topic, or into two that Kafka takes for one ('.' and '_' are the same in its metrics,
/// and it refuses to create the second).
void checkBetweenEntries(const std::vector<ReadEntry>& entries, Problems& problems);

}  // namespace caas::kafka::catalog
