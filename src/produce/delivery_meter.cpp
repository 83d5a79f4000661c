#include "produce/delivery_meter.hpp"

#include <algorithm>
#include <functional>
#include <memory>
#include <utility>

namespace caas::kafka::produce {
namespace {

using meters::Metric;

/// Of records whose transport gave no report.
constexpr std::string_view kUnknown = "unknown";

}  // namespace

DeliveryMeter::~DeliveryMeter() {
  for (auto& bucket : buckets_) {
    for (Topic* topic = bucket.load(); topic != nullptr;) {
      delete std::exchange(topic, topic->next);
    }
  }
}

DeliveryMeter::Topic& DeliveryMeter::of(std::string_view name) {
  auto& bucket = buckets_[std::hash<std::string_view>{}(name) % kBuckets];
  Topic* first = bucket.load(std::memory_order_acquire);
  std::unique_ptr<Topic> made;
  for (;;) {
    for (Topic* topic = first; topic != nullptr; topic = topic->next) {
      if (topic->name == name) {
        if (made) {
          --topics_;
        }
        return *topic;
      }
    }
    if (!made) {
      if (topics_.fetch_add(1) >= kMaxTopics) {
        --topics_;
        return beyond_;
      }
      made = std::make_unique<Topic>(name);
    }
    made->next = first;
    // Another thread may have come first, with this topic or another one of the bucket.
    if (bucket.compare_exchange_strong(first, made.get(), std::memory_order_acq_rel)) {
      return *made.release();
    }
  }
}

void DeliveryMeter::Run::take(const client::DeliveryOutcome& outcome,
                              std::chrono::nanoseconds latency) {
  if (outcome.error != nullptr) {
    const auto reason = std::min(static_cast<std::size_t>(outcome.error->code), kReasons - 1);
    meter_.of(outcome.topic.empty() ? kUnknown : outcome.topic)
        .failed[reason]
        .fetch_add(1, std::memory_order_relaxed);
    return;
  }
  if (any_ && outcome.topic != topic_) {
    count();
  }
  topic_ = outcome.topic;
  any_ = true;
  delivered_.observe(latency);
}

void DeliveryMeter::Run::count() {
  if (!std::exchange(any_, false)) {
    return;
  }
  Topic& topic = meter_.of(topic_);
  for (std::size_t i = 0; i < delivered_.buckets.size(); ++i) {
    if (delivered_.buckets[i] != 0) {
      topic.latencies[i].fetch_add(delivered_.buckets[i], std::memory_order_relaxed);
    }
  }
  topic.latencyNanos.fetch_add(delivered_.sum.count(), std::memory_order_relaxed);
  delivered_ = {};
}

void DeliveryMeter::tell(const Topic& topic, meters::MeterReport& report) {
  meters::LatencyHistogram latencies;
  for (std::size_t i = 0; i < latencies.buckets.size(); ++i) {
    latencies.buckets[i] = topic.latencies[i].load(std::memory_order_relaxed);
  }
  latencies.sum = std::chrono::nanoseconds{topic.latencyNanos.load(std::memory_order_relaxed)};
  report.add(Metric::kDelivered, {topic.name}, static_cast<double>(latencies.count()));
  report.add(Metric::kDeliveryLatency, {topic.name}, latencies);
  for (std::size_t i = 0; i < kReasons; ++i) {
    if (const auto failed = topic.failed[i].load(std::memory_order_relaxed); failed > 0) {
      report.add(Metric::kFailed, {topic.name, toString(static_cast<ErrorCode>(i))},
                 static_cast<double>(failed));
    }
  }
}

void DeliveryMeter::tell(meters::MeterReport& report) const {
  for (const auto& bucket : buckets_) {
    for (const Topic* topic = bucket.load(std::memory_order_acquire); topic != nullptr;
         topic = topic->next) {
      tell(*topic, report);
    }
  }
  if (topics_ >= kMaxTopics) {
    tell(beyond_, report);
  }
}

}  // namespace caas::kafka::produce
