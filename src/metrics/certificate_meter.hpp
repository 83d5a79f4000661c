#pragma once

#include "caas/kafka/settings.hpp"
#include "core/meter_report.hpp"

namespace caas::kafka::metrics {

/// When the certificates that the settings name expire; read anew each time, since they are
/// exchanged while we run. A file that cannot be read is left out.
void tellCertificates(const Settings& settings, meters::MeterReport& report);

}  // namespace caas::kafka::metrics
