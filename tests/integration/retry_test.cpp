// Failures on the real cluster: retry topics, the DLQ, blocking, the breaker.
#include <atomic>
#include <map>
#include <mutex>

#include "integration/consumer_fixture.hpp"
#include "retry/failure_headers.hpp"

namespace caas::kafka::test {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

using Retries = ConsumerTest;
constexpr Milliseconds kSoon{30'000};

TEST_F(Retries, AFailedRecordComesBackAfterItsDelayAndTheOthersGoOn) {
  const TestTopic topic("retry", 2);
  produce(topic.name(), 0, 100, 10);
  Seen seen;
  ConsumerOptions some = options();
  useOwnRetryTopics(some);
  auto consumer = consumerOf(topic.name(), some);
  must(consumer->start([&](const ConsumedRecord& record) {
    seen.add(record);
    EXPECT_EQ(record.topic, topic.name());
    return record.value == "7" && record.attempt < 3 ? HandlerResult::retry("not yet", "busy")
                                                     : HandlerResult::ack();
  }));
  ASSERT_TRUE(eventually(kSoon, [&] { return seen.size() == 102; })) << seen.size();
  EXPECT_TRUE(eventually(kSoon, [&] { return committed(group_) == 100; }));
  must(consumer->close());
  std::vector<Seen::Run> sevens;
  for (const auto& run : seen.runs()) {
    if (run.value == "7") {
      sevens.push_back(run);
    }
  }
  ASSERT_THAT(sevens, SizeIs(3));
  EXPECT_EQ(sevens[1].attempt, 2);
  EXPECT_EQ(sevens[2].attempt, 3);
  EXPECT_GE(sevens[1].at - sevens[0].at, Milliseconds{199});
  EXPECT_GE(sevens[2].at - sevens[1].at, Milliseconds{399});
  EXPECT_THAT(readAll(dlq_->name()), IsEmpty());
}

TEST_F(Retries, AfterTheLastTierARecordIsInTheDlqWithItsHeaders) {
  const TestTopic topic("exhaust", 1);
  produce(topic.name(), 0, 3, 3);
  Seen seen;
  ConsumerOptions some = options();
  useOwnRetryTopics(some);
  auto consumer = consumerOf(topic.name(), some);
  must(consumer->start([&](const ConsumedRecord& record) -> HandlerResult {
    seen.add(record);
    if (record.value == "1") {
      throw std::runtime_error("database says no 42");
    }
    if (record.value == "2") {
      return HandlerResult::reject("never", "bad_payload");
    }
    return HandlerResult::ack();
  }));
  ASSERT_TRUE(eventually(kSoon, [&] { return consumer->stats().deadLettered == 2; }));
  must(consumer->close());
  EXPECT_EQ(seen.counts().at("1"), 4);
  EXPECT_EQ(seen.counts().at("2"), 1);
  std::map<std::string, retry::FailureHeaders> entries;
  for (const auto& record : readAll(dlq_->name())) {
    const auto views = retry::viewsOf(record.headers);
    const auto parsed = retry::parseFailureHeaders(views);
    ASSERT_EQ(parsed.state, retry::FailureHeadersState::kCurrent) << parsed.problem;
    entries[record.value.value_or("")] = parsed.headers;
  }
  ASSERT_THAT(entries, SizeIs(2));
  const auto& exhausted = entries.at("1");
  EXPECT_EQ(toString(*exhausted.reason), "exhausted");
  EXPECT_EQ(exhausted.attempt, 4);
  EXPECT_EQ(exhausted.origin.topic, topic.name());
  EXPECT_EQ(exhausted.origin.offset, 1);
  EXPECT_EQ(exhausted.origin.group, group_);
  EXPECT_THAT(exhausted.error.message, HasSubstr("database says no 42"));
  EXPECT_EQ(exhausted.error.code, "exception");
  EXPECT_EQ(toString(*entries.at("2").reason), "rejected");
  EXPECT_EQ(entries.at("2").error.code, "bad_payload");
}

TEST_F(Retries, BlockKeepsOrderPerKeyAndHoldsOnlyThatKeyUp) {
  const TestTopic topic("block", 2);
  produce(topic.name(), 0, 200, 10);
  Seen seen;
  std::mutex mutex;
  std::map<std::string, int> failures;
  ConsumerOptions some = options();
  useOwnRetryTopics(some);
  some.retry.mode = RetryMode::kBlock;
  some.retry.backoff = Milliseconds{20};
  some.retry.maxBackoff = Milliseconds{50};
  auto consumer = consumerOf(topic.name(), some);
  must(consumer->start([&](const ConsumedRecord& record) {
    const std::lock_guard lock(mutex);
    const int number = std::stoi(std::string(*record.value));
    if (number % 20 == 3 && failures[std::string(*record.value)]++ < 2) {
      return HandlerResult::retry("again");
    }
    seen.add(record);
    return HandlerResult::ack();
  }));
  ASSERT_TRUE(eventually(kSoon, [&] { return seen.size() == 200; })) << seen.size();
  EXPECT_TRUE(eventually(kSoon, [&] { return committed(group_) == 200; }));
  must(consumer->close());
  EXPECT_TRUE(inOrder(seen));
  EXPECT_TRUE(eachOnce(seen, 200));
  EXPECT_EQ(consumer->stats().retried, 20);
}

TEST_F(Retries, OnlyTheGroupThatFailedTakesARetriedRecord) {
  const TestTopic topic("groups", 1);
  produce(topic.name(), 0, 10, 10);
  ConsumerOptions some = options();
  useOwnRetryTopics(some);
  ConsumerOptions other = some;
  other.group = group_ + "-other";
  Seen failing;
  Seen content;
  auto one = consumerOf(topic.name(), some);
  auto two = consumerOf(topic.name(), other);
  must(one->start([&](const ConsumedRecord& record) {
    failing.add(record);
    return record.attempt == 1 ? HandlerResult::retry("once") : HandlerResult::ack();
  }));
  must(two->start([&](const ConsumedRecord& record) {
    content.add(record);
    return HandlerResult::ack();
  }));
  ASSERT_TRUE(eventually(kSoon, [&] { return failing.size() == 20 && content.size() == 10; }));
  EXPECT_TRUE(eventually(kSoon, [&] { return two->stats().skipped == 10; }));
  must(one->close());
  must(two->close());
  EXPECT_EQ(content.size(), 10U);
}

TEST_F(Retries, WhateverAHandlerThrowsIsAFailureAndNothingIsLost) {
  const TestTopic topic("throws", 1);
  const auto producer = must(Producer::create(settings_));
  must(producer->sendAndWait({.topic = topic.name()}));
  must(producer->sendAndWait({.topic = topic.name(), .key = "", .value = ""}));
  must(producer->sendAndWait({.topic = topic.name(), .key = "k", .value = "\xff\xfe"}));
  Seen seen;
  ConsumerOptions some = options();
  useOwnRetryTopics(some);
  some.retry.mode = RetryMode::kNone;
  auto consumer = consumerOf(topic.name(), some);
  must(consumer->start([&](const ConsumedRecord& record) -> HandlerResult {
    seen.add(record);
    throw 42;
  }));
  ASSERT_TRUE(eventually(kSoon, [&] { return consumer->stats().deadLettered == 3; }));
  must(consumer->close());
  // Three keys run side by side: the order of their copies in the DLQ is nobody's promise.
  std::map<std::int64_t, ReceivedRecord> dead;
  for (auto& record : readAll(dlq_->name())) {
    const auto views = retry::viewsOf(record.headers);
    dead[retry::parseFailureHeaders(views).headers.origin.offset] = std::move(record);
  }
  ASSERT_THAT(dead, SizeIs(3));
  EXPECT_EQ(dead[0].key, std::nullopt);
  EXPECT_EQ(dead[0].value, std::nullopt);
  EXPECT_EQ(dead[1].key, "");
  EXPECT_EQ(dead[1].value, "");
  EXPECT_EQ(dead[2].key, "k");
  EXPECT_EQ(dead[2].value, "\xff\xfe");
  EXPECT_EQ(committed(group_), 3);
}

TEST_F(Retries, TheBreakerStopsTheIntakeWhenNearlyEverythingFails) {
  const TestTopic topic("breaker", 4);
  produce(topic.name(), 0, 1'000, 1'000);
  std::atomic<bool> down = true;
  Seen seen;
  ConsumerOptions some = options();
  useOwnRetryTopics(some);
  some.concurrency = 8;
  some.breaker.window = 20;
  some.breaker.openFor = Milliseconds{200};
  some.breaker.maxOpenFor = Milliseconds{400};
  auto consumer = consumerOf(topic.name(), some);
  must(consumer->start([&](const ConsumedRecord& record) {
    seen.add(record);
    return down ? HandlerResult::retry("the database is down") : HandlerResult::ack();
  }));
  ASSERT_TRUE(eventually(kSoon, [&] { return consumer->stats().breakerOpen; }));
  std::this_thread::sleep_for(std::chrono::seconds{3});
  EXPECT_LT(seen.size(), 300U) << "the topic is being emptied into the retry topics";
  EXPECT_TRUE(consumer->stats().breakerOpen);
  down = false;
  EXPECT_TRUE(eventually(kSoon, [&] { return committed(group_) == 1'000; }));
  EXPECT_FALSE(consumer->stats().breakerOpen);
  must(consumer->close());
}

}  // namespace
}  // namespace caas::kafka::test
