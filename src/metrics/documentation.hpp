#pragma once

#include <string>

namespace caas::kafka::metrics {

/// docs/metrics.md.
[[nodiscard]] std::string metricsMarkdown();
/// tests/golden/metrics.txt: a line for each metric with its name, type and labels. What dashboards
/// and alerts hold on to.
[[nodiscard]] std::string metricsListing();

}  // namespace caas::kafka::metrics
