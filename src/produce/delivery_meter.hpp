#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "client/producer_client.hpp"
#include "core/latency_histogram.hpp"
#include "core/meter_report.hpp"

namespace caas::kafka::produce {

/// Counts what becomes of a producer's records, by topic. What came together from one partition is
/// summed up first, so that a record costs no lock, no allocation and hardly an atomic operation.
/// Thread-safe.
class DeliveryMeter {
 public:
  DeliveryMeter() = default;
  ~DeliveryMeter();
  DeliveryMeter(const DeliveryMeter&) = delete;
  DeliveryMeter& operator=(const DeliveryMeter&) = delete;

  /// Topics that are counted apart; those beyond are counted together.
  static constexpr std::size_t kMaxTopics = 10'000;

  /// Takes outcomes one after the other, and counts whenever the topic changes and at the end.
  class Run {
   public:
    explicit Run(DeliveryMeter& meter) : meter_(meter) {}
    ~Run() { count(); }
    Run(const Run&) = delete;
    Run& operator=(const Run&) = delete;
    void take(const client::DeliveryOutcome& outcome, std::chrono::nanoseconds latency);

   private:
    void count();
    DeliveryMeter& meter_;
    std::string_view topic_;
    meters::LatencyHistogram delivered_;
    bool any_ = false;
  };

  void tell(meters::MeterReport& report) const;

 private:
  static constexpr std::size_t kReasons = static_cast<std::size_t>(ErrorCode::kInternal) + 1;
  static constexpr std::size_t kBuckets = 1'024;

  struct Topic {
    explicit Topic(std::string_view topicName) : name(topicName) {}
    const std::string name;
    std::array<std::atomic<std::uint64_t>, meters::kLatencyBounds.size() + 1> latencies{};
    std::atomic<std::int64_t> latencyNanos{0};
    std::array<std::atomic<std::uint64_t>, kReasons> failed{};
    Topic* next = nullptr;  ///< of the same bucket; older
  };
  [[nodiscard]] Topic& of(std::string_view topic);
  static void tell(const Topic& topic, meters::MeterReport& report);

  /// A hash table that only grows: found without a lock.
  std::array<std::atomic<Topic*>, kBuckets> buckets_{};
  std::atomic<std::size_t> topics_{0};
  Topic beyond_{meters::kOther};
};

}  // namespace caas::kafka::produce
