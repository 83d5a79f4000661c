#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "consume/dispatcher_bench.hpp"
#include "core/meters.hpp"

// What a consumer tells the metrics.

namespace caas::kafka::consume {
namespace {

using namespace std::chrono_literals;
using bench::DispatcherBench;
using meters::Metric;
using testing::Contains;
using testing::Key;

double valueOf(Metric metric, const std::vector<std::string>& labels) {
  const auto report = meters::processMeters().report();
  const auto found = report.of(metric).find(labels);
  return found == report.of(metric).end() ? -1 : found->second.number;
}

TEST(DispatcherMeters, CountsByGroupAndTopicAndKeepsThemWhenTheConsumerGoes) {
  const std::string group = "meters-by-topic";
  {
    DispatcherBench bench({.group = group});
    bench.give(bench.open("chat.a", 0, "a"), {{0, "k"}, {1, "l"}, {2, "m"}});
    bench.give(bench.open("chat.b", 0, "b"), {{0, "k"}});
    bench.answer(bench.take());
    bench.answer(bench.take());
    bench.answer(bench.take(), HandlerResult::retry("no"));
    bench.route->answer(FailureOutcome::kRetryLater);
    bench.answer(bench.take(), HandlerResult::reject("never"));
    bench.route->answer(FailureOutcome::kDeadLettered);
    EXPECT_EQ(valueOf(Metric::kConsumed, {group, "chat.a"}), 3);
    EXPECT_EQ(valueOf(Metric::kConsumed, {group, "chat.b"}), 1);
    EXPECT_EQ(valueOf(Metric::kHandled, {group, "chat.a"}), 1);
    EXPECT_EQ(valueOf(Metric::kHandled, {group, "chat.b"}), 1);
    EXPECT_EQ(valueOf(Metric::kRetried, {group, "chat.a"}), 1);
    EXPECT_EQ(valueOf(Metric::kDeadLettered, {group, "chat.a"}), 1);
    EXPECT_EQ(valueOf(Metric::kConsumerPartitions, {group}), 2);
    EXPECT_EQ(valueOf(Metric::kConsumerRecords, {group}), 0);
    EXPECT_EQ(bench.stats().consumed, 4);
    EXPECT_EQ(bench.stats().acked, 2);
  }
  EXPECT_EQ(valueOf(Metric::kConsumed, {group, "chat.a"}), 3);
  EXPECT_EQ(valueOf(Metric::kConsumerPartitions, {group}), -1) << "nothing is assigned any more";
}

TEST(DispatcherMeters, LatenciesAreOfTheHandlerAndOfTheRecord) {
  const std::string group = "meters-latencies";
  DispatcherBench bench({.group = group, .slowHandler = 2s});
  // The bench's records have the timestamp 0.
  bench.give(bench.open("t", 0), {{0, "a"}});
  auto* const task = bench.take();
  task->record.timestamp = bench.clock.now() - 5s;
  bench.clock.advance(3s);
  EXPECT_EQ(valueOf(Metric::kConsumerSlowHandlers, {group}), 1);
  EXPECT_EQ(valueOf(Metric::kConsumerHandlers, {group}), 1);
  bench.answer(task);
  const auto report = meters::processMeters().report();
  const auto& handler = report.of(Metric::kHandlerLatency).at({group, "t"}).histogram;
  EXPECT_EQ(handler.count(), 1U);
  EXPECT_EQ(handler.sum, 3s);
  const auto& endToEnd = report.of(Metric::kEndToEndLatency).at({group, "t"}).histogram;
  EXPECT_EQ(endToEnd.count(), 1U);
  EXPECT_EQ(endToEnd.sum, 8s);
}

TEST(DispatcherMeters, LimitsAndStatesAreTold) {
  const std::string group = "meters-limits";
  DispatcherBench bench({.group = group,
                         .concurrency = 5,
                         .maxInFlight = 70,
                         .maxBytesInFlight = 800,
                         .maxKeysInFlight = 9});
  EXPECT_EQ(valueOf(Metric::kConsumerHandlersLimit, {group}), 5);
  EXPECT_EQ(valueOf(Metric::kConsumerRecordsLimit, {group}), 70);
  EXPECT_EQ(valueOf(Metric::kConsumerBytesLimit, {group}), 800);
  EXPECT_EQ(valueOf(Metric::kConsumerKeysLimit, {group}), 9);
  EXPECT_EQ(valueOf(Metric::kConsumerPaused, {group}), 0);
  bench.pause(true);
  EXPECT_EQ(valueOf(Metric::kConsumerPaused, {group}), 1);
  bench.dispatcher->countRebalance();
  bench.dispatcher->commitFailed();
  EXPECT_EQ(valueOf(Metric::kConsumerRebalances, {group}), 1);
  EXPECT_EQ(valueOf(Metric::kConsumerCommitFailures, {group}), 1);
  // Transactions are no matter of a consumer without them.
  EXPECT_EQ(valueOf(Metric::kTransactions, {group, "committed"}), -1);
}

}  // namespace
}  // namespace caas::kafka::consume
