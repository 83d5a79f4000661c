#pragma once

// What every contestant of `script/bench produce` sends, and how it is measured. The peer in
// peers/kafkajs does the same from the same files.

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <fstream>
#include <string>
#include <string_view>
#include <sys/resource.h>
#include <thread>
#include <vector>

#include <fmt/core.h>

namespace caas::kafka::bench {

using std::chrono::steady_clock;

struct Options {
  std::string mode;  ///< raw | ours | setup | teardown
  std::string preset = "default";
  std::string brokers;
  std::string topicPrefix;
  int topics = 1;
  int partitionsPerTopic = 16;
  std::string valuesFile;  ///< one value a line, all of them of one size
  std::int64_t records = 0;
  double recordsPerSecond = 0;  ///< 0: flat out

  [[nodiscard]] std::vector<std::string> topicNames() const {
    std::vector<std::string> names;
    for (int i = 0; i < topics; ++i) {
      names.push_back(fmt::format("{}.{}", topicPrefix, i));
    }
    return names;
  }
};

/// Topic, key and value of each record: spread evenly, and the same in every run.
class Workload {
 public:
  explicit Workload(const Options& options) : topics_(static_cast<std::uint64_t>(options.topics)) {
    for (int i = 0; i < kKeys; ++i) {
      keys_.push_back(fmt::format("conversation-{}", i));
    }
    std::ifstream file(options.valuesFile);
    for (std::string line; std::getline(file, line);) {
      values_.push_back(line);
    }
  }
  [[nodiscard]] bool usable() const { return !values_.empty(); }
  // 32-bit arithmetic, so that JavaScript computes the same.
  [[nodiscard]] std::size_t topic(std::int64_t i) const { return mix(i) % topics_; }
  [[nodiscard]] std::string_view key(std::int64_t i) const { return keys_[mix(i + 7) % kKeys]; }
  [[nodiscard]] std::string_view value(std::int64_t i) const {
    return values_[static_cast<std::size_t>(i) % values_.size()];
  }

 private:
  static constexpr int kKeys = 10'000;
  static std::uint32_t mix(std::int64_t i) {
    auto x = static_cast<std::uint32_t>(i) * 2654435761U;
    x ^= x >> 15;
    return x;
  }
  std::uint64_t topics_;
  std::vector<std::string> keys_;
  std::vector<std::string> values_;
};

/// Latencies of all deliveries, in microseconds. Written by the one delivery thread.
class Latencies {
 public:
  explicit Latencies(std::int64_t records) { all_.reserve(static_cast<std::size_t>(records)); }
  void add(std::int64_t microseconds) { all_.push_back(static_cast<std::uint32_t>(microseconds)); }
  [[nodiscard]] double milliseconds(double share) {
    if (all_.empty()) {
      return 0;
    }
    const auto index = std::min(static_cast<std::size_t>(share * static_cast<double>(all_.size())),
                                all_.size() - 1);
    std::nth_element(all_.begin(), all_.begin() + static_cast<std::ptrdiff_t>(index), all_.end());
    return all_[index] / 1000.0;
  }

 private:
  std::vector<std::uint32_t> all_;
};

struct Usage {
  steady_clock::time_point wall = steady_clock::now();
  double cpuSeconds = 0;

  static Usage now() {
    rusage usage{};
    getrusage(RUSAGE_SELF, &usage);
    const auto seconds = [](const timeval& time) {
      return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
    };
    return {steady_clock::now(), seconds(usage.ru_utime) + seconds(usage.ru_stime)};
  }
};

/// One run: `sender.send(topic, key, value)` for each record, then `sender.finish()`, which waits
/// until all are delivered and gives how many were. Prints one line of JSON.
template <class Sender>
int measure(const Options& options, const Workload& workload, Sender& sender,
            Latencies& latencies) {
  const auto before = Usage::now();
  for (std::int64_t i = 0; i < options.records; ++i) {
    if (options.recordsPerSecond > 0) {
      const auto due =
          before.wall +
          std::chrono::duration_cast<steady_clock::duration>(
              std::chrono::duration<double>(static_cast<double>(i) / options.recordsPerSecond));
      std::this_thread::sleep_until(due);
    }
    if (!sender.send(workload.topic(i), workload.key(i), workload.value(i))) {
      return 1;
    }
  }
  const std::int64_t delivered = sender.finish();
  const auto after = Usage::now();
  if (delivered != options.records) {
    fmt::print(stderr, "{}: {} of {} records were delivered\n", options.mode, delivered,
               options.records);
    return 1;
  }
  const double wall = std::chrono::duration<double>(after.wall - before.wall).count();
  const double cpu = after.cpuSeconds - before.cpuSeconds;
  const double millions = static_cast<double>(options.records) / 1e6;
  fmt::print(
      "{{\"records\": {}, \"wallSeconds\": {:.4f}, \"cpuSeconds\": {:.4f}, "
      "\"cpuSecondsPerMillion\": {:.4f}, \"recordsPerSecond\": {:.0f}, "
      "\"p50Ms\": {:.3f}, \"p99Ms\": {:.3f}}}\n",
      options.records, wall, cpu, cpu / millions, static_cast<double>(options.records) / wall,
      latencies.milliseconds(0.50), latencies.milliseconds(0.99));
  return 0;
}

}  // namespace caas::kafka::bench
