#pragma once

#include <atomic>
#include <chrono>
#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <tuple>

#include "core/meters.hpp"

namespace caas::kafka::meters {

/// What an HTTP server measures: it tells this, and the metrics show it. Thread-safe.
class HttpMeter {
 public:
  explicit HttpMeter(Meters& meters = processMeters());

  /// One answer. `route` is the pattern of the path ("/v1/topics/{topic}"), never the path itself:
  /// clients choose that. What no route matched is one route of that name ("none").
  void answered(std::string_view method, std::string_view route, int status,
                std::chrono::nanoseconds took);
  void opened() {
    ++open_;
    ++opened_;
  }
  void closed() { --open_; }
  /// A connection or request that was turned away before a route saw it. `reason` is one of a few
  /// words: "connections", "network", "host", "token", "rate", "size", "syntax", "timeout".
  void refused(std::string_view reason);

 private:
  void tell(MeterReport& report) const;

  std::atomic<std::int64_t> open_{0};
  std::atomic<std::int64_t> opened_{0};
  mutable std::mutex mutex_;
  std::map<std::tuple<std::string, std::string, int>, std::uint64_t, std::less<>> answers_;
  std::map<std::string, LatencyHistogram, std::less<>> durations_;
  std::map<std::string, std::uint64_t, std::less<>> refusals_;
  Meters::Registration registration_;
};

}  // namespace caas::kafka::meters
