#pragma once

#include "caas/kafka/clock.hpp"
#include "caas/kafka/snapshot.hpp"
#include "core/meter_report.hpp"

namespace caas::kafka::metrics {

/// What a snapshot tells; nothing before the first was gathered. Pure.
void tellSnapshot(const ClusterSnapshot& snapshot, Timestamp now, bool perPartition,
                  meters::MeterReport& report);

}  // namespace caas::kafka::metrics
