// What goes wrong, and what the caller is told: never silence, never a wait without end.
#include <atomic>
#include <chrono>
#include <mutex>
#include <random>
#include <vector>

#include <fmt/core.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "caas/kafka/producer.hpp"
#include "caas/kafka/record_reader.hpp"
#include "support/cluster.hpp"
#include "support/history.hpp"
#include "support/load.hpp"

namespace caas::kafka::test {
namespace {

using std::chrono::steady_clock;
using ::testing::HasSubstr;

/// Nobody listens on port 1.
constexpr const char* kNobody = "127.0.0.1:1";

Settings unreachableSettings() {
  Settings settings;
  settings.brokers = {kNobody};
  settings.clientId = "caas-test";
  return settings;
}

Milliseconds since(steady_clock::time_point start) {
  return std::chrono::duration_cast<Milliseconds>(steady_clock::now() - start);
}

/// The reports of a few records, for tests that look at each.
class Reports {
 public:
  struct One {
    std::optional<Error> error;
    Persistence persistence;
    std::int64_t offset;
  };
  DeliveryCallback collect() {
    return [this](const DeliveryReport& report) {
      const std::lock_guard lock(mutex_);
      all_.push_back({report.error != nullptr ? std::optional(*report.error) : std::nullopt,
                      report.persistence, report.offset});
    };
  }
  std::vector<One> all() {
    const std::lock_guard lock(mutex_);
    return all_;
  }
  bool waitForOne(Milliseconds deadline) {
    return eventually(deadline, [&] { return !all().empty(); });
  }

 private:
  std::mutex mutex_;
  std::vector<One> all_;
};

std::string noise(std::size_t bytes) {
  std::mt19937 random{7};
  std::string text(bytes, '\0');
  for (char& c : text) {
    c = static_cast<char>(random() & 0xFF);
  }
  return text;
}

TEST(ProducerFailures, AFullQueueRefusesAfterTheWaitAndLosesNothing) {
  auto settings = unreachableSettings();
  settings.producer.queueMaxRecords = 100;
  settings.producer.queueFullWait = Milliseconds{300};
  History history;
  auto producer = must(Producer::create(settings));
  for (int i = 0; i < 100; ++i) {
    must(sendOne(*producer, history, "any", "key", i), "filling the queue");
  }
  const auto start = steady_clock::now();
  const auto refused = sendOne(*producer, history, "any", "key", 100);
  ASSERT_FALSE(refused);
  EXPECT_GE(since(start), Milliseconds{300});
  EXPECT_EQ(refused.error().code, ErrorCode::kQueueFull);
  EXPECT_TRUE(refused.error().retriable);
  EXPECT_FALSE(refused.error().hint.empty());
  EXPECT_GE(producer->stats().queueFullWaits, 1);
  EXPECT_EQ(producer->stats().queueFullRefusals, 1);
  EXPECT_EQ(producer->stats().inFlight, 100);

  const auto report = must(producer->close(Milliseconds{200}));
  EXPECT_EQ(report.notPersisted, 100);
  EXPECT_EQ(report.possiblyPersisted, 0);
  const auto verdict = history.check({});
  EXPECT_TRUE(verdict.holds()) << verdict.describe();
  EXPECT_EQ(verdict.failedNotPersisted, 100) << verdict.describe();
  EXPECT_EQ(verdict.refused, 1) << verdict.describe();
}

TEST(ProducerFailures, AQueueThatIsFullOfBytesRefusesToo) {
  auto settings = unreachableSettings();
  settings.producer.queueMaxBytes = 1'000'000;
  settings.producer.queueFullWait = Milliseconds{50};
  History history;
  auto producer = must(Producer::create(settings));
  int accepted = 0;
  Result<void> sent{};
  while (accepted < 1'000 &&
         (sent = sendOne(*producer, history, "any", "key", accepted, 100'000)).has_value()) {
    ++accepted;
  }
  ASSERT_FALSE(sent);
  EXPECT_EQ(sent.error().code, ErrorCode::kQueueFull);
  EXPECT_GE(accepted, 8);
  EXPECT_LE(accepted, 10);
  must(producer->close(Milliseconds{200}));
  EXPECT_TRUE(history.check({}).holds()) << history.check({}).describe();
}

TEST(ProducerFailures, AFullQueueOnALivingClusterOnlySlowsDown) {
  const TestTopic topic("backpressure", 4);
  auto settings = testSettings();
  settings.producer.queueMaxRecords = 50;
  settings.producer.queueFullWait = Milliseconds{30'000};
  History history;
  auto producer = must(Producer::create(settings));
  for (int i = 0; i < 3'000; ++i) {
    must(sendOne(*producer, history, topic.name(), fmt::format("key-{}", i % 10), i / 10));
  }
  EXPECT_GT(producer->stats().queueFullWaits, 0);
  EXPECT_EQ(producer->stats().queueFullRefusals, 0);
  must(producer->close());
  const auto verdict = history.check(readAll(topic.name()));
  EXPECT_TRUE(verdict.holds()) << verdict.describe();
  EXPECT_EQ(verdict.delivered, 3'000) << verdict.describe();
}

TEST(ProducerFailures, ARecordThatTheProducerFindsTooLargeIsRefused) {
  const TestTopic topic("toolarge", 1);
  auto producer = must(Producer::create(testSettings()));
  Reports reports;
  const auto value = noise(1'000'001);
  Record record;
  record.topic = topic.name();
  record.key = "k";
  record.value = value;
  const auto sent = producer->send(record, reports.collect());
  ASSERT_FALSE(sent);
  EXPECT_EQ(sent.error().code, ErrorCode::kRecordTooLarge);
  EXPECT_FALSE(sent.error().retriable);
  EXPECT_THAT(sent.error().message, HasSubstr(topic.name()));
  EXPECT_THAT(sent.error().message, HasSubstr("1000000")) << "the limit";
  EXPECT_FALSE(sent.error().hint.empty());

  // The largest that is allowed goes through: key, value and headers count together.
  record.value = std::string_view(value).substr(0, 1'000'000 - 1'000);
  must(producer->sendAndWait(record), "a record just below the limit");
  must(producer->close());
  EXPECT_TRUE(reports.all().empty()) << "a refused record must not be reported";
  EXPECT_EQ(readAll(topic.name()).size(), 1U);
}

TEST(ProducerFailures, ARecordThatTheTopicFindsTooLargeIsReported) {
  const TestTopic topic("topiclimit", 1, {{"max.message.bytes", "10000"}});
  auto producer = must(Producer::create(testSettings()));
  Reports reports;
  const auto value = noise(50'000);
  Record record;
  record.topic = topic.name();
  record.value = value;
  must(producer->send(record, reports.collect()));
  ASSERT_TRUE(reports.waitForOne(Milliseconds{30'000}));
  const auto report = reports.all().at(0);
  ASSERT_TRUE(report.error);
  EXPECT_EQ(report.error->code, ErrorCode::kRecordTooLarge) << report.error->describe();
  EXPECT_EQ(report.persistence, Persistence::kNotPersisted);
  EXPECT_EQ(report.offset, -1);

  record.value = "small";
  must(producer->sendAndWait(record), "the producer must go on after it");
  EXPECT_EQ(readAll(topic.name()).size(), 1U);
}

TEST(ProducerFailures, ATopicThatDoesNotExistIsNamed) {
  const auto topic = uniqueTopic("missing");
  auto producer = must(Producer::create(testSettings()));
  Record record;
  record.topic = topic;
  record.value = "v";
  const auto sent = producer->sendAndWait(record, Milliseconds{60'000});
  ASSERT_FALSE(sent);
  EXPECT_EQ(sent.error().code, ErrorCode::kTopicNotFound) << sent.error().describe();
  EXPECT_THAT(sent.error().message, HasSubstr(topic));
  EXPECT_FALSE(sent.error().hint.empty());
  // The one who waits is told from within the report, a moment before it counts as reported.
  EXPECT_TRUE(eventually(Milliseconds{5'000}, [&] { return producer->stats().inFlight == 0; }));
}

TEST(ProducerFailures, APartitionThatDoesNotExistFailsTheRecord) {
  const TestTopic topic("nopartition", 2);
  auto producer = must(Producer::create(testSettings()));
  Record record;
  record.topic = topic.name();
  record.value = "v";
  record.partition = 7;
  EXPECT_FALSE(producer->sendAndWait(record, Milliseconds{30'000}));
  record.partition = -3;
  EXPECT_FALSE(producer->sendAndWait(record, Milliseconds{30'000}));
  record.partition = 1;
  EXPECT_TRUE(producer->sendAndWait(record, Milliseconds{30'000}));
  must(producer->close());
  EXPECT_EQ(readAll(topic.name()).size(), 1U);
}

TEST(ProducerFailures, WithoutABrokerARecordFailsAtItsDeliveryTimeout) {
  auto settings = unreachableSettings();
  settings.producer.deliveryTimeout = Milliseconds{1'500};
  auto producer = must(Producer::create(settings));
  Reports reports;
  Record record;
  record.topic = "any";
  record.value = "v";
  must(producer->send(record, reports.collect()));
  ASSERT_TRUE(reports.waitForOne(Milliseconds{20'000}));
  const auto report = reports.all().at(0);
  ASSERT_TRUE(report.error);
  EXPECT_TRUE(report.error->code == ErrorCode::kTimeout ||
              report.error->code == ErrorCode::kConnectionTimeout)
      << report.error->describe();
  EXPECT_EQ(report.persistence, Persistence::kNotPersisted);
}

TEST(ProducerFailures, FlushSaysWhatIsLeft) {
  auto producer = must(Producer::create(unreachableSettings()));
  Reports reports;
  Record record;
  record.topic = "any";
  record.value = "v";
  for (int i = 0; i < 7; ++i) {
    must(producer->send(record, reports.collect()));
  }
  const auto start = steady_clock::now();
  const auto flushed = producer->flush(Milliseconds{200});
  ASSERT_FALSE(flushed);
  EXPECT_EQ(flushed.error().code, ErrorCode::kTimeout);
  EXPECT_THAT(flushed.error().message, HasSubstr("7"));
  EXPECT_LT(since(start), Milliseconds{10'000});
  EXPECT_TRUE(reports.all().empty());
  EXPECT_EQ(must(producer->close(Milliseconds{0})).notPersisted, 7);
  EXPECT_EQ(reports.all().size(), 7U);
}

TEST(ReaderFailures, WrongAddressesAreNamed) {
  ReadOptions options;
  options.topics = {"any"};
  const auto start = steady_clock::now();
  const auto reader = RecordReader::open(unreachableSettings(), options, Milliseconds{2'000});
  ASSERT_FALSE(reader);
  EXPECT_EQ(reader.error().code, ErrorCode::kConnectionTimeout) << reader.error().describe();
  EXPECT_THAT(reader.error().message, HasSubstr(kNobody));
  EXPECT_LT(since(start), Milliseconds{15'000});
}

TEST(ReaderFailures, AMissingTopicIsNamed) {
  const auto topic = uniqueTopic("missing");
  ReadOptions options;
  options.topics = {topic};
  const auto reader = RecordReader::open(testSettings(), options, Milliseconds{20'000});
  ASSERT_FALSE(reader);
  EXPECT_EQ(reader.error().code, ErrorCode::kTopicNotFound) << reader.error().describe();
  EXPECT_THAT(reader.error().message, HasSubstr(topic));
}

TEST(ReaderFailures, OptionsThatContradictEachOtherAreRefused) {
  const auto codeOf = [](const ReadOptions& options) {
    const auto reader = RecordReader::open(testSettings(), options, Milliseconds{20'000});
    return reader ? std::optional<ErrorCode>{} : std::optional(reader.error().code);
  };
  ReadOptions none;
  EXPECT_EQ(codeOf(none), ErrorCode::kInvalidArgument) << "no topic";

  ReadOptions groupUntilEnd;
  groupUntilEnd.topics = {"any"};
  groupUntilEnd.group = "g";
  groupUntilEnd.untilEnd = true;
  EXPECT_EQ(codeOf(groupUntilEnd), ErrorCode::kInvalidArgument);

  ReadOptions groupPartitions;
  groupPartitions.topics = {"any"};
  groupPartitions.group = "g";
  groupPartitions.partitions = {0};
  EXPECT_EQ(codeOf(groupPartitions), ErrorCode::kInvalidArgument);

  ReadOptions partitionsOfTwo;
  partitionsOfTwo.topics = {"any", "other"};
  partitionsOfTwo.partitions = {0};
  EXPECT_EQ(codeOf(partitionsOfTwo), ErrorCode::kInvalidArgument);
}

TEST(ReaderFailures, APartitionThatDoesNotExistIsRefused) {
  const TestTopic topic("nopartition", 2);
  ReadOptions options;
  options.topics = {topic.name()};
  options.partitions = {1, 9};
  const auto reader = RecordReader::open(testSettings(), options, Milliseconds{20'000});
  ASSERT_FALSE(reader);
  EXPECT_THAT(reader.error().message, HasSubstr("9"));
}

}  // namespace
}  // namespace caas::kafka::test
