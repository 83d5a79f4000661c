#pragma once

#include <string>

#include "caas/kafka/catalog.hpp"
#include "core/meter_report.hpp"

namespace caas::kafka::metrics {

/// A report in Prometheus' text format (version 0.0.4). Topics get their entry and tenant by the
/// catalog; without one, these labels are empty. Series beyond the bound of a metric are already
/// summed under "other". Pure.
[[nodiscard]] std::string expositionOf(const meters::MeterReport& report, const Catalog* catalog);

/// The labels that a metric shows, in order, with commas between; what its kind adds (`le`,
/// `quantile`) left out.
[[nodiscard]] std::string shownLabels(const meters::MetricInfo& metric);

}  // namespace caas::kafka::metrics
