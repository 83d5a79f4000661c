// Where a reader stops: at a time, at the end of what is committed, at the deadline of its opening.
// How the bounds are found is in src/consume/read_bounds_test.cpp.
#include <chrono>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "client/transactional_client.hpp"
#include "reader_fixture.hpp"

namespace caas::kafka::test {
namespace {

using std::chrono::seconds;
using std::chrono::steady_clock;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;

/// A transaction (KIP-98) whose records are in the log and not committed.
class OpenTransaction {
 public:
  OpenTransaction()
      : client_(must(client::TransactionalClient::create(
            testSettings(),
            {.transactionalId = uniqueTopic("transaction"), .transactionTimeout = seconds{60}}))) {
    must(client_->init(kDeadline), "init");
    must(client_->begin(), "begin");
  }

  /// Returns when the record is in the log.
  void send(const std::string& topic, int partition, std::string_view value) {
    const auto before = endOf({topic, partition});
    Record record;
    record.topic = topic;
    record.partition = partition;
    record.value = value;
    must(client_->produce(record), "producing in a transaction");
    ASSERT_TRUE(eventually(kDeadline, [&] { return endOf({topic, partition}) > before; }));
  }
  void commit() { must(client_->commit(kDeadline), "commit"); }
  void abort() { must(client_->abort(kDeadline), "abort"); }

 private:
  static constexpr Milliseconds kDeadline{30'000};

  static std::int64_t endOf(const client::TopicPartition& partition) {
    return must(admin().listOffsets({{partition, client::OffsetSpec::latest()}})).at(0).offset;
  }

  std::unique_ptr<client::TransactionalClient> client_;
};

class ReaderStops : public Reader {
 protected:
  static Timestamp now() { return systemClock().now(); }

  static std::vector<std::string> readUntilEnd(const std::string& topic, bool uncommitted = false) {
    auto options = of(topic);
    options.untilEnd = true;
    options.readUncommitted = uncommitted;
    return readToTheEnd(*open(options));
  }
};

TEST_F(ReaderStops, AtATimeAmongRecordsThatCameAfterTheOpening) {
  const TestTopic topic("untillater", 2);
  auto options = of(topic.name());
  options.until = now() + std::chrono::minutes{10};
  auto reader = open(options);
  for (const int partition : {0, 1}) {
    send(topic.name(), "k", "before", partition);
    send(topic.name(), "k", "at", partition, *options.until);
    send(topic.name(), "k", "behind", partition);
  }
  EXPECT_THAT(readToTheEnd(*reader), ElementsAre("before", "before"));
  EXPECT_LT(now(), *options.until) << "it must not have been the clock that ended it";
}

TEST_F(ReaderStops, AtATimeThatHasPassedThoughNoRecordIsThatYoung) {
  const TestTopic topic("untilpast", 3, {{"retention.ms", "-1"}});
  const auto until = now() - seconds{60};
  send(topic.name(), "k", "before", 0, until - seconds{1});
  send(topic.name(), "k", "at", 0, until);
  send(topic.name(), "k", "only before", 1, until - seconds{1});
  // Partition 2 is empty.
  auto options = of(topic.name());
  options.until = until;
  EXPECT_THAT(readToTheEnd(*open(options)), UnorderedElementsAre("before", "only before"));
}

TEST_F(ReaderStops, AtATimeToComeOnceTheClockHasPassedIt) {
  const TestTopic topic("untilfuture", 3);
  send(topic.name(), "k", "before the opening", 0);
  auto options = of(topic.name());
  options.until = now() + seconds{3};
  auto reader = open(options);
  EXPECT_THAT(take(*reader, 1), ElementsAre("before the opening"));
  EXPECT_FALSE(reader->finished());
  // The ends were told before this one came, so they are no stops.
  send(topic.name(), "k", "after the opening", 1);
  EXPECT_THAT(readToTheEnd(*reader), ElementsAre("after the opening"));
  EXPECT_GT(now(), *options.until);
}

TEST_F(ReaderStops, AtATimeToComeWithinOneLongPoll) {
  const TestTopic topic("untilpoll", 1);
  auto options = of(topic.name());
  options.until = now() + seconds{1};
  auto reader = open(options);
  EXPECT_EQ(must(reader->poll(kPatience)), std::nullopt);
  EXPECT_TRUE(reader->finished());
}

TEST_F(ReaderStops, AtTheLastStableOffsetWhileATransactionIsOpen) {
  const TestTopic topic("open", 1);
  send(topic.name(), "k", "before");
  OpenTransaction transaction;
  transaction.send(topic.name(), 0, "in it");
  send(topic.name(), "k", "after");

  EXPECT_THAT(readUntilEnd(topic.name()), ElementsAre("before"));
  EXPECT_THAT(readUntilEnd(topic.name(), true), ElementsAre("before", "in it", "after"));

  transaction.commit();
  // The commit is answered before its marker is in the partition.
  EXPECT_TRUE(eventually(kPatience, [&] { return readUntilEnd(topic.name()).size() == 3; }));
  EXPECT_THAT(readUntilEnd(topic.name()), ElementsAre("before", "in it", "after"));
}

TEST_F(ReaderStops, BehindRecordsThatNeverArrive) {
  const TestTopic topic("aborted", 2);
  send(topic.name(), "k", "before", 0);
  {
    OpenTransaction transaction;
    transaction.send(topic.name(), 0, "aborted");
    transaction.send(topic.name(), 1, "aborted");
    transaction.abort();
  }
  // The last offsets are an aborted record and a marker; in partition 1 there is nothing else.
  EXPECT_THAT(readUntilEnd(topic.name()), ElementsAre("before"));
  auto options = of(topic.name());
  options.partitions = {1};
  options.untilEnd = true;
  EXPECT_THAT(readToTheEnd(*open(options)), IsEmpty());
}

TEST_F(ReaderStops, OpeningAtItsDeadlineWhenALeaderHangs) {
  const TestTopic topic("hang", 1);
  auto options = of(topic.name());
  options.untilEnd = true;
  options.from = FromTime{now()};
  const BrokerFault paused(BrokerFault::Kind::kPause, leaderOf(topic.name(), 0));
  const auto start = steady_clock::now();
  const auto reader = RecordReader::open(testSettings(), options, seconds{3});
  // The rest is what a machine under load may add to it.
  EXPECT_LT(steady_clock::now() - start, seconds{12});
  ASSERT_FALSE(reader);
  EXPECT_TRUE(reader.error().code == ErrorCode::kTimeout ||
              reader.error().code == ErrorCode::kConnectionTimeout ||
              reader.error().code == ErrorCode::kUnavailable)
      << reader.error().describe();
}

}  // namespace
}  // namespace caas::kafka::test
