#include "retry/dlq_entry.hpp"

#include <set>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "retry/dlq_job.hpp"
#include "retry/dlq_reader.hpp"

namespace caas::kafka::retry {
namespace {

using std::chrono::steady_clock;

Timestamp at(std::int64_t millis) { return Timestamp{Milliseconds{millis}}; }

const Catalog& catalog() {
  static const Catalog kCatalog = *Catalog::load(Settings{});
  return kCatalog;
}

FailureHeaders failure() {
  return {.id = "0190a6b2-1111-7222-8333-444455556666",
          .origin = {.topic = "chat.messages.acme",
                     .topicId = "7q3sVYq2RbmPo7m5Hn3z5A",
                     .partition = 3,
                     .offset = 17,
                     .timestamp = at(100),
                     .group = "billing"},
          .firstFailedAt = at(200),
          .attempt = 5,
          .tier = 4,
          .lastFailedAt = at(300),
          .error = {.code = "db", .message = "gone", .stage = "handle", .fingerprint = "f00d"},
          .reason = DlqReason::kExhausted};
}

ReceivedRecord recordWith(const FailureHeaders& failed) {
  const std::vector<HeaderView> own{{"caas.type", "message"}};
  const CopyHeaders copy(own, failed);
  ReceivedRecord record{.topic = "internal.dlq",
                        .partition = 2,
                        .offset = 99,
                        .timestamp = at(400),
                        .key = "c-1",
                        .value = "12345",
                        .headers = {}};
  for (const auto& header : copy.views()) {
    record.headers.push_back({std::string(header.name), std::string(*header.value)});
  }
  return record;
}

TEST(DlqEntry, SaysWhatTheHeadersSay) {
  const auto read = readEntry(recordWith(failure()), catalog(), nullptr);
  const auto& entry = read.entry;
  EXPECT_EQ(entry.id, "2-99");
  EXPECT_EQ(entry.topic, "chat.messages.acme");
  EXPECT_EQ(entry.entry, "chat.messages");
  EXPECT_EQ(entry.tenant, "acme");
  EXPECT_EQ(entry.group, "billing");
  EXPECT_EQ(entry.reason, DlqReason::kExhausted);
  EXPECT_EQ(entry.attempts, 5);
  EXPECT_EQ(entry.valueBytes, 5);
  EXPECT_EQ(entry.deadLetteredAt, at(400));
  EXPECT_EQ(entry.state, DlqState::kOpen);
  EXPECT_TRUE(entry.problem.empty());
  EXPECT_EQ(read.ledgerKey, "7q3sVYq2RbmPo7m5Hn3z5A/3/17/billing/0");
}

TEST(DlqEntry, TakesItsStateFromTheLedger) {
  Ledger ledger;
  ledger.entries["7q3sVYq2RbmPo7m5Hn3z5A/3/17/billing/0"] = {
      .state = DlqState::kRedriven, .jobId = "j", .by = "ann", .at = at(9), .entryId = "2-99"};
  EXPECT_EQ(readEntry(recordWith(failure()), catalog(), &ledger).entry.state, DlqState::kRedriven);
  EXPECT_EQ(readEntry(recordWith(failure()), catalog(), &ledger).entry.by, "ann");
  // It failed again after its redrive: that is a new entry.
  auto again = failure();
  again.redrive.count = 1;
  EXPECT_EQ(readEntry(recordWith(again), catalog(), &ledger).entry.state, DlqState::kOpen);
  // The topic's id was not known: its name stands for it.
  again.origin.topicId.clear();
  EXPECT_EQ(readEntry(recordWith(again), catalog(), &ledger).ledgerKey,
            "chat.messages.acme/3/17/billing/1");
}

TEST(DlqEntry, ForeignRecordsAreEntriesOfTheirOwnPlace) {
  const ReceivedRecord foreign{.topic = "internal.dlq",
                               .partition = 1,
                               .offset = 5,
                               .timestamp = at(1),
                               .key = {},
                               .value = {},
                               .headers = {{"caas.v", "9"}}};
  const auto read = readEntry(foreign, catalog(), nullptr);
  EXPECT_THAT(read.entry.problem, ::testing::HasSubstr("caas.v"));
  EXPECT_EQ(read.ledgerKey, "internal.dlq/1/5//0");
}

TEST(DlqLedger, KeysOfDifferentEntriesDiffer) {
  const auto key = [](std::string topic, int partition, std::int64_t offset, std::string group,
                      int count) {
    return ledgerKey({.topic = std::move(topic),
                      .partition = partition,
                      .offset = offset,
                      .group = std::move(group)},
                     count);
  };
  const std::set<std::string> keys{key("a", 1, 2, "g", 0),   key("a", 1, 2, "g", 1),
                                   key("a", 1, 2, "g/0", 1), key("a", 1, 2, "h", 0),
                                   key("a", 1, 3, "g", 0),   key("a", 2, 2, "g", 0),
                                   key("b", 1, 2, "g", 0),   key("a", 1, 2, "g/1", 0)};
  EXPECT_EQ(keys.size(), 8U);
}

TEST(DlqLedger, ATopicIdWithASlashIsNoSeparator) {
  const RecordOrigin plain{
      .topicId = "wp+bY3h/SOGq1fNc8oml9Q", .partition = 1, .offset = 2, .group = "g"};
  EXPECT_EQ(ledgerKey(plain, 0), "wp-bY3h_SOGq1fNc8oml9Q/1/2/g/0");
}

TEST(DlqLedger, ValuesAreReadAsWrittenAndForeignOnesAreNot) {
  for (const auto state : {DlqState::kOpen, DlqState::kRedriven, DlqState::kDiscarded}) {
    const LedgerRecord record{
        .state = state, .jobId = "job \"1\"", .by = "ann", .at = at(77), .entryId = "0-1"};
    EXPECT_EQ(parseLedgerValue(ledgerValue(record)), record);
  }
  for (const auto* text : {"", "x", "[]", "{}", R"({"v":2,"state":"redriven"})",
                           R"({"v":1,"state":"eaten"})", R"({"v":"1","state":"redriven"})"}) {
    EXPECT_FALSE(parseLedgerValue(text)) << text;
  }
}

TEST(DlqFilters, EachFieldNarrows) {
  const auto entry = readEntry(recordWith(failure()), catalog(), nullptr).entry;
  EXPECT_TRUE(matches({}, entry));
  EXPECT_TRUE(matches({.tenant = "acme", .group = "billing"}, entry));
  EXPECT_FALSE(matches({.tenant = "globex"}, entry));
  EXPECT_TRUE(matches({.topic = "chat.messages"}, entry));
  EXPECT_TRUE(matches({.topic = "chat.messages.acme"}, entry));
  EXPECT_FALSE(matches({.topic = "chat.events"}, entry));
  EXPECT_FALSE(matches({.reason = DlqReason::kRejected}, entry));
  EXPECT_FALSE(matches({.code = "other"}, entry));
  EXPECT_FALSE(matches({.fingerprint = "beef"}, entry));
  EXPECT_TRUE(matches({.since = at(400), .until = at(401)}, entry));
  EXPECT_FALSE(matches({.since = at(401)}, entry));
  EXPECT_FALSE(matches({.until = at(400)}, entry));
  EXPECT_FALSE(matches({.state = DlqState::kDiscarded}, entry));
  EXPECT_TRUE(matches({.state = std::nullopt}, entry));
  EXPECT_TRUE(matches({.ids = {"1-1", "2-99"}}, entry));
  EXPECT_TRUE(matches({.ids = {failure().id}}, entry));
  EXPECT_FALSE(matches({.ids = {"2-9"}}, entry));
}

TEST(DlqIds, AreReadAsWrittenAndNothingElseIs) {
  EXPECT_EQ(parseEntryId("2-99"), (std::pair{2, std::int64_t{99}}));
  for (const auto* text :
       {"", "2", "-", "2-", "-2", "2-99x", "a-1", "1--1", "0190a6b2-1111-7222-8333-444455556666"}) {
    EXPECT_FALSE(parseEntryId(text)) << text;
  }
  const auto time = timeOfId("0190a6b2-1111-7222-8333-444455556666");
  ASSERT_TRUE(time);
  EXPECT_LE(*time, at(0x0190a6b21111));
  EXPECT_FALSE(timeOfId("0190a6b2-1111-4222-8333-444455556666"));
  EXPECT_FALSE(timeOfId("nonsense"));
}

TEST(DlqPages, MarksAreInTheOrderOfTheirEntries) {
  DlqEntry older;
  older.id = "3-9";
  older.deadLetteredAt = at(5);
  DlqEntry newer = older;
  newer.id = "3-10";
  EXPECT_TRUE(isOlder(older, newer));
  EXPECT_FALSE(isOlder(newer, older));
  const auto mark = parsePageMark(pageMark(older));
  ASSERT_TRUE(mark);
  EXPECT_FALSE(isOlder(*mark, older));
  EXPECT_FALSE(isOlder(older, *mark));
  EXPECT_FALSE(parsePageMark("x"));
  EXPECT_FALSE(parsePageMark("5.x"));
}

TEST(DlqPace, KeepsTheRateOverTimeWhateverABatchTakes) {
  EXPECT_EQ(Pace(100.0).batch(500), 25U);
  EXPECT_EQ(Pace(1.0).batch(500), 1U);
  EXPECT_EQ(Pace(1e9).batch(500), 500U);
  EXPECT_EQ(Pace(std::nullopt).batch(500), 500U);
  for (const auto takes : {Milliseconds{0}, Milliseconds{1}, Milliseconds{200}}) {
    Pace pace(100.0);
    auto now = steady_clock::time_point{} + std::chrono::hours{1};
    const auto start = now;
    for (int i = 0; i < 100; ++i) {
      now += pace.wait(now);
      pace.begin(25, now);
      now += takes;
    }
    EXPECT_EQ(std::chrono::round<Milliseconds>(now - takes - start), Milliseconds{99 * 250});
  }
}

TEST(DlqPace, MakesUpForAStallWithoutABurst) {
  Pace pace(100.0);
  auto now = steady_clock::time_point{} + std::chrono::hours{1};
  pace.begin(25, now);
  now += std::chrono::seconds{10};
  const auto start = now;
  int records = 0;
  while (now - start < std::chrono::seconds{5}) {
    now += pace.wait(now);
    pace.begin(25, now);
    records += 25;
  }
  EXPECT_LE(records, 5 * 110 + 25);
  EXPECT_GT(records, 5 * 105);
  EXPECT_EQ(Pace(std::nullopt).wait(now), std::chrono::nanoseconds{0});
}

}  // namespace
}  // namespace caas::kafka::retry
