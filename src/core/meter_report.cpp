#include "core/meter_report.hpp"

#include <algorithm>

namespace caas::kafka::meters {
namespace {

void put(LatencySummary& into, const LatencySummary& from) {
  into.count += from.count;
  into.sum += from.sum;
  // Of several connections the slowest one is what somebody looks for.
  into.p50 = std::max(into.p50, from.p50);
  into.p99 = std::max(into.p99, from.p99);
}

}  // namespace

MeterReport::Value& MeterReport::at(Metric metric, Labels labels) {
  const std::vector<std::string> key(labels.begin(), labels.end());
  return at(metric, key);
}

MeterReport::Value& MeterReport::at(Metric metric, const std::vector<std::string>& labels) {
  auto& series = series_[static_cast<std::size_t>(metric)];
  if (const auto found = series.find(labels); found != series.end()) {
    return found->second;
  }
  if (series.size() >= kMaxSeries) {
    ++folded_;
    return series[std::vector<std::string>(labels.size(), std::string(kOther))];
  }
  return series[labels];
}

void MeterReport::add(Metric metric, Labels labels, double value) {
  at(metric, labels).number += value;
}

void MeterReport::most(Metric metric, Labels labels, double value) {
  const auto before = series_[static_cast<std::size_t>(metric)].size();
  Value& there = at(metric, labels);
  const bool isNew = series_[static_cast<std::size_t>(metric)].size() > before;
  there.number = isNew ? value : std::max(there.number, value);
}

void MeterReport::add(Metric metric, Labels labels, const LatencyHistogram& latencies) {
  at(metric, labels).histogram.add(latencies);
}

void MeterReport::add(Metric metric, Labels labels, const LatencySummary& summary) {
  put(at(metric, labels).summary, summary);
}

void MeterReport::addCounters(const MeterReport& other) {
  for (std::size_t i = 0; i < kMetrics; ++i) {
    const auto metric = static_cast<Metric>(i);
    if (infoOf(metric).kind == MetricKind::kGauge) {
      continue;
    }
    for (const auto& [labels, value] : other.series_[i]) {
      Value& sum = at(metric, labels);
      sum.number += value.number;
      sum.histogram.add(value.histogram);
      sum.summary.count += value.summary.count;
      sum.summary.sum += value.summary.sum;
    }
  }
}

}  // namespace caas::kafka::meters
