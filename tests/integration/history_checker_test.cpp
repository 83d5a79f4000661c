// The chaos tests are worth what their checker is worth: each fault is planted here once.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/history.hpp"

namespace caas::kafka::test {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

/// A history and a log in which all is well; each test then breaks one thing.
class HistoryChecker : public ::testing::Test {
 protected:
  static constexpr int kPartition = 3;

  History::Id sendOne(std::string_view key, std::int64_t sequence) {
    const auto id = history_.offer(key, sequence);
    history_.accept(id);
    return id;
  }

  void reportDelivered(History::Id id, std::int64_t offset) {
    history_.report(id, {.topic = "t",
                         .partition = kPartition,
                         .offset = offset,
                         .latency = std::chrono::milliseconds{offset + 1},
                         .persistence = Persistence::kPersisted});
  }

  void reportFailed(History::Id id, Persistence persistence) {
    static const Error error{ErrorCode::kTimeout, "planted"};
    history_.report(id, {.topic = "t", .persistence = persistence, .error = &error});
  }

  void append(std::string_view key, History::Id id, int partition = kPartition) {
    appendRaw(partition, std::ssize(log_), key, history_.value(id, 20));
  }

  void appendRaw(int partition, std::int64_t offset, std::string_view key,
                 std::optional<std::string> value) {
    ReceivedRecord record;
    record.topic = "t";
    record.partition = partition;
    record.offset = offset;
    record.key = std::string(key);
    record.value = std::move(value);
    log_.push_back(std::move(record));
  }

  /// `count` records of key "a", delivered and in the log.
  void deliver(int count) {
    for (int sequence = 0; sequence < count; ++sequence) {
      const auto id = sendOne("a", sequence);
      append("a", id);
      reportDelivered(id, std::ssize(log_) - 1);
    }
  }

  Verdict check() { return history_.check(log_); }

  History history_;
  std::vector<ReceivedRecord> log_;
};

TEST_F(HistoryChecker, HoldsWhenAllIsWell) {
  deliver(5);
  const auto verdict = check();
  EXPECT_TRUE(verdict.holds()) << verdict.describe();
  EXPECT_EQ(verdict.accepted, 5);
  EXPECT_EQ(verdict.delivered, 5);
  EXPECT_EQ(verdict.inLog, 5);
}

TEST_F(HistoryChecker, NamesALostRecord) {
  deliver(2);
  reportDelivered(sendOne("a", 2), 2);
  const auto verdict = check();
  EXPECT_THAT(verdict.lost, ElementsAre(HasSubstr("#2 key 'a' sequence 2")));
  EXPECT_FALSE(verdict.holds());
}

TEST_F(HistoryChecker, NamesADoubledRecord) {
  deliver(2);
  append("a", 1);
  const auto verdict = check();
  EXPECT_THAT(verdict.doubled, ElementsAre(HasSubstr("#1 ")));
  EXPECT_THAT(verdict.reordered, IsEmpty());
  EXPECT_FALSE(verdict.holds());
}

TEST_F(HistoryChecker, NamesARecordBehindALaterOneOfItsKey) {
  const auto first = sendOne("a", 0);
  const auto second = sendOne("a", 1);
  append("a", second);
  append("a", first);
  reportDelivered(second, 0);
  reportDelivered(first, 1);
  const auto verdict = check();
  EXPECT_THAT(verdict.reordered, ElementsAre(HasSubstr("#0 ")));
  EXPECT_FALSE(verdict.holds());
}

TEST_F(HistoryChecker, AllowsAnyOrderBetweenKeys) {
  const auto first = sendOne("a", 0);
  const auto second = sendOne("b", 0);
  append("b", second);
  append("a", first);
  reportDelivered(second, 0);
  reportDelivered(first, 1);
  EXPECT_TRUE(check().holds()) << check().describe();
}

TEST_F(HistoryChecker, NamesAKeyInTwoPartitions) {
  deliver(1);
  const auto id = sendOne("a", 1);
  append("a", id, kPartition + 1);
  history_.report(id, {.topic = "t",
                       .partition = kPartition + 1,
                       .offset = 1,
                       .persistence = Persistence::kPersisted});
  EXPECT_THAT(check().reordered, ElementsAre(HasSubstr("partitions 3 and 4")));
}

TEST_F(HistoryChecker, NamesARecordThatIsNotWhereTheReportSaid) {
  const auto id = sendOne("a", 0);
  append("a", id);
  reportDelivered(id, 7);
  const auto verdict = check();
  EXPECT_THAT(verdict.misplaced, ElementsAre(HasSubstr("#0 ")));
  EXPECT_FALSE(verdict.holds());
}

TEST_F(HistoryChecker, NamesARecordThatWasNeverReported) {
  deliver(1);
  append("a", sendOne("a", 1));
  const auto verdict = check();
  EXPECT_THAT(verdict.unreported, ElementsAre(HasSubstr("#1 ")));
  EXPECT_FALSE(verdict.holds());
}

TEST_F(HistoryChecker, NamesARecordThatWasReportedTwice) {
  deliver(1);
  reportDelivered(0, 0);
  const auto verdict = check();
  EXPECT_THAT(verdict.reportedTwice, ElementsAre(HasSubstr("2 times")));
  EXPECT_FALSE(verdict.holds());
}

TEST_F(HistoryChecker, NamesOneThatFailedAsNotPersistedAndIsInTheLog) {
  const auto id = sendOne("a", 0);
  append("a", id);
  reportFailed(id, Persistence::kNotPersisted);
  const auto verdict = check();
  EXPECT_THAT(verdict.notPersistedButInLog, ElementsAre(HasSubstr("#0 ")));
  EXPECT_EQ(verdict.failedNotPersisted, 1);
  EXPECT_FALSE(verdict.holds());
}

TEST_F(HistoryChecker, AllowsAPossiblyPersistedOneBothWays) {
  const auto inLog = sendOne("a", 0);
  append("a", inLog);
  reportFailed(inLog, Persistence::kPossiblyPersisted);
  reportFailed(sendOne("a", 1), Persistence::kPossiblyPersisted);
  const auto verdict = check();
  EXPECT_TRUE(verdict.holds()) << verdict.describe();
  EXPECT_EQ(verdict.failedPossiblyPersisted, 2);
  EXPECT_EQ(verdict.failuresByCode.at("timeout"), 2);
  EXPECT_EQ(verdict.possiblyPersistedInLog, 1);
}

TEST_F(HistoryChecker, AllowsAGapWhereARecordFailed) {
  deliver(1);
  reportFailed(sendOne("a", 1), Persistence::kNotPersisted);
  const auto third = sendOne("a", 2);
  append("a", third);
  reportDelivered(third, 1);
  EXPECT_TRUE(check().holds()) << check().describe();
}

TEST_F(HistoryChecker, NamesARefusedRecordThatWasReportedOrIsInTheLog) {
  const auto inLog = history_.offer("a", 0);
  history_.refuse(inLog);
  append("a", inLog);
  const auto reported = history_.offer("a", 1);
  history_.refuse(reported);
  reportFailed(reported, Persistence::kNotPersisted);
  const auto quiet = history_.offer("a", 2);
  history_.refuse(quiet);
  const auto verdict = check();
  EXPECT_THAT(verdict.refusedButSeen, ElementsAre(HasSubstr("#0 "), HasSubstr("#1 ")));
  EXPECT_EQ(verdict.refused, 3);
  EXPECT_FALSE(verdict.holds());
}

TEST_F(HistoryChecker, NamesRecordsThatNobodySent) {
  deliver(1);
  append("a", 99);         // an id that was never given out
  append("other key", 0);  // a record under a foreign key
  appendRaw(5, 8, "a", "no id");
  appendRaw(5, 9, "a", std::nullopt);
  EXPECT_THAT(check().unknown, ElementsAre("3/1", "3/2", "5/8", "5/9"));
  EXPECT_FALSE(check().holds());
}

TEST_F(HistoryChecker, SumsUpLatencies) {
  deliver(100);
  const auto figures = history_.latencies();
  EXPECT_EQ(figures.p50, Milliseconds{51});
  EXPECT_EQ(figures.p99, Milliseconds{100});
  EXPECT_EQ(figures.max, Milliseconds{100});
}

}  // namespace
}  // namespace caas::kafka::test
