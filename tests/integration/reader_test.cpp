#include <map>

#include <fmt/core.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "reader_fixture.hpp"

namespace caas::kafka::test {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;

TEST_F(Reader, ReadsFromTheBeginningToTheEndItFound) {
  const TestTopic topic("earliest", 1);
  for (const auto* value : {"a", "b", "c"}) {
    send(topic.name(), "k", value);
  }
  auto options = of(topic.name());
  options.untilEnd = true;
  auto reader = open(options);
  // Sent after the reader was opened: behind its end.
  send(topic.name(), "k", "later");
  EXPECT_THAT(readToTheEnd(*reader), ElementsAre("a", "b", "c"));
  EXPECT_EQ(must(reader->poll(Milliseconds{0})), std::nullopt) << "finished gives nothing more";
  must(reader->close());
}

TEST_F(Reader, AnEmptyTopicIsFinishedAtOnce) {
  const TestTopic topic("empty", 3);
  auto options = of(topic.name());
  options.untilEnd = true;
  auto reader = open(options);
  EXPECT_THAT(readToTheEnd(*reader), IsEmpty());
}

TEST_F(Reader, FromLatestSeesOnlyWhatComesAfter) {
  const TestTopic topic("latest", 1);
  send(topic.name(), "k", "before");
  auto options = of(topic.name());
  options.from = FromLatest{};
  auto reader = open(options);
  // Its position is settled when open returns: nothing that is sent from here on may be missed.
  send(topic.name(), "k", "after");
  EXPECT_THAT(take(*reader, 1), ElementsAre("after"));
  EXPECT_FALSE(reader->finished());
}

TEST_F(Reader, FromOffsetStartsThereInEachPartition) {
  const TestTopic topic("offset", 2);
  for (int i = 0; i < 4; ++i) {
    send(topic.name(), "k", fmt::format("p0-{}", i), 0);
  }
  send(topic.name(), "k", "p1-0", 1);
  auto options = of(topic.name());
  options.from = FromOffset{2};
  options.untilEnd = true;
  auto reader = open(options);
  // Partition 1 ends at offset 1: out of range starts at the nearest, which is its end.
  EXPECT_THAT(readToTheEnd(*reader), ElementsAre("p0-2", "p0-3"));
}

TEST_F(Reader, FromTimeAndUntilCutOutAWindow) {
  const TestTopic topic("time", 2, {{"retention.ms", "-1"}});
  const auto base = must(parseTimestamp("2026-03-01T12:00:00Z"));
  const auto at = [&](int second) { return base + std::chrono::seconds{second}; };
  for (int second = 0; second < 10; ++second) {
    send(topic.name(), "k", fmt::format("p0-{}", second), 0, at(second));
  }
  send(topic.name(), "k", "p1-1", 1, at(1));
  send(topic.name(), "k", "p1-4", 1, at(4));

  auto options = of(topic.name());
  options.from = FromTime{at(3)};
  options.until = at(6);
  options.untilEnd = true;  // partition 1 has nothing at or after 6 s
  auto reader = open(options);
  EXPECT_THAT(readToTheEnd(*reader), UnorderedElementsAre("p0-3", "p0-4", "p0-5", "p1-4"));

  // A time after everything: nothing to read, and finished all the same.
  options.from = FromTime{at(100)};
  options.until = std::nullopt;
  EXPECT_THAT(readToTheEnd(*open(options)), IsEmpty());
}

TEST_F(Reader, OnePartitionAlone) {
  const TestTopic topic("partition", 3);
  for (int partition = 0; partition < 3; ++partition) {
    send(topic.name(), "k", fmt::format("p{}", partition), partition);
  }
  auto options = of(topic.name());
  options.partitions = {2};
  options.untilEnd = true;
  auto reader = open(options);
  EXPECT_THAT(readToTheEnd(*reader), ElementsAre("p2"));
}

TEST_F(Reader, TwoTopicsAtOnce) {
  const TestTopic first("first", 2);
  const TestTopic second("second", 1);
  send(first.name(), "k", "one");
  send(second.name(), "k", "two");
  auto options = of(first.name());
  options.topics.push_back(second.name());
  options.untilEnd = true;
  auto reader = open(options);
  EXPECT_THAT(readToTheEnd(*reader), UnorderedElementsAre("one", "two"));
}

TEST_F(Reader, KeepsTheOrderOfEachKey) {
  const TestTopic topic("order", 8);
  for (int i = 0; i < 4'000; ++i) {
    const auto key = fmt::format("key-{}", i % 50);
    const auto value = std::to_string(i);
    Record record;
    record.topic = topic.name();
    record.key = key;
    record.value = value;
    must(producer_->send(record), "sending");
  }
  must(producer_->flush());
  const auto records = readAll(topic.name());
  ASSERT_EQ(records.size(), 4'000U);
  std::map<std::string, int> last;
  for (const auto& record : records) {
    const int number = std::stoi(record.value.value());
    const auto found = last.find(record.key.value());
    if (found != last.end()) {
      ASSERT_EQ(number, found->second + 50) << "of " << *record.key;
    }
    last[record.key.value()] = number;
  }
}

TEST_F(Reader, CommitNeedsAGroup) {
  const TestTopic topic("nogroup", 1);
  auto reader = open(of(topic.name()));
  const auto committed = reader->commit();
  ASSERT_FALSE(committed);
  EXPECT_EQ(committed.error().code, ErrorCode::kInvalidArgument);
}

}  // namespace
}  // namespace caas::kafka::test
