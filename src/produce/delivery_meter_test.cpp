#include "produce/delivery_meter.hpp"

#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "core/errors.hpp"

namespace caas::kafka::produce {
namespace {

using namespace std::chrono_literals;
using meters::Metric;

double valueOf(const DeliveryMeter& meter, Metric metric, std::vector<std::string> labels) {
  meters::MeterReport report;
  meter.tell(report);
  const auto found = report.of(metric).find(labels);
  return found == report.of(metric).end() ? -1 : found->second.number;
}

client::DeliveryOutcome delivered(std::string_view topic) { return {.topic = topic}; }

TEST(DeliveryMeter, CountsEachTopicAndItsLatencies) {
  DeliveryMeter meter;
  const Error timeout = errors::timeout("x", Milliseconds{1});
  {
    DeliveryMeter::Run run(meter);
    run.take(delivered("a"), 2ms);
    run.take(delivered("a"), 3s);
    run.take(delivered("b"), 2ms);
    client::DeliveryOutcome failed{.topic = "a"};
    failed.error = &timeout;
    run.take(failed, 1ms);
    run.take(delivered("a"), 2ms);
  }
  EXPECT_EQ(valueOf(meter, Metric::kDelivered, {"a"}), 3);
  EXPECT_EQ(valueOf(meter, Metric::kDelivered, {"b"}), 1);
  EXPECT_EQ(valueOf(meter, Metric::kFailed, {"a", "timeout"}), 1);
  EXPECT_EQ(valueOf(meter, Metric::kFailed, {"b", "timeout"}), -1);
  meters::MeterReport report;
  meter.tell(report);
  const auto& latencies = report.of(Metric::kDeliveryLatency).at({"a"}).histogram;
  EXPECT_EQ(latencies.count(), 3U);
  EXPECT_EQ(latencies.sum, 3s + 4ms);
  EXPECT_EQ(latencies.buckets[2], 2U);
}

TEST(DeliveryMeter, ARecordThatNobodyReportedHasNoTopic) {
  DeliveryMeter meter;
  const Error shutdown = errors::shutdown("the producer");
  client::DeliveryOutcome failed;
  failed.error = &shutdown;
  DeliveryMeter::Run(meter).take(failed, 1ms);
  EXPECT_EQ(valueOf(meter, Metric::kFailed, {"unknown", "shutdown"}), 1);
}

TEST(DeliveryMeter, ThreadsThatMeetNewTopicsLoseNothing) {
  DeliveryMeter meter;
  constexpr int kTopics = 300;
  constexpr int kRounds = 50;
  {
    std::vector<std::jthread> threads;
    for (int t = 0; t < 4; ++t) {
      threads.emplace_back([&] {
        for (int i = 0; i < kTopics * kRounds; ++i) {
          const auto topic = "topic-" + std::to_string(i % kTopics);
          DeliveryMeter::Run(meter).take(delivered(topic), 1ms);
        }
      });
    }
  }
  meters::MeterReport report;
  meter.tell(report);
  ASSERT_EQ(report.of(Metric::kDelivered).size(), kTopics);
  for (const auto& [labels, value] : report.of(Metric::kDelivered)) {
    EXPECT_EQ(value.number, 4 * kRounds) << labels.front();
  }
}

TEST(DeliveryMeter, TopicsBeyondTheBoundAreCountedTogether) {
  DeliveryMeter meter;
  for (std::size_t i = 0; i < DeliveryMeter::kMaxTopics + 5; ++i) {
    const auto topic = "topic-" + std::to_string(i);
    DeliveryMeter::Run(meter).take(delivered(topic), 1ms);
  }
  EXPECT_EQ(valueOf(meter, Metric::kDelivered, {"other"}), 5);
  EXPECT_EQ(valueOf(meter, Metric::kDelivered, {"topic-0"}), 1);
}

}  // namespace
}  // namespace caas::kafka::produce
