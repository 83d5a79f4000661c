#include <array>
#include <atomic>
#include <thread>

#include <fmt/core.h>
#include <gtest/gtest.h>

#include "caas/kafka/producer.hpp"
#include "support/cluster.hpp"
#include "support/history.hpp"
#include "support/load.hpp"

namespace caas::kafka::test {
namespace {

TEST(Produce, EachRecordIsDeliveredAndReportedOnce) {
  const TestTopic topic("once", 8);
  History history;
  auto producer = must(Producer::create(testSettings()));
  for (int i = 0; i < 10'000; ++i) {
    must(sendOne(*producer, history, topic.name(), fmt::format("key-{}", i % 100), i / 100));
  }
  must(producer->flush(), "flushing");
  EXPECT_EQ(history.reported(), 10'000);

  const auto stats = producer->stats();
  EXPECT_EQ(stats.accepted, 10'000);
  EXPECT_EQ(stats.delivered, 10'000);
  EXPECT_EQ(stats.failed, 0);
  EXPECT_EQ(stats.inFlight, 0);

  const auto verdict = history.check(readAll(topic.name()));
  EXPECT_TRUE(verdict.holds()) << verdict.describe();
  EXPECT_EQ(verdict.delivered, 10'000) << verdict.describe();
}

TEST(Produce, FourThreadsShareOneProducer) {
  const TestTopic topic("threads", 8);
  History history;
  auto producer = must(Producer::create(testSettings()));
  std::vector<std::thread> threads;
  std::atomic<int> refused{0};
  for (int thread = 0; thread < 4; ++thread) {
    threads.emplace_back([&, thread] {
      for (int i = 0; i < 5'000; ++i) {
        const auto key = fmt::format("key-{}-{}", thread, i % 20);
        if (!sendOne(*producer, history, topic.name(), key, i / 20)) {
          ++refused;
        }
      }
    });
  }
  for (auto& thread : threads) {
    thread.join();
  }
  EXPECT_EQ(refused, 0);
  must(producer->close(), "closing");
  const auto verdict = history.check(readAll(topic.name()));
  EXPECT_TRUE(verdict.holds()) << verdict.describe();
  EXPECT_EQ(verdict.delivered, 20'000) << verdict.describe();
}

// Kafka never asks for more of them than a topic has replicas (KIP-966), so one must be missing.
TEST(Produce, NotEnoughInSyncReplicasIsSaidInNumbers) {
  ASSERT_TRUE(waitForFullIsr());
  const TestTopic topic("insync", 1, {{"min.insync.replicas", "3"}});
  const BrokerFault dead(BrokerFault::Kind::kKill, 2);
  ASSERT_TRUE(eventually(Milliseconds{60'000}, [&] {
    const auto described = admin().describeTopics({topic.name()});
    return described && described->at(0).partitions.at(0).leader &&
           described->at(0).partitions.at(0).isr.size() == 2;
  }));
  auto settings = testSettings();
  settings.producer.retries = 1;
  const auto producer = must(Producer::create(settings));
  Record record;
  record.topic = topic.name();
  record.value = "v";
  const auto sent = producer->sendAndWait(record);
  ASSERT_FALSE(sent);
  EXPECT_EQ(sent.error().code, ErrorCode::kNotEnoughReplicas);
  EXPECT_EQ(
      sent.error().message,
      fmt::format("not enough replicas for '{}': 2 brokers are up, 2 of partition 0's replicas "
                  "are in sync, 3 needed",
                  topic.name()));
}

TEST(Produce, SendAndWaitTellsWhereTheRecordIs) {
  const TestTopic topic("where", 3);
  auto producer = must(Producer::create(testSettings()));
  Record record;
  record.topic = topic.name();
  record.key = "k";
  record.value = "first";
  const auto first = must(producer->sendAndWait(record), "sending");
  record.value = "second";
  const auto second = must(producer->sendAndWait(record), "sending");
  EXPECT_EQ(first.topic, topic.name());
  EXPECT_EQ(first.offset, 0);
  EXPECT_EQ(second.offset, 1);
  EXPECT_EQ(second.partition, first.partition);
  EXPECT_GT(first.latency.count(), 0);

  const auto records = readAll(topic.name());
  ASSERT_EQ(records.size(), 2U);
  EXPECT_EQ(records[0].value, "first");
  EXPECT_EQ(records[0].timestamp, first.timestamp);
  EXPECT_EQ(records[1].partition, second.partition);
}

TEST(Produce, EverythingInARecordComesBack) {
  // The given time is an old one, which retention would act on.
  const TestTopic topic("roundtrip", 1, {{"retention.ms", "-1"}});
  auto producer = must(Producer::create(testSettings()));
  const std::string binary("\0\xFF\xFE\n\0", 5);
  const std::array<HeaderView, 5> headers{{{"text", "plain"},
                                           {"null", std::nullopt},
                                           {"empty", ""},
                                           {"binary", binary},
                                           {"text", "2"}}};
  Record record;
  record.topic = topic.name();
  record.key = binary;
  record.value = binary;
  record.headers = headers;
  record.timestamp = must(parseTimestamp("2026-01-02T03:04:05.678Z"));
  must(producer->sendAndWait(record), "sending");

  const auto records = readAll(topic.name());
  ASSERT_EQ(records.size(), 1U);
  EXPECT_EQ(records[0].key, binary);
  EXPECT_EQ(records[0].value, binary);
  EXPECT_EQ(records[0].timestamp, record.timestamp);
  const std::vector<Header> expected{
      {"text", "plain"}, {"null", std::nullopt}, {"empty", ""}, {"binary", binary}, {"text", "2"}};
  EXPECT_EQ(records[0].headers, expected);
  EXPECT_EQ(records[0].header("text"), "2") << "the last of that name counts";
  EXPECT_EQ(records[0].header("null"), std::nullopt);
  EXPECT_EQ(records[0].header("absent"), std::nullopt);
}

TEST(Produce, NullAndEmptyAreNotTheSame) {
  const TestTopic topic("null", 1);
  auto producer = must(Producer::create(testSettings()));
  const auto send = [&](std::optional<std::string_view> key,
                        std::optional<std::string_view> value) {
    Record record;
    record.topic = topic.name();
    record.key = key;
    record.value = value;
    must(producer->sendAndWait(record), "sending");
  };
  send(std::nullopt, "no key");
  send("", "empty key");
  send("tombstone", std::nullopt);
  send("empty value", "");

  const auto records = readAll(topic.name());
  ASSERT_EQ(records.size(), 4U);
  EXPECT_EQ(records[0].key, std::nullopt);
  EXPECT_EQ(records[1].key, "");
  EXPECT_EQ(records[2].value, std::nullopt);
  EXPECT_EQ(records[3].value, "");
}

TEST(Produce, EveryCompressionIsReadBack) {
  for (const auto compression : {Compression::kNone, Compression::kGzip, Compression::kSnappy,
                                 Compression::kLz4, Compression::kZstd}) {
    const TestTopic topic("compression", 2);
    auto settings = testSettings();
    settings.producer.compression = compression;
    History history;
    auto producer = must(Producer::create(settings));
    for (int i = 0; i < 500; ++i) {
      must(sendOne(*producer, history, topic.name(), fmt::format("key-{}", i % 10), i / 10, 1'000));
    }
    must(producer->close(), "closing");
    const auto verdict = history.check(readAll(topic.name()));
    EXPECT_TRUE(verdict.holds()) << toString(compression) << ": " << verdict.describe();
    EXPECT_EQ(verdict.delivered, 500) << toString(compression);
  }
}

TEST(Produce, EveryPresetDelivers) {
  for (const auto preset : {ProducerPreset::kDefault, ProducerPreset::kHighThroughput,
                            ProducerPreset::kLowLatency, ProducerPreset::kMaxThroughput}) {
    const TestTopic topic("preset", 4);
    History history;
    auto producer = must(Producer::create(testSettings(), preset));
    for (int i = 0; i < 1'000; ++i) {
      must(sendOne(*producer, history, topic.name(), fmt::format("key-{}", i % 10), i / 10));
    }
    must(producer->close(), "closing");
    const auto verdict = history.check(readAll(topic.name()));
    EXPECT_TRUE(verdict.holds()) << toString(preset) << ": " << verdict.describe();
    EXPECT_EQ(verdict.delivered, 1'000) << toString(preset);
  }
}

TEST(Produce, CloseDeliversWhatIsInFlightAndRefusesMore) {
  const TestTopic topic("close", 8);
  History history;
  auto producer = must(Producer::create(testSettings()));
  for (int i = 0; i < 30'000; ++i) {
    must(sendOne(*producer, history, topic.name(), fmt::format("key-{}", i % 100), i / 100));
  }
  const auto report = must(producer->close(), "closing");
  EXPECT_TRUE(report.clean());
  EXPECT_EQ(history.reported(), 30'000);
  EXPECT_EQ(producer->stats().inFlight, 0);

  const auto late = sendOne(*producer, history, topic.name(), "key-0", 1'000'000);
  ASSERT_FALSE(late);
  EXPECT_EQ(late.error().code, ErrorCode::kShutdown);
  const auto again = must(producer->close(), "closing again");
  EXPECT_EQ(again.delivered, report.delivered);

  const auto verdict = history.check(readAll(topic.name()));
  EXPECT_TRUE(verdict.holds()) << verdict.describe();
  EXPECT_EQ(verdict.delivered, 30'000) << verdict.describe();
}

TEST(Produce, TheCloseReportCountsWhatWasUnderWay) {
  const TestTopic topic("closereport", 4);
  auto settings = testSettings();
  // Nothing leaves before close says so.
  settings.producer.linger = Milliseconds{60'000};
  std::atomic<std::int64_t> delivered{0};
  std::atomic<std::int64_t> accepted{0};
  auto producer = must(Producer::create(settings));
  std::vector<std::thread> threads;
  for (int thread = 0; thread < 3; ++thread) {
    threads.emplace_back([&] {
      Record record;
      record.topic = topic.name();
      record.value = "v";
      for (int i = 0; i < 1'000; ++i) {
        const auto sent = producer->send(
            record, [&](const DeliveryReport& report) { delivered += report.delivered() ? 1 : 0; });
        if (!sent) {
          EXPECT_EQ(sent.error().code, ErrorCode::kShutdown) << sent.error().describe();
          return;
        }
        ++accepted;
      }
    });
  }
  ASSERT_TRUE(eventually(Milliseconds{30'000}, [&] { return accepted >= 500; }, Milliseconds{0}));
  EXPECT_EQ(delivered, 0);
  const auto report = must(producer->close(), "closing");
  for (auto& thread : threads) {
    thread.join();
  }
  EXPECT_EQ(report.delivered, accepted);
  EXPECT_TRUE(report.clean());
  EXPECT_EQ(delivered, accepted);
  EXPECT_EQ(producer->stats().delivered, accepted);
  EXPECT_EQ(std::ssize(readAll(topic.name())), accepted);
}

TEST(Produce, TheDestructorReportsWhatIsInFlight) {
  const TestTopic topic("destructor", 4);
  History history;
  {
    auto producer = must(Producer::create(testSettings()));
    for (int i = 0; i < 2'000; ++i) {
      must(sendOne(*producer, history, topic.name(), fmt::format("key-{}", i % 10), i / 10));
    }
  }
  const auto verdict = history.check(readAll(topic.name()));
  EXPECT_TRUE(verdict.holds()) << verdict.describe();
  EXPECT_EQ(verdict.delivered, 2'000) << verdict.describe();
}

TEST(Produce, CloseWhileOthersSendLosesNothing) {
  const TestTopic topic("racingclose", 8);
  History history;
  auto producer = must(Producer::create(testSettings()));
  LoadOptions fast;
  fast.recordsPerSecond = 20'000;
  PacedLoad load(*producer, history, topic.name(), fast);
  ASSERT_TRUE(load.waitFor(5'000, Milliseconds{30'000}));
  must(producer->close(), "closing");
  load.stop();
  const auto verdict = history.check(readAll(topic.name()));
  EXPECT_TRUE(verdict.holds()) << verdict.describe();
  EXPECT_EQ(verdict.delivered, verdict.accepted) << verdict.describe();
}

}  // namespace
}  // namespace caas::kafka::test
