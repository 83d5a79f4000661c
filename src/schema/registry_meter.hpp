#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <string_view>

#include "core/meters.hpp"

namespace caas::kafka::schema {

/// Counts calls to the registry by their result. Thread-safe.
class RegistryMeter {
 public:
  RegistryMeter()
      : registration_(
            meters::processMeters().add([this](meters::MeterReport& report) { tell(report); })) {}

  /// `result`: "ok", or the code of the error.
  void called(std::string_view result, std::chrono::nanoseconds took) {
    const std::lock_guard lock(mutex_);
    ++results_[std::string(result)];
    durations_.observe(took);
  }

 private:
  void tell(meters::MeterReport& report) const {
    const std::lock_guard lock(mutex_);
    for (const auto& [result, count] : results_) {
      report.add(meters::Metric::kRegistryRequests, {result}, static_cast<double>(count));
    }
    if (!results_.empty()) {
      report.add(meters::Metric::kRegistryRequestDuration, {}, durations_);
    }
  }

  mutable std::mutex mutex_;
  std::map<std::string, std::uint64_t> results_;
  meters::LatencyHistogram durations_;
  meters::Meters::Registration registration_;
};

}  // namespace caas::kafka::schema
