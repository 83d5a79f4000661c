#include "metrics/metrics.hpp"

#include "caas/kafka/version.hpp"
#include "core/meters.hpp"
#include "metrics/certificate_meter.hpp"
#include "metrics/exposition.hpp"
#include "metrics/process_meter.hpp"
#include "metrics/snapshot_meter.hpp"

namespace caas::kafka::metrics {

std::string metricsText(const MetricsInput& input, const Clock& clock) {
  auto report = meters::processMeters().report();
  if (input.snapshot != nullptr) {
    const bool perPartition = input.settings != nullptr && input.settings->metricsPerPartition;
    tellSnapshot(*input.snapshot, clock.now(), perPartition, report);
  }
  if (input.settings != nullptr) {
    tellCertificates(*input.settings, report);
  }
  tellProcess(report);
  report.add(meters::Metric::kBuildInfo, {kVersion}, 1);
  report.add(meters::Metric::kFoldedSeries, {}, static_cast<double>(report.folded()));
  return expositionOf(report, input.catalog);
}

}  // namespace caas::kafka::metrics
