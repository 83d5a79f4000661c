#include "metrics/exposition.hpp"

#include <chrono>
#include <map>
#include <ranges>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <prometheus/metric_family.h>
#include <prometheus/text_serializer.h>

namespace caas::kafka::metrics {
namespace {

using meters::MeterReport;
using meters::MetricInfo;
using meters::MetricKind;
using meters::TopicLabels;
using prometheus::ClientMetric;

double seconds(std::chrono::duration<double> time) { return time.count(); }

std::vector<std::string_view> wordsOf(std::string_view text) {
  std::vector<std::string_view> words;
  for (const auto part : text | std::views::split(' ')) {
    if (const std::string_view word(part); !word.empty()) {
      words.push_back(word);
    }
  }
  return words;
}

struct Owner {
  std::string entry;
  std::string tenant;
};

/// What topics are to the catalog; each is looked up once.
class Owners {
 public:
  explicit Owners(const Catalog* catalog) : catalog_(catalog) {}

  const Owner& of(const std::string& topic) {
    const auto [at, isNew] = known_.try_emplace(topic);
    if (isNew && topic == meters::kOther) {
      at->second = {topic, topic};
    } else if (const auto owner =
                   isNew && catalog_ != nullptr ? catalog_->ownerOf(topic) : std::nullopt) {
      at->second = {owner->definition->entry, owner->tenant ? owner->tenant->str() : ""};
    }
    return at->second;
  }

 private:
  const Catalog* catalog_;
  std::map<std::string, Owner> known_;
};

std::vector<std::string_view> shownNames(const MetricInfo& metric) {
  std::vector<std::string_view> names;
  for (const auto name : wordsOf(metric.labels)) {
    if (name != "topic" || metric.topics == TopicLabels::kWhole) {
      names.push_back(name);
    }
    if (name == "topic") {
      names.emplace_back("entry");
    }
    if (name == "topic" && metric.topics == TopicLabels::kWhole) {
      names.emplace_back("tenant");
    }
  }
  return names;
}

/// The values of the shown labels. Several series may become one.
std::vector<std::string> shownValues(const MetricInfo& metric,
                                     const std::vector<std::string_view>& reported,
                                     const std::vector<std::string>& values, Owners& owners) {
  std::vector<std::string> shown;
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (reported[i] != "topic") {
      shown.push_back(values[i]);
      continue;
    }
    const Owner& owner = owners.of(values[i]);
    if (metric.topics == TopicLabels::kWhole) {
      shown.push_back(values[i]);
    }
    shown.push_back(owner.entry);
    if (metric.topics == TopicLabels::kWhole) {
      shown.push_back(owner.tenant);
    }
  }
  return shown;
}

void fill(ClientMetric& series, MetricKind kind, const MeterReport::Value& value) {
  switch (kind) {
    case MetricKind::kCounter: series.counter.value = value.number; break;
    case MetricKind::kGauge: series.gauge.value = value.number; break;
    case MetricKind::kHistogram: {
      std::uint64_t below = 0;
      for (std::size_t i = 0; i < meters::kLatencyBounds.size(); ++i) {
        below += value.histogram.buckets[i];
        series.histogram.bucket.push_back({below, seconds(meters::kLatencyBounds[i])});
      }
      series.histogram.sample_count = value.histogram.count();
      series.histogram.sample_sum = seconds(value.histogram.sum);
      break;
    }
    case MetricKind::kSummary:
      series.summary.sample_count = value.summary.count;
      series.summary.sample_sum = seconds(value.summary.sum);
      series.summary.quantile = {{0.5, seconds(value.summary.p50)},
                                 {0.99, seconds(value.summary.p99)}};
      break;
  }
}

prometheus::MetricType typeOf(MetricKind kind) {
  switch (kind) {
    case MetricKind::kCounter: return prometheus::MetricType::Counter;
    case MetricKind::kGauge: return prometheus::MetricType::Gauge;
    case MetricKind::kHistogram: return prometheus::MetricType::Histogram;
    case MetricKind::kSummary: return prometheus::MetricType::Summary;
  }
  return prometheus::MetricType::Untyped;
}

prometheus::MetricFamily familyOf(const MetricInfo& metric, const MeterReport::Series& series,
                                  Owners& owners) {
  const auto reported = wordsOf(metric.labels);
  const auto names = shownNames(metric);
  MeterReport::Series shown;
  for (const auto& [labels, value] : series) {
    auto& sum = shown[shownValues(metric, reported, labels, owners)];
    sum.number += value.number;
    sum.histogram.add(value.histogram);
    sum.summary = value.summary;  // none of these is about topics: nothing to put together
  }
  prometheus::MetricFamily family{.name = std::string(metric.name),
                                  .help = std::string(metric.help),
                                  .type = typeOf(metric.kind),
                                  .metric = {}};
  family.metric.reserve(shown.size());
  for (const auto& [labels, value] : shown) {
    ClientMetric one;
    one.label.reserve(labels.size());
    for (std::size_t i = 0; i < labels.size(); ++i) {
      one.label.push_back({std::string(names[i]), labels[i]});
    }
    fill(one, metric.kind, value);
    family.metric.push_back(std::move(one));
  }
  return family;
}

}  // namespace

std::string shownLabels(const MetricInfo& metric) {
  return fmt::format("{}", fmt::join(shownNames(metric), ","));
}

std::string expositionOf(const MeterReport& report, const Catalog* catalog) {
  Owners owners(catalog);
  std::vector<prometheus::MetricFamily> families;
  for (const MetricInfo& metric : meters::allMetrics()) {
    if (const auto& series = report.of(metric.metric); !series.empty()) {
      families.push_back(familyOf(metric, series, owners));
    }
  }
  return prometheus::TextSerializer().Serialize(families);
}

}  // namespace caas::kafka::metrics
