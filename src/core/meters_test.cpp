#include "core/meters.hpp"

#include <set>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/http_meter.hpp"

namespace caas::kafka::meters {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::Pair;

double valueOf(const MeterReport& report, Metric metric, std::vector<std::string> labels = {}) {
  const auto found = report.of(metric).find(labels);
  return found == report.of(metric).end() ? -1 : found->second.number;
}

TEST(MetricTable, NamesFollowPrometheusRules) {
  std::set<std::string_view> names;
  for (const auto& metric : allMetrics()) {
    EXPECT_TRUE(names.insert(metric.name).second) << metric.name << " is there twice";
    EXPECT_EQ(metric.name.ends_with("_total"), metric.kind == MetricKind::kCounter) << metric.name;
    EXPECT_TRUE(metric.name.starts_with("caas_kafka_") || metric.name.starts_with("process_"))
        << metric.name;
    const bool aboutTopics = metric.labels.find("topic") != std::string_view::npos;
    EXPECT_EQ(aboutTopics, metric.topics != TopicLabels::kNone) << metric.name;
    EXPECT_FALSE(metric.help.ends_with('.')) << metric.name;
  }
}

TEST(LatencyHistogram, ABoundBelongsToItsBucket) {
  LatencyHistogram histogram;
  histogram.observe(0ns);
  histogram.observe(500us);
  histogram.observe(500us + 1ns);
  histogram.observe(120s);
  histogram.observe(121s);
  EXPECT_EQ(histogram.buckets[0], 2U);
  EXPECT_EQ(histogram.buckets[1], 1U);
  EXPECT_EQ(histogram.buckets[kLatencyBounds.size() - 1], 1U);
  EXPECT_EQ(histogram.buckets[kLatencyBounds.size()], 1U);
  EXPECT_EQ(histogram.count(), 5U);
  EXPECT_EQ(histogram.sum, 241s + 1ms + 1ns);
}

TEST(MeterReport, PutsTogetherWhatHasTheSameLabels) {
  MeterReport report;
  report.add(Metric::kDelivered, {"t"}, 2);
  report.add(Metric::kDelivered, {"t"}, 3);
  report.add(Metric::kDelivered, {"u"}, 1);
  report.most(Metric::kLagSeconds, {"g", "t"}, -3);
  report.most(Metric::kLagSeconds, {"g", "t"}, -5);
  LatencyHistogram one;
  one.observe(1s);
  report.add(Metric::kDeliveryLatency, {"t"}, one);
  report.add(Metric::kDeliveryLatency, {"t"}, one);
  report.add(Metric::kConnectionLatency, {"c", "1"},
             LatencySummary{.count = 2, .sum = 3s, .p50 = 1s, .p99 = 2s});
  report.add(Metric::kConnectionLatency, {"c", "1"},
             LatencySummary{.count = 1, .sum = 3s, .p50 = 3s, .p99 = 1s});

  EXPECT_EQ(valueOf(report, Metric::kDelivered, {"t"}), 5);
  EXPECT_EQ(valueOf(report, Metric::kDelivered, {"u"}), 1);
  EXPECT_EQ(valueOf(report, Metric::kLagSeconds, {"g", "t"}), -3);
  EXPECT_EQ(report.of(Metric::kDeliveryLatency).begin()->second.histogram.count(), 2U);
  const auto& summary = report.of(Metric::kConnectionLatency).begin()->second.summary;
  EXPECT_EQ(summary.count, 3U);
  EXPECT_EQ(summary.sum, 6s);
  EXPECT_EQ(summary.p50, 3s);
  EXPECT_EQ(summary.p99, 2s);
}

TEST(MeterReport, WhatIsBeyondTheBoundIsSummedUnderOther) {
  MeterReport report;
  for (std::size_t i = 0; i < kMaxSeries + 3; ++i) {
    report.add(Metric::kConsumed, {"g", "topic-" + std::to_string(i)}, 2);
  }
  // One more than the bound: "other" itself.
  EXPECT_EQ(report.of(Metric::kConsumed).size(), kMaxSeries + 1);
  EXPECT_EQ(valueOf(report, Metric::kConsumed, {"other", "other"}), 6);
  EXPECT_EQ(report.folded(), 3U);
  report.add(Metric::kConsumed, {"g", "topic-0"}, 1);
  EXPECT_EQ(valueOf(report, Metric::kConsumed, {"g", "topic-0"}), 3);
}

TEST(Meters, WhatWasCountedStaysCountedAndGaugesGo) {
  Meters meters;
  int counted = 0;
  {
    auto first = meters.add([&](MeterReport& report) {
      report.add(Metric::kProduced, {"default"}, ++counted);
      report.add(Metric::kProducerRecords, {"default"}, 7);
    });
    const auto second =
        meters.add([](MeterReport& report) { report.add(Metric::kProduced, {"default"}, 100); });
    const auto report = meters.report();
    EXPECT_EQ(valueOf(report, Metric::kProduced, {"default"}), 101);
    EXPECT_EQ(valueOf(report, Metric::kProducerRecords, {"default"}), 7);
    // Moving keeps it registered once.
    const auto moved = std::move(first);
    EXPECT_EQ(valueOf(meters.report(), Metric::kProduced, {"default"}), 102);
  }
  // Asked a last time at its end: 3.
  const auto report = meters.report();
  EXPECT_EQ(valueOf(report, Metric::kProduced, {"default"}), 103);
  EXPECT_TRUE(report.of(Metric::kProducerRecords).empty());
  EXPECT_EQ(valueOf(meters.report(), Metric::kProduced, {"default"}), 103);
}

TEST(HttpMeter, CountsByRouteAndStatus) {
  Meters meters;
  HttpMeter http(meters);
  http.opened();
  http.opened();
  http.closed();
  http.answered("GET", "/v1/topics/{topic}", 200, 3ms);
  http.answered("GET", "/v1/topics/{topic}", 200, 3ms);
  http.answered("GET", "/v1/topics/{topic}", 404, 1ms);
  http.answered("BREW", "none", 405, 1ms);
  http.refused("connections");
  const auto report = meters.report();
  EXPECT_EQ(valueOf(report, Metric::kHttpConnections), 1);
  EXPECT_EQ(valueOf(report, Metric::kHttpConnectionsOpened), 2);
  EXPECT_EQ(valueOf(report, Metric::kHttpRequests, {"GET", "/v1/topics/{topic}", "200"}), 2);
  EXPECT_EQ(valueOf(report, Metric::kHttpRequests, {"GET", "/v1/topics/{topic}", "404"}), 1);
  EXPECT_EQ(valueOf(report, Metric::kHttpRequests, {"other", "none", "405"}), 1);
  EXPECT_EQ(valueOf(report, Metric::kHttpRefused, {"connections"}), 1);
  EXPECT_EQ(report.of(Metric::kHttpDuration).at({"/v1/topics/{topic}"}).histogram.count(), 3U);
}

}  // namespace
}  // namespace caas::kafka::meters
