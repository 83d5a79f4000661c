// Looking into topics page by page, on the real cluster.
#include <set>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "caas/kafka/message_browser.hpp"
#include "caas/kafka/producer.hpp"
#include "support/cluster.hpp"

namespace caas::kafka::test {
namespace {

using ::testing::HasSubstr;

class Browser : public ::testing::Test {
 protected:
  void produce(int count) {
    auto producer = must(Producer::create(settings_));
    for (int i = 0; i < count; ++i) {
      const auto key = fmt::format("key-{}", i % 10);
      const auto value = fmt::format("value {}", i);
      must(producer->sendAndWait({.topic = topic_.name(), .key = key, .value = value}));
    }
  }
  /// All pages; each record must come once.
  std::vector<ReceivedRecord> all(BrowseRequest request, int mostPages = 100) {
    std::vector<ReceivedRecord> records;
    request.topic = topic_.name();
    for (int page = 0; page < mostPages; ++page) {
      const auto got = must(browser_->browse(request, Milliseconds{20'000}));
      records.insert(records.end(), got.records.begin(), got.records.end());
      last_ = got;
      if (got.next.empty()) {
        return records;
      }
      request.cursor = got.next;
    }
    ADD_FAILURE() << "the pages do not end";
    return records;
  }

  Settings settings_ = testSettings();
  const TestTopic topic_{"browse", 3};
  std::unique_ptr<MessageBrowser> browser_ = must(MessageBrowser::create(settings_));
  BrowsePage last_;
};

TEST_F(Browser, PagesOfBothOrdersHoldEveryRecordOnceByTime) {
  produce(60);
  for (const auto order : {BrowseOrder::kNewestFirst, BrowseOrder::kOldestFirst}) {
    const auto records = all({.order = order, .limit = 7});
    std::set<std::string> values;
    for (const auto& record : records) {
      values.insert(record.value.value());
    }
    EXPECT_EQ(records.size(), 60U);
    EXPECT_EQ(values.size(), 60U);
    EXPECT_EQ(last_.stoppedBy, BrowseStop::kEnd);
    for (std::size_t i = 1; order == BrowseOrder::kNewestFirst && i < records.size(); ++i) {
      EXPECT_GE(records[i - 1].timestamp, records[i].timestamp) << i;
    }
  }
}

TEST_F(Browser, ASearchSaysHonestlyHowFarItLooked) {
  produce(60);
  const auto found = all({.filter = {.key = "key-3"}});
  EXPECT_EQ(found.size(), 6U);
  EXPECT_EQ(last_.scanned, 60);
  const auto page = must(browser_->browse({.topic = topic_.name(),
                                           .order = BrowseOrder::kOldestFirst,
                                           .filter = {.contains = "value 59"},
                                           .mostScanned = 10}));
  EXPECT_EQ(page.stoppedBy, BrowseStop::kBudget);
  EXPECT_EQ(page.scanned, 10);
  std::int64_t covered = 0;
  for (const auto& range : page.ranges) {
    covered += range.to - range.from;
  }
  EXPECT_EQ(covered, 10);
  EXPECT_FALSE(page.next.empty());
  const auto rest = all(
      {.order = BrowseOrder::kOldestFirst, .filter = {.contains = "value 59"}, .mostScanned = 10});
  ASSERT_EQ(rest.size(), 1U);
  EXPECT_EQ(rest[0].value, "value 59");
}

TEST_F(Browser, AnEmptyTopicIsThroughAtOnceAndAMissingOneIsNamed) {
  EXPECT_TRUE(all({}).empty());
  EXPECT_EQ(last_.stoppedBy, BrowseStop::kEnd);
  const auto missing = browser_->browse({.topic = uniqueTopic("nowhere")});
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().code, ErrorCode::kTopicNotFound);
  const auto partition = browser_->browse({.topic = topic_.name(), .partition = 3});
  ASSERT_FALSE(partition);
  EXPECT_THAT(partition.error().message, HasSubstr("only 0 to 2"));
}

}  // namespace
}  // namespace caas::kafka::test
