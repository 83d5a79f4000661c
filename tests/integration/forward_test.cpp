// Exactly-once forwarding on the real cluster: a read_committed reader sees each result once.
#include <atomic>
#include <future>
#include <set>
#include <thread>

#include "integration/consumer_fixture.hpp"

namespace caas::kafka::test {
namespace {

using ::testing::SizeIs;

using Forwarding = ConsumerTest;
constexpr Milliseconds kSoon{60'000};

std::multiset<std::string> valuesOf(const std::string& topic) {
  std::multiset<std::string> values;
  for (const auto& record : readAll(topic)) {
    values.insert(record.value.value_or(""));
  }
  return values;
}

testing::AssertionResult eachValueOnce(const std::string& topic, int count) {
  const auto values = valuesOf(topic);
  for (int i = 0; i < count; ++i) {
    if (const auto times = values.count(std::to_string(i)); times != 1) {
      return testing::AssertionFailure() << i << " is there " << times << " times";
    }
  }
  return values.size() == static_cast<std::size_t>(count)
             ? testing::AssertionSuccess()
             : testing::AssertionFailure() << values.size() << " records";
}

ForwardResult copyTo(const std::string& topic, const ConsumedRecord& record) {
  return {HandlerResult::ack(),
          {{.topic = topic, .key = std::string(*record.key), .value = std::string(*record.value)}}};
}

TEST_F(Forwarding, OutputsAndOffsetsAreCommittedTogether) {
  const TestTopic in("forward-in", 4);
  const TestTopic out("forward-out", 4);
  produce(in.name(), 0, 1'000, 50);
  auto consumer = consumerOf(in.name(), options());
  must(consumer->startForwarding(
      [&](const ConsumedRecord& record) { return copyTo(out.name(), record); }));
  EXPECT_TRUE(eventually(kSoon, [&] { return consumer->stats().forwarded == 1'000; }));
  must(consumer->close());
  EXPECT_TRUE(eachValueOnce(out.name(), 1'000));
  EXPECT_EQ(committed(group_), 1'000);
  EXPECT_EQ(consumer->stats().recordsInFlight, 0);
}

TEST_F(Forwarding, ResultsStaySingleWhileMembersComeAndGo) {
  const TestTopic in("forward-in", 6);
  const TestTopic out("forward-out", 3);
  const auto handler = [&](const ConsumedRecord& record) {
    std::this_thread::sleep_for(Milliseconds{1});
    return copyTo(out.name(), record);
  };
  std::atomic<bool> producing = true;
  std::jthread producer([&] {
    for (int from = 0; from < 3'000; from += 100) {
      produce(in.name(), from, 100, 60);
    }
    producing = false;
  });
  auto first = consumerOf(in.name(), options());
  must(first->startForwarding(handler));
  for (int i = 0; i < 3; ++i) {
    auto second = consumerOf(in.name(), options());
    must(second->startForwarding(handler));
    ASSERT_TRUE(eventually(kSoon, [&] { return second->stats().partitions == 3; }));
    // A quick end: what is under way is given up, and runs again.
    must(second->close(Milliseconds{500}));
  }
  EXPECT_TRUE(eventually(kSoon, [&] { return !producing && committed(group_) == 3'000; }))
      << committed(group_);
  must(first->close());
  EXPECT_TRUE(eachValueOnce(out.name(), 3'000));
}

TEST_F(Forwarding, CopiesOfFailedRecordsGoWithTheTransaction) {
  const TestTopic in("forward-fail", 1);
  const TestTopic out("forward-out", 1);
  produce(in.name(), 0, 30, 30);
  ConsumerOptions some = options();
  useOwnRetryTopics(some);
  auto consumer = consumerOf(in.name(), some);
  must(consumer->startForwarding([&](const ConsumedRecord& record) -> ForwardResult {
    if (record.value == "3" && record.attempt < 3) {
      return {HandlerResult::retry("later"), {{.topic = out.name(), .value = "must not be seen"}}};
    }
    if (record.value == "4") {
      return {HandlerResult::reject("never"), {}};
    }
    if (record.value == "5") {  // an output that can't be written
      return {HandlerResult::ack(), {{.topic = out.name(), .value = std::string(3'000'000, 'x')}}};
    }
    return copyTo(out.name(), record);
  }));
  EXPECT_TRUE(eventually(
      kSoon,
      [&] { return consumer->stats().forwarded == 28 && consumer->stats().deadLettered == 2; }))
      << consumer->stats().forwarded << " and " << consumer->stats().deadLettered;
  must(consumer->close());
  const auto values = valuesOf(out.name());
  EXPECT_THAT(values, SizeIs(28));
  EXPECT_EQ(values.count("3"), 1U);
  EXPECT_THAT(readAll(dlq_->name()), SizeIs(2));
  EXPECT_EQ(committed(group_), 30);
}

TEST_F(Forwarding, ABrokerThatDiesChangesNothing) {
  const TestTopic in("forward-in", 4);
  const TestTopic out("forward-out", 4);
  produce(in.name(), 0, 2'000, 100);
  auto consumer = consumerOf(in.name(), options());
  must(consumer->startForwarding([&](const ConsumedRecord& record) {
    std::this_thread::sleep_for(Milliseconds{20});
    return copyTo(out.name(), record);
  }));
  ASSERT_TRUE(eventually(kSoon, [&] { return consumer->stats().forwarded > 100; }));
  {
    const BrokerFault dead(BrokerFault::Kind::kKill, leaderOf(out.name(), 0));
    EXPECT_TRUE(eventually(Milliseconds{120'000}, [&] {
      return consumer->stats().forwarded == 2'000;
    })) << consumer->stats().forwarded;
  }
  must(consumer->close());
  EXPECT_TRUE(eachValueOnce(out.name(), 2'000));
}

/// None of the brokers answers as long as this lives.
class NobodyAnswers {
 public:
  NobodyAnswers() {
    std::vector<std::future<std::unique_ptr<BrokerFault>>> pausing;
    for (const int node : {1, 2, 3}) {
      pausing.push_back(std::async(std::launch::async, [node] {
        return std::make_unique<BrokerFault>(BrokerFault::Kind::kPause, node);
      }));
    }
    for (auto& one : pausing) {
      paused_.push_back(one.get());
    }
  }
  ~NobodyAnswers() {
    std::ranges::for_each(paused_, [](const auto& fault) { fault->end(); });
  }
  NobodyAnswers(const NobodyAnswers&) = delete;
  NobodyAnswers& operator=(const NobodyAnswers&) = delete;

 private:
  std::vector<std::unique_ptr<BrokerFault>> paused_;
};

/// close() asked how its transaction ended for as long as nobody could answer.
TEST_F(Forwarding, ClosingWhileNoBrokerAnswersEndsAndWhatIsLeftRunsAgain) {
  settings_.consumer.sessionTimeout = Milliseconds{10'000};
  const TestTopic in("forward-in", 4);
  const TestTopic out("forward-out", 4);
  constexpr int kRecords = 3'000;
  produce(in.name(), 0, kRecords, 100);
  ConsumerOptions some = options();
  some.concurrency = 4;
  const auto handler = [&](const ConsumedRecord& record) {
    std::this_thread::sleep_for(Milliseconds{4});
    return copyTo(out.name(), record);
  };
  auto consumer = consumerOf(in.name(), some);
  must(consumer->startForwarding(handler));
  ASSERT_TRUE(eventually(kSoon, [&] { return consumer->stats().forwarded > 200; }));
  {
    const NobodyAnswers silence;
    const auto begin = std::chrono::steady_clock::now();
    const auto report = consumer->close(Milliseconds{2'000});
    EXPECT_LT(consumer->stats().forwarded, kRecords) << "all was done: this has shown nothing";
    // Or an error: there is nobody whom we could tell that we leave the group.
    if (report) {
      EXPECT_GT(report->unfinished, 0);
    }
    consumer.reset();
    // 2 s, a request for offsets that is on its way (10 s), the transaction (2 s), the group (3 s).
    EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds{30});
  }
  some.concurrency = 64;
  auto next = consumerOf(in.name(), some);
  must(next->startForwarding(handler));
  EXPECT_TRUE(eventually(Milliseconds{120'000}, [&] { return committed(group_) == kRecords; }))
      << committed(group_);
  must(next->close());
  EXPECT_TRUE(eachValueOnce(out.name(), kRecords));
}

}  // namespace
}  // namespace caas::kafka::test
