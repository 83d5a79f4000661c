#pragma once

#include <string>
#include <vector>

#include "caas/kafka/settings.hpp"

namespace caas::kafka::config {

/// A warning for each name that looks like one of ours and is none, with the nearest known one.
/// Names that others own (Kafka's own scripts, proxies, container platforms) are left alone.
[[nodiscard]] std::vector<std::string> unknownNameWarnings(const EnvironmentMap& variables,
                                                           std::string_view origin);

}  // namespace caas::kafka::config
