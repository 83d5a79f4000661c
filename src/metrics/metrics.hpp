#pragma once

#include <string>

#include "caas/kafka/catalog.hpp"
#include "caas/kafka/settings.hpp"
#include "caas/kafka/snapshot.hpp"

namespace caas::kafka::metrics {

/// What beside the process's own meters is shown; each may be missing.
struct MetricsInput {
  const Settings* settings = nullptr;
  const Catalog* catalog = nullptr;
  const ClusterSnapshot* snapshot = nullptr;
};

/// All metrics in Prometheus' text format. Thread-safe; asks nobody.
[[nodiscard]] std::string metricsText(const MetricsInput& input,
                                      const Clock& clock = systemClock());

}  // namespace caas::kafka::metrics
