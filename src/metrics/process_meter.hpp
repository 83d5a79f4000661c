#pragma once

#include "core/meter_report.hpp"

namespace caas::kafka::metrics {

/// The process_* metrics of the Prometheus client guidelines, from /proc/self. What the kernel does
/// not tell is left out.
void tellProcess(meters::MeterReport& report);

}  // namespace caas::kafka::metrics
