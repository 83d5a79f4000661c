#pragma once

#include <algorithm>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include <fmt/core.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "caas/kafka/consumer.hpp"
#include "caas/kafka/producer.hpp"
#include "support/cluster.hpp"

namespace caas::kafka::test {

/// What handlers saw, in the order in which they saw it.
class Seen {
 public:
  struct Run {
    std::string key;
    std::string value;
    int attempt = 0;
    std::chrono::steady_clock::time_point at{};
  };
  void add(const ConsumedRecord& record) {
    const std::lock_guard lock(mutex_);
    runs_.push_back({std::string(record.key.value_or("")), std::string(record.value.value_or("")),
                     record.attempt, std::chrono::steady_clock::now()});
  }
  [[nodiscard]] std::size_t size() const {
    const std::lock_guard lock(mutex_);
    return runs_.size();
  }
  [[nodiscard]] std::vector<Run> runs() const {
    const std::lock_guard lock(mutex_);
    return runs_;
  }
  /// How often each value was run.
  [[nodiscard]] std::map<std::string, int> counts() const {
    std::map<std::string, int> counts;
    for (const auto& run : runs()) {
      ++counts[run.value];
    }
    return counts;
  }
  /// Values per key, in order.
  [[nodiscard]] std::map<std::string, std::vector<std::string>> byKey() const {
    std::map<std::string, std::vector<std::string>> values;
    for (const auto& run : runs()) {
      values[run.key].push_back(run.value);
    }
    return values;
  }

 private:
  mutable std::mutex mutex_;
  std::vector<Run> runs_;
};

/// Consumers of topics that each test makes for itself, with retry topics and a DLQ of its own
/// whose delays are scaled down.
class ConsumerTest : public ::testing::Test {
 protected:
  ConsumerTest()
      : settings_(testSettings()),
        catalog_(std::make_shared<Catalog>(must(Catalog::load(settings_)))),
        group_(uniqueTopic("group")) {}

  /// Options for a group of this test's own, quick where defaults are for production.
  ConsumerOptions options() const {
    ConsumerOptions options;
    options.group = group_;
    options.readRetries = false;
    options.commitInterval = Milliseconds{100};
    options.discoveryInterval = Milliseconds{500};
    options.drainTimeout = Milliseconds{2'000};
    return options;
  }

  /// Three tiers of 200, 400 and 800 ms and a DLQ, all this test's.
  void useOwnRetryTopics(ConsumerOptions& options) {
    options.readRetries = true;
    options.retry.tiers.clear();
    for (const int delay : {200, 400, 800}) {
      tiers_.push_back(std::make_unique<TestTopic>(fmt::format("retry{}", delay), 2));
      options.retry.tiers.push_back({tiers_.back()->name(), Milliseconds{delay}});
    }
    dlq_ = std::make_unique<TestTopic>("dlq", 1);
    options.retry.dlqTopic = dlq_->name();
  }

  std::unique_ptr<Consumer> consumerOf(const std::string& topic, ConsumerOptions options) {
    auto consumer = must(Consumer::create(settings_, catalog_, std::move(options)));
    must(consumer->subscribeTopic(topic));
    return consumer;
  }

  /// Record i has the key `key(i mod keys)` and the value "i".
  void produce(const std::string& topic, int from, int count, int keys,
               std::optional<int> partition = std::nullopt) {
    const auto producer = must(Producer::create(settings_));
    for (int i = from; i < from + count; ++i) {
      const auto key = fmt::format("key{}", i % keys);
      const auto value = std::to_string(i);
      must(producer->send({.topic = topic, .key = key, .value = value, .partition = partition}));
    }
    must(producer->flush());
  }

  /// Committed offsets of all partitions together.
  std::int64_t committed(const std::string& group) const {
    std::int64_t sum = 0;
    for (const auto& item : must(admin().listGroupOffsets(group))) {
      sum += item.offset;
    }
    return sum;
  }

  static testing::AssertionResult inOrder(const Seen& seen) {
    for (const auto& [key, values] : seen.byKey()) {
      if (!std::ranges::is_sorted(values, {}, [](const auto& value) { return std::stoi(value); })) {
        return testing::AssertionFailure() << key << ": " << testing::PrintToString(values);
      }
    }
    return testing::AssertionSuccess();
  }
  static testing::AssertionResult eachOnce(const Seen& seen, int count) {
    const auto counts = seen.counts();
    if (std::ssize(counts) != count) {
      return testing::AssertionFailure() << counts.size() << " values, not " << count;
    }
    for (const auto& [value, times] : counts) {
      if (times != 1) {
        return testing::AssertionFailure() << value << " was run " << times << " times";
      }
    }
    return testing::AssertionSuccess();
  }

  Settings settings_;
  std::shared_ptr<const Catalog> catalog_;
  std::string group_;
  std::vector<std::unique_ptr<TestTopic>> tiers_;
  std::unique_ptr<TestTopic> dlq_;
};

}  // namespace caas::kafka::test
