// The parallel consumer on the real cluster: order, parallel work, commits and their map, coming
// and going of members, handlers that misbehave.
#include <atomic>
#include <future>
#include <thread>

#include "integration/consumer_fixture.hpp"

namespace caas::kafka::test {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

using ParallelConsumer = ConsumerTest;
constexpr Milliseconds kSoon{30'000};

TEST_F(ParallelConsumer, RunsEachRecordOnceAndKeepsOrderPerKey) {
  const TestTopic topic("consume", 4);
  produce(topic.name(), 0, 3'000, 50);
  Seen seen;
  auto consumer = consumerOf(topic.name(), options());
  must(consumer->start([&](const ConsumedRecord& record) {
    seen.add(record);
    return HandlerResult::ack();
  }));
  ASSERT_TRUE(eventually(kSoon, [&] { return seen.size() >= 3'000; })) << seen.size();
  EXPECT_TRUE(eventually(kSoon, [&] { return committed(group_) == 3'000; })) << committed(group_);
  const auto report = must(consumer->close());
  EXPECT_TRUE(report.clean());
  EXPECT_TRUE(eachOnce(seen, 3'000));
  EXPECT_TRUE(inOrder(seen));
  const auto stats = consumer->stats();
  EXPECT_EQ(stats.acked, 3'000);
  EXPECT_EQ(stats.recordsInFlight, 0);
  EXPECT_EQ(stats.bytesInFlight, 0);
  EXPECT_EQ(stats.keysInFlight, 0);
}

TEST_F(ParallelConsumer, RunsOtherKeysOfAPartitionWhileOneIsAtWork) {
  const TestTopic topic("consume-slow", 1);
  produce(topic.name(), 0, 300, 3);
  std::promise<void> release;
  const auto released = release.get_future().share();
  Seen seen;
  auto consumer = consumerOf(topic.name(), options());
  must(consumer->start([&](const ConsumedRecord& record) {
    if (record.key == "key0" && record.value == "0") {
      released.wait();
    }
    seen.add(record);
    return HandlerResult::ack();
  }));
  EXPECT_TRUE(eventually(kSoon, [&] { return seen.size() == 200; })) << seen.size();
  EXPECT_THAT(seen.byKey(), testing::Not(testing::Contains(testing::Key("key0"))));
  EXPECT_EQ(committed(group_), 0) << "nothing may be committed behind the record at work";
  release.set_value();
  EXPECT_TRUE(eventually(kSoon, [&] { return seen.size() == 300; }));
  must(consumer->close());
  EXPECT_TRUE(inOrder(seen));
  EXPECT_EQ(committed(group_), 300);
}

TEST_F(ParallelConsumer, ARestartRunsOnlyWhatWasNotCompleted) {
  const TestTopic topic("consume-map", 1);
  produce(topic.name(), 0, 300, 3);
  auto hang = std::make_shared<std::promise<void>>();
  const auto hung = hang->get_future().share();
  auto first = std::make_shared<Seen>();
  {
    auto consumer = consumerOf(topic.name(), options());
    must(consumer->start([=](const ConsumedRecord& record) {
      if (record.key == "key0") {
        hung.wait();
      }
      first->add(record);
      return HandlerResult::ack();
    }));
    ASSERT_TRUE(eventually(kSoon, [&] { return first->size() == 200; }));
    const auto report = must(consumer->close(Milliseconds{1'000}));
    EXPECT_EQ(report.unfinished, 1);
    ASSERT_THAT(report.hangingHandlers, SizeIs(1));
    EXPECT_THAT(report.hangingHandlers[0],
                testing::AllOf(HasSubstr(topic.name()), HasSubstr("key0"), HasSubstr("offset 0")));
  }
  Seen second;
  auto consumer = consumerOf(topic.name(), options());
  must(consumer->start([&](const ConsumedRecord& record) {
    second.add(record);
    return HandlerResult::ack();
  }));
  ASSERT_TRUE(eventually(kSoon, [&] { return committed(group_) == 300; })) << committed(group_);
  must(consumer->close());
  EXPECT_TRUE(eachOnce(second, 100));
  EXPECT_THAT(second.byKey(), SizeIs(1));
  EXPECT_EQ(consumer->stats().skipped, 200);
  hang->set_value();  // the handler left behind returns into a consumer that is gone
}

TEST_F(ParallelConsumer, MembersShareThePartitionsAndTakeOverFromEachOther) {
  const TestTopic topic("consume-share", 6);
  Seen seen;
  const auto handler = [&](const ConsumedRecord& record) {
    seen.add(record);
    return HandlerResult::ack();
  };
  produce(topic.name(), 0, 600, 60);
  auto first = consumerOf(topic.name(), options());
  must(first->start(handler));
  ASSERT_TRUE(eventually(kSoon, [&] { return seen.size() == 600; }));
  auto second = consumerOf(topic.name(), options());
  must(second->start(handler));
  ASSERT_TRUE(eventually(
      kSoon, [&] { return first->stats().partitions == 3 && second->stats().partitions == 3; }))
      << first->stats().partitions << " and " << second->stats().partitions;
  produce(topic.name(), 600, 600, 60);
  ASSERT_TRUE(eventually(kSoon, [&] { return seen.size() >= 1'200; }));
  must(first->close());
  ASSERT_TRUE(eventually(kSoon, [&] { return second->stats().partitions == 6; }));
  produce(topic.name(), 1'200, 600, 60);
  ASSERT_TRUE(eventually(kSoon, [&] { return seen.size() >= 1'800; }));
  must(second->close());
  EXPECT_TRUE(eachOnce(seen, 1'800));
  EXPECT_TRUE(inOrder(seen));
  EXPECT_EQ(committed(group_), 1'800);
}

TEST_F(ParallelConsumer, OneThatLeavesAmidARebalanceDoesNotHoldUpTheOthers) {
  const TestTopic topic("consume", 2);
  const auto start = [&] {
    auto consumer = consumerOf(topic.name(), options());
    must(consumer->start([](const ConsumedRecord&) { return HandlerResult::ack(); }));
    return consumer;
  };
  auto leaving = start();
  ASSERT_TRUE(eventually(kSoon, [&] { return leaving->stats().partitions == 2; }));
  const auto staying = start();
  // It has given a partition away and asks to join again; the brokers answer, and read what else it
  // has to say, when the other one's heartbeat has told it to do the same: within 3 s.
  ASSERT_TRUE(eventually(kSoon, [&] { return leaving->stats().partitions == 1; }));
  const auto closing = std::chrono::steady_clock::now();
  must(leaving->close(Milliseconds{0}));
  EXPECT_LT(std::chrono::steady_clock::now() - closing, std::chrono::seconds{8});
  // Well before the session timeout of 30 s, after which the brokers would throw it out.
  EXPECT_TRUE(eventually(Milliseconds{15'000}, [&] { return staying->stats().partitions == 2; }));
}

TEST_F(ParallelConsumer, TheConsumerProtocolOfKip848Works) {
  settings_.consumer.groupProtocol = GroupProtocol::kConsumer;
  settings_.consumer.sessionTimeout = Milliseconds{12'000};
  const TestTopic topic("consume-848", 4);
  produce(topic.name(), 0, 400, 40);
  Seen seen;
  const auto handler = [&](const ConsumedRecord& record) {
    seen.add(record);
    return HandlerResult::ack();
  };
  auto first = consumerOf(topic.name(), options());
  must(first->start(handler));
  ASSERT_TRUE(eventually(kSoon, [&] { return seen.size() == 400; }));
  // The brokers hold it for the group: the client may not.
  const auto configs =
      runProcess({(projectRoot() / "script" / "kafka").string(), "configs", "--entity-type",
                  "groups", "--entity-name", group_, "--describe"},
                 {}, {}, Milliseconds{60'000});
  EXPECT_THAT(configs.out, HasSubstr("consumer.session.timeout.ms=12000")) << configs.err;
  auto second = consumerOf(topic.name(), options());
  must(second->start(handler));
  ASSERT_TRUE(
      eventually(Milliseconds{60'000},
                 [&] { return first->stats().partitions == 2 && second->stats().partitions == 2; }))
      << first->stats().partitions << " and " << second->stats().partitions;
  produce(topic.name(), 400, 400, 40);
  ASSERT_TRUE(eventually(kSoon, [&] { return seen.size() >= 800; }));
  must(first->close());
  must(second->close());
  EXPECT_TRUE(eachOnce(seen, 800));
  EXPECT_TRUE(inOrder(seen));
  EXPECT_EQ(committed(group_), 800);
}

TEST_F(ParallelConsumer, PauseStopsAndResumeGoesOn) {
  const TestTopic topic("consume-pause", 2);
  Seen seen;
  auto consumer = consumerOf(topic.name(), options());
  consumer->pause();
  must(consumer->start([&](const ConsumedRecord& record) {
    seen.add(record);
    return HandlerResult::ack();
  }));
  produce(topic.name(), 0, 100, 10);
  ASSERT_TRUE(eventually(kSoon, [&] { return consumer->stats().recordsInFlight == 100; }));
  EXPECT_EQ(seen.size(), 0U);
  EXPECT_TRUE(consumer->stats().paused);
  consumer->resume();
  EXPECT_TRUE(eventually(kSoon, [&] { return seen.size() == 100; }));
  must(consumer->close());
}

TEST_F(ParallelConsumer, CompletionsAnswerFromAnyThreadAndDroppedOnesAreRetried) {
  const TestTopic topic("consume-async", 2);
  produce(topic.name(), 0, 200, 20);
  Seen seen;
  std::mutex mutex;
  std::vector<Completion> open;
  ConsumerOptions some = options();
  some.retry.mode = RetryMode::kBlock;
  some.retry.backoff = Milliseconds{50};
  some.concurrency = 100;
  auto consumer = consumerOf(topic.name(), some);
  std::atomic<bool> dropped = false;
  must(consumer->startAsync([&](const ConsumedRecord& record, Completion completion) {
    seen.add(record);
    if (!dropped.exchange(true)) {
      return;  // the completion dies unanswered
    }
    const std::lock_guard lock(mutex);
    open.push_back(std::move(completion));
  }));
  std::jthread answering([&](const std::stop_token& stop) {
    while (!stop.stop_requested()) {
      std::vector<Completion> now;
      {
        const std::lock_guard lock(mutex);
        now.swap(open);
      }
      for (auto& completion : now) {
        completion.ack();
      }
      std::this_thread::sleep_for(Milliseconds{1});
    }
  });
  EXPECT_TRUE(eventually(kSoon, [&] { return committed(group_) == 200; })) << committed(group_);
  must(consumer->close());
  EXPECT_EQ(seen.size(), 201U);
  EXPECT_TRUE(consumer->stats().retried == 1);
}

TEST_F(ParallelConsumer, BatchesHoldRecordsOfOneTopicInOrderPerKey) {
  const TestTopic topic("consume-batch", 2);
  produce(topic.name(), 0, 2'000, 5);
  Seen seen;
  std::atomic<std::size_t> largest = 0;
  ConsumerOptions some = options();
  some.maxBatchRecords = 100;
  some.concurrency = 400;
  auto consumer = consumerOf(topic.name(), some);
  must(consumer->startBatch([&](std::span<const ConsumedRecord* const> records) {
    for (const auto* record : records) {
      seen.add(*record);
    }
    largest = std::max(largest.load(), records.size());
    return std::vector<HandlerResult>(records.size());
  }));
  EXPECT_TRUE(eventually(kSoon, [&] { return committed(group_) == 2'000; })) << committed(group_);
  must(consumer->close());
  EXPECT_TRUE(eachOnce(seen, 2'000));
  EXPECT_TRUE(inOrder(seen));
  EXPECT_GT(largest, 1U);
  EXPECT_LE(largest, 100U);
}

TEST_F(ParallelConsumer, HandlersOfEventTypesGetTheirsAndTheRestGoesToTheDefault) {
  const TestTopic topic("consume-types", 1);
  const auto producer = must(Producer::create(settings_));
  for (const auto& [type, value] :
       std::map<std::string, std::string>{{"message", "1"}, {"typing", "2"}, {"strange", "3"}}) {
    const std::array headers{HeaderView{"caas.type", type}};
    must(producer->sendAndWait(
        {.topic = topic.name(), .key = "k", .value = value, .headers = headers}));
  }
  Seen messages;
  Seen rest;
  auto consumer = consumerOf(topic.name(), options());
  must(consumer->on("message", [&](const ConsumedRecord& record) {
    messages.add(record);
    return HandlerResult::ack();
  }));
  must(consumer->start([&](const ConsumedRecord& record) {
    rest.add(record);
    return HandlerResult::ack();
  }));
  EXPECT_TRUE(eventually(kSoon, [&] { return messages.size() == 1 && rest.size() == 2; }));
  must(consumer->close());
  EXPECT_EQ(messages.runs().at(0).value, "1");
}

TEST_F(ParallelConsumer, WrongUseIsToldAndNothingStarts) {
  auto consumer = must(Consumer::create(settings_, catalog_, options()));
  const auto unknown = consumer->subscribe("chat.mesages");
  ASSERT_FALSE(unknown);
  EXPECT_THAT(unknown.error().describe(), HasSubstr("chat.messages"));
  EXPECT_FALSE(consumer->start([](const ConsumedRecord&) { return HandlerResult::ack(); }));
  EXPECT_FALSE(consumer->subscribe("platform.audit", std::vector<TenantId>{}));
  must(consumer->subscribe("platform.audit"));
  EXPECT_FALSE(consumer->start({}));
  ConsumerOptions bad = options();
  bad.concurrency = 0;
  EXPECT_FALSE(Consumer::create(settings_, catalog_, bad));
}

}  // namespace
}  // namespace caas::kafka::test
