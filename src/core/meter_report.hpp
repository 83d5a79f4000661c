#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <initializer_list>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "core/latency_histogram.hpp"
#include "core/metric_table.hpp"

namespace caas::kafka::meters {

/// Round trips of requests as librdkafka sums them up: all there were, and how the last window of
/// them was distributed.
struct LatencySummary {
  std::uint64_t count = 0;
  std::chrono::nanoseconds sum{0};
  std::chrono::nanoseconds p50{0};
  std::chrono::nanoseconds p99{0};
};

/// Series of one metric at most: tenants times topics times what else it is told by. What comes
/// beyond is summed under the label value "other".
inline constexpr std::size_t kMaxSeries = 10'000;
inline constexpr std::string_view kOther = "other";

/// What all who measure say at one moment. Values for the same labels are put together, so that it
/// does not matter how many clients, producers and consumers there are. One thread uses it.
class MeterReport {
 public:
  /// Values, in the order of the metric's labels.
  using Labels = std::initializer_list<std::string_view>;

  /// A counter or gauge, or a part of one.
  void add(Metric metric, Labels labels, double value);
  /// A gauge of which the largest counts.
  void most(Metric metric, Labels labels, double value);
  void add(Metric metric, Labels labels, const LatencyHistogram& latencies);
  void add(Metric metric, Labels labels, const LatencySummary& summary);

  struct Value {
    double number = 0;
    LatencyHistogram histogram{};
    LatencySummary summary{};
  };
  using Series = std::map<std::vector<std::string>, Value, std::less<>>;
  [[nodiscard]] const Series& of(Metric metric) const {
    return series_[static_cast<std::size_t>(metric)];
  }
  /// How many labels did not find room.
  [[nodiscard]] std::size_t folded() const { return folded_; }

  /// Takes over counters and histograms: what somebody counted who is gone now.
  void addCounters(const MeterReport& other);

 private:
  Value& at(Metric metric, Labels labels);
  Value& at(Metric metric, const std::vector<std::string>& labels);

  std::array<Series, kMetrics> series_;
  std::size_t folded_ = 0;
};

}  // namespace caas::kafka::meters
