#include <algorithm>
#include <atomic>
#include <map>
#include <mutex>
#include <set>
#include <thread>

#include <fmt/core.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "caas/kafka/producer.hpp"
#include "caas/kafka/record_reader.hpp"
#include "support/cluster.hpp"

namespace caas::kafka::test {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;

constexpr Milliseconds kPatience{30'000};

class Reader : public ::testing::Test {
 protected:
  Reader() : producer_(must(Producer::create(testSettings()))) {}

  Delivery send(const std::string& topic, std::string_view key, std::string_view value,
                std::optional<int> partition = std::nullopt,
                std::optional<Timestamp> timestamp = std::nullopt) {
    Record record;
    record.topic = topic;
    record.key = key;
    record.value = value;
    record.partition = partition;
    record.timestamp = timestamp;
    return must(producer_->sendAndWait(record), "sending");
  }

  static std::unique_ptr<RecordReader> open(ReadOptions options) {
    return must(RecordReader::open(testSettings(), std::move(options)), "opening");
  }

  /// Values in the order in which they came, until the reader is finished.
  static std::vector<std::string> readToTheEnd(RecordReader& reader) {
    std::vector<std::string> values;
    const bool ended = eventually(
        kPatience,
        [&] {
          if (auto record = must(reader.poll(Milliseconds{200}), "polling")) {
            values.push_back(record->value.value_or("<null>"));
          }
          return reader.finished();
        },
        Milliseconds{0});
    EXPECT_TRUE(ended) << "the reader did not finish";
    return values;
  }

  /// The next `count` values; fewer if they don't come.
  static std::vector<std::string> take(RecordReader& reader, std::size_t count) {
    std::vector<std::string> values;
    (void)eventually(
        kPatience,
        [&] {
          if (auto record = must(reader.poll(Milliseconds{200}), "polling")) {
            values.push_back(record->value.value_or("<null>"));
          }
          return values.size() >= count;
        },
        Milliseconds{0});
    return values;
  }

  static ReadOptions of(const std::string& topic) {
    ReadOptions options;
    options.topics = {topic};
    return options;
  }

  std::unique_ptr<Producer> producer_;
};

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

TEST_F(Reader, AGroupResumesWhereItCommitted) {
  const TestTopic topic("group", 1);
  for (int i = 0; i < 10; ++i) {
    send(topic.name(), "k", std::to_string(i));
  }
  auto options = of(topic.name());
  options.group = topic.name() + "-group";
  {
    auto reader = open(options);
    EXPECT_THAT(take(*reader, 4), ElementsAre("0", "1", "2", "3"));
    must(reader->commit(), "committing");
    // Read, and not committed: to be read again.
    EXPECT_THAT(take(*reader, 2), ElementsAre("4", "5"));
    must(reader->close(), "leaving the group");
  }
  auto reader = open(options);
  EXPECT_THAT(take(*reader, 6), ElementsAre("4", "5", "6", "7", "8", "9"));
  must(reader->commit());
  must(reader->close());

  const auto committed = must(admin().listGroupOffsets(*options.group));
  ASSERT_EQ(committed.size(), 1U);
  EXPECT_EQ(committed[0].offset, 10);
}

/// A member of a group that another thread polls, as another process would.
class OtherMember {
 public:
  explicit OtherMember(const ReadOptions& options)
      : reader_(must(RecordReader::open(testSettings(), options))), thread_([this] { run(); }) {}
  ~OtherMember() { stop(); }

  std::set<std::string> seen() {
    const std::lock_guard lock(mutex_);
    return seen_;
  }
  /// Leaves the group; how that went.
  Result<void> stop() {
    stop_ = true;
    if (thread_.joinable()) {
      thread_.join();
      return reader_->close();
    }
    return {};
  }

 private:
  void run() {
    while (!stop_) {
      if (auto record = reader_->poll(Milliseconds{100}); record && *record) {
        const std::lock_guard lock(mutex_);
        seen_.insert((*record)->value.value_or("<null>"));
      }
    }
  }

  std::unique_ptr<RecordReader> reader_;
  std::mutex mutex_;
  std::set<std::string> seen_;
  std::atomic<bool> stop_{false};
  std::thread thread_;
};

TEST_F(Reader, TwoMembersOfAGroupShareThePartitionsAndOneTakesOver) {
  const TestTopic topic("members", 4);
  auto options = of(topic.name());
  options.group = topic.name() + "-group";
  int sent = 0;
  const auto sendToEachPartition = [&] {
    std::set<std::string> values;
    for (int partition = 0; partition < 4; ++partition) {
      values.insert(std::to_string(sent));
      send(topic.name(), "k", std::to_string(sent++), partition);
    }
    return values;
  };

  auto reader = open(options);
  OtherMember other(options);
  std::set<std::string> seen;
  const bool shared = eventually(kPatience, [&] {
    sendToEachPartition();
    while (auto record = must(reader->poll(Milliseconds{100}))) {
      seen.insert(record->value.value());
    }
    return !seen.empty() && !other.seen().empty();
  });
  EXPECT_TRUE(shared) << seen.size() << " and " << other.seen().size() << " of " << sent;

  must(reader->commit());
  must(reader->close(), "leaving the group");
  const auto later = sendToEachPartition();
  EXPECT_TRUE(eventually(kPatience, [&] { return std::ranges::includes(other.seen(), later); }))
      << "the other member did not take over";
  must(other.stop(), "the other member leaving the group");
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
