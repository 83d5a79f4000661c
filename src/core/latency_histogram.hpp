#pragma once

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdint>
#include <numeric>

namespace caas::kafka::meters {

/// Upper bounds of a latency's buckets; what took longer is in one more.
inline constexpr std::array<std::chrono::nanoseconds, 16> kLatencyBounds{
    std::chrono::microseconds{500},   std::chrono::milliseconds{1},
    std::chrono::microseconds{2'500}, std::chrono::milliseconds{5},
    std::chrono::milliseconds{10},    std::chrono::milliseconds{25},
    std::chrono::milliseconds{50},    std::chrono::milliseconds{100},
    std::chrono::milliseconds{250},   std::chrono::milliseconds{500},
    std::chrono::seconds{1},          std::chrono::milliseconds{2'500},
    std::chrono::seconds{5},          std::chrono::seconds{10},
    std::chrono::seconds{30},         std::chrono::seconds{120}};

/// How many took how long. Plain numbers: its owner guards it.
struct LatencyHistogram {
  std::array<std::uint64_t, kLatencyBounds.size() + 1> buckets{};  ///< not cumulative
  /// A floating number: records with a time of 1970 would be more than 64 bits hold.
  std::chrono::duration<double, std::nano> sum{0};

  void observe(std::chrono::nanoseconds latency) {
    const auto bucket = std::ranges::lower_bound(kLatencyBounds, latency);
    ++buckets[static_cast<std::size_t>(bucket - kLatencyBounds.begin())];
    sum += latency;
  }
  void add(const LatencyHistogram& other) {
    std::ranges::transform(buckets, other.buckets, buckets.begin(), std::plus<>{});
    sum += other.sum;
  }
  [[nodiscard]] std::uint64_t count() const {
    return std::accumulate(buckets.begin(), buckets.end(), std::uint64_t{0});
  }
};

}  // namespace caas::kafka::meters
