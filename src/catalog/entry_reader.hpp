#pragma once

#include <optional>

#include <yaml-cpp/yaml.h>

#include "caas/kafka/catalog.hpp"
#include "catalog/problems.hpp"

namespace caas::kafka::catalog {

/// An entry with the line that it stands on, for what is checked between entries.
struct ReadEntry {
  TopicDefinition definition;
  int line = 0;
};

/// Reads item `number` (from 1) of the list `topics`. What is wrong goes into `problems`; nullopt
/// if the entry has no usable name. May throw what yaml-cpp throws.
[[nodiscard]] std::optional<ReadEntry> readEntry(const YAML::Node& node, int number,
                                                 const Settings& settings, Problems& problems);

/// Line of a node, from 1; 0 if it has none.
[[nodiscard]] int lineOf(const YAML::Node& node);

}  // namespace caas::kafka::catalog
