// Records and handlers that nobody wants to meet: nothing is lost for them, and the others go on.
#include <atomic>
#include <future>

#include "integration/consumer_fixture.hpp"
#include "retry/failure_headers.hpp"

namespace caas::kafka::test {
namespace {

using ::testing::Contains;
using ::testing::IsEmpty;
using ::testing::Key;
using ::testing::SizeIs;

constexpr Milliseconds kSoon{60'000};

class Poison : public ConsumerTest {
 protected:
  /// The DLQ's entries by their original offset.
  std::map<std::int64_t, std::pair<ReceivedRecord, retry::FailureHeaders>> deadLetters() const {
    std::map<std::int64_t, std::pair<ReceivedRecord, retry::FailureHeaders>> entries;
    for (const auto& record : readAll(dlq_->name())) {
      const auto views = retry::viewsOf(record.headers);
      auto parsed = retry::parseFailureHeaders(views);
      EXPECT_EQ(parsed.state, retry::FailureHeadersState::kCurrent) << parsed.problem;
      const auto offset = parsed.headers.origin.offset;
      EXPECT_FALSE(entries.contains(offset)) << "twice in the DLQ: " << offset;
      entries[offset] = {record, std::move(parsed.headers)};
    }
    return entries;
  }
};

TEST_F(Poison, BytesThatNobodyCanReadEndInTheDlqUntouchedAndTheOthersGoOn) {
  const TestTopic topic("poison", 1);
  const auto producer = must(Producer::create(settings_));
  const std::vector<std::pair<std::optional<std::string>, std::optional<std::string>>> poison{
      {std::nullopt, std::nullopt},
      {"", ""},
      {"", std::nullopt},
      {std::nullopt, ""},
      {std::string("\x00\xff", 2), std::string("\xff\xfe\x00\x80", 4)}};
  std::int64_t sent = 0;
  for (int i = 0; i < 200; ++i) {
    const auto value = std::to_string(i);
    must(producer->send(
        {.topic = topic.name(), .key = fmt::format("key{}", i % 7), .value = value}));
    ++sent;
    if (i % 40 == 20) {
      const auto& [key, bytes] = poison.at(static_cast<std::size_t>(i / 40));
      must(producer->send({.topic = topic.name(), .key = key, .value = bytes}));
      ++sent;
    }
  }
  must(producer->flush());
  Seen seen;
  ConsumerOptions some = options();
  useOwnRetryTopics(some);
  auto consumer = consumerOf(topic.name(), some);
  std::atomic<int> thrown = 0;
  must(consumer->start([&](const ConsumedRecord& record) -> HandlerResult {
    const auto value = record.value.value_or("");
    if (value.empty() || static_cast<unsigned char>(value[0]) > 0x7F) {
      if (value.empty()) {
        return HandlerResult::reject("undecodable", "undecodable");
      }
      ++thrown;
      throw 42;  // NOLINT: that is the point
    }
    seen.add(record);
    return HandlerResult::ack();
  }));
  ASSERT_TRUE(eventually(kSoon, [&] { return consumer->stats().deadLettered == 5; }));
  EXPECT_TRUE(eventually(kSoon, [&] { return committed(group_) == sent; })) << committed(group_);
  must(consumer->close());
  EXPECT_TRUE(eachOnce(seen, 200));
  EXPECT_TRUE(inOrder(seen));
  EXPECT_EQ(thrown, 4) << "once, and in each of three tiers";
  const auto dead = deadLetters();
  ASSERT_THAT(dead, SizeIs(5));
  std::size_t index = 0;
  for (const auto& [offset, entry] : dead) {
    EXPECT_EQ(entry.first.key, poison[index].first) << offset;
    EXPECT_EQ(entry.first.value, poison[index].second) << offset;
    ++index;
  }
}

TEST_F(Poison, ARecordThatIsTooLargeForItsHeadersIsPointedTo) {
  // The copy's headers take it over what the topics of the test accept (1,048,588 bytes a batch).
  settings_.producer.maxRecordBytes = 2'000'000;
  const TestTopic topic("large", 1, {{"max.message.bytes", "2000000"}});
  const auto producer = must(Producer::create(settings_));
  const std::string large(1'048'300, '\x7f');
  must(producer->sendAndWait({.topic = topic.name(), .key = "k", .value = "before"}));
  must(producer->sendAndWait({.topic = topic.name(), .key = "k", .value = large}));
  must(producer->sendAndWait({.topic = topic.name(), .key = "k", .value = "after"}));
  Seen seen;
  ConsumerOptions some = options();
  useOwnRetryTopics(some);
  settings_.producer.compression = Compression::kNone;  // or the copy would fit after all
  auto consumer = consumerOf(topic.name(), some);
  must(consumer->start([&](const ConsumedRecord& record) {
    if (record.value->size() > 1'000'000) {
      return HandlerResult::retry("later");
    }
    seen.add(record);
    return HandlerResult::ack();
  }));
  ASSERT_TRUE(eventually(kSoon, [&] { return consumer->stats().deadLettered == 1; }));
  EXPECT_TRUE(eventually(kSoon, [&] { return committed(group_) == 3; }));
  must(consumer->close());
  EXPECT_EQ(seen.size(), 2U);
  const auto dead = deadLetters();
  ASSERT_THAT(dead, Contains(Key(1)));
  const auto& [record, headers] = dead.at(1);
  EXPECT_EQ(headers.reason, DlqReason::kOversize);
  EXPECT_EQ(headers.originBytes, 1'048'301);
  EXPECT_EQ(record.value, std::nullopt);
  EXPECT_EQ(headers.origin.topic, topic.name());
}

TEST_F(Poison, AHandlerThatNeverReturnsHoldsUpItsKeyAndNothingElse) {
  const TestTopic topic("hangs", 2);
  produce(topic.name(), 0, 400, 20);
  // Beyond the test: the thread is left to itself, as it would be.
  auto release = std::make_shared<std::promise<void>>();
  auto seen = std::make_shared<Seen>();
  ConsumerOptions some = options();
  some.slowHandler = Milliseconds{500};
  auto consumer = consumerOf(topic.name(), some);
  must(consumer->start(
      [seen, released = release->get_future().share()](const ConsumedRecord& record) {
        if (record.value == "23") {
          released.wait();
          return HandlerResult::ack();
        }
        seen->add(record);
        return HandlerResult::ack();
      }));
  // Key 3 has run once, before the record that hangs; all others 20 times.
  ASSERT_TRUE(eventually(kSoon, [&] { return seen->size() == 381; })) << seen->size();
  EXPECT_TRUE(eventually(kSoon, [&] { return consumer->stats().slowHandlers.size() == 1; }));
  const auto start = std::chrono::steady_clock::now();
  const auto report = must(consumer->close(Milliseconds{3'000}));
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds{20});
  ASSERT_THAT(report.hangingHandlers, SizeIs(1));
  EXPECT_THAT(report.hangingHandlers[0], testing::HasSubstr("key3"));

  // Who comes next takes it up there, and only that key's.
  Seen later;
  auto next = consumerOf(topic.name(), options());
  must(next->start([&](const ConsumedRecord& record) {
    later.add(record);
    return HandlerResult::ack();
  }));
  EXPECT_TRUE(eventually(kSoon, [&] { return committed(group_) == 400; })) << committed(group_);
  must(next->close());
  EXPECT_THAT(later.byKey(), SizeIs(1));
  EXPECT_THAT(later.byKey(), Contains(testing::Pair("key3", SizeIs(19))));
  EXPECT_TRUE(inOrder(later));
  release->set_value();
}

TEST_F(Poison, WhileTheDlqTakesNothingTheOthersGoOnUntilTheWindowIsFull) {
  const TestTopic topic("dlq-away", 1);
  constexpr int kWindow = 300;
  Seen seen;
  ConsumerOptions some = options();
  useOwnRetryTopics(some);
  some.retry.mode = RetryMode::kNone;
  some.maxInFlight = kWindow;
  some.breaker.enabled = false;
  auto consumer = consumerOf(topic.name(), some);
  // So small that not even an entry that points to the origin fits.
  setTopicConfig(dlq_->name(), "max.message.bytes", "64");
  std::atomic<int> bad = 0;
  must(consumer->start([&](const ConsumedRecord& record) {
    if (record.key == "bad") {
      ++bad;
      return HandlerResult::reject("never");
    }
    seen.add(record);
    return HandlerResult::ack();
  }));
  const auto producer = must(Producer::create(settings_));
  const auto send = [&](const std::string& key, int count) {
    for (int i = 0; i < count; ++i) {
      const auto value = std::to_string(i);
      must(producer->send({.topic = topic.name(), .key = key, .value = value}));
    }
    must(producer->flush());
  };
  send("bad", 20);
  send("good", 200);
  ASSERT_TRUE(eventually(kSoon, [&] { return seen.size() == 200; })) << seen.size();
  EXPECT_EQ(committed(group_), 0) << "what could not be copied was committed";
  // The window of the partition reaches from the lowest that is not done with.
  send("good", 500);
  std::this_thread::sleep_for(fullRun() ? std::chrono::seconds{60} : std::chrono::seconds{6});
  EXPECT_LE(seen.size() + 20, static_cast<std::size_t>(kWindow));
  EXPECT_EQ(committed(group_), 0);
  EXPECT_THAT(readAll(dlq_->name()), IsEmpty());
  setTopicConfig(dlq_->name(), "max.message.bytes", "1048588");
  EXPECT_TRUE(eventually(kSoon, [&] { return committed(group_) == 720; })) << committed(group_);
  must(consumer->close());
  EXPECT_EQ(seen.size(), 700U);
  EXPECT_EQ(bad, 20) << "a record that only could not be copied is not run again";
  EXPECT_THAT(deadLetters(), SizeIs(20));
}

}  // namespace
}  // namespace caas::kafka::test
