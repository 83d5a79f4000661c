#include "consume/browse_plan.hpp"

#include <random>
#include <set>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace caas::kafka::consume {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;

BrowseRange range(std::int64_t from, std::int64_t to) {
  return {.start = 0, .end = 100, .from = from, .to = to};
}

ReceivedRecord record(int partition, std::int64_t offset, std::int64_t time) {
  ReceivedRecord made;
  made.partition = partition;
  made.offset = offset;
  made.timestamp = Timestamp{Milliseconds{time}};
  return made;
}

TEST(BrowseCursor, NamesWhatIsLeft) {
  const BrowseRanges left{{0, range(0, 40)}, {1, range(7, 7)}, {2, range(3, 99)}};
  const auto text = writeCursor(BrowseOrder::kNewestFirst, left);
  EXPECT_EQ(text, "n,0:0:40,2:3:99");
  const auto again = readCursor(text, BrowseOrder::kNewestFirst, left);
  ASSERT_TRUE(again) << again.error().message;
  EXPECT_EQ(again->at(2).from, 3);
  EXPECT_EQ(again->at(0).to, 40);
  EXPECT_FALSE(again->contains(1));
}

TEST(BrowseCursor, NothingLeftIsNoCursor) {
  EXPECT_THAT(writeCursor(BrowseOrder::kOldestFirst, {{0, range(5, 5)}}), IsEmpty());
}

TEST(BrowseCursor, WhatRetentionHasTakenIsCutOff) {
  BrowseRanges log{{0, {.start = 50, .end = 60, .from = 50, .to = 60}}};
  const auto read = readCursor("o,0:10:90", BrowseOrder::kOldestFirst, log);
  ASSERT_TRUE(read);
  EXPECT_EQ(read->at(0).from, 50);
  EXPECT_EQ(read->at(0).to, 60);
}

TEST(BrowseCursor, GarbageAndOthersAreRefused) {
  const BrowseRanges log{{0, range(0, 100)}};
  for (const std::string_view bad : {"x", "o,0:0:1", "n,", "n,0", "n,0:1", "n,0:1:2:3", "n,9:0:1",
                                     "n,0:-1:2", "n,0:99999999999999999999:2", "n0:1:2"}) {
    const auto read = readCursor(bad, BrowseOrder::kNewestFirst, log);
    ASSERT_FALSE(read) << bad;
    EXPECT_EQ(read.error().code, ErrorCode::kInvalidArgument);
    EXPECT_THAT(read.error().hint, HasSubstr("next"));
  }
}

TEST(BrowseWindows, AreTheNewestOfEachPartition) {
  const auto windows = newestWindows({{0, range(0, 40)}, {1, range(0, 3)}, {2, range(5, 5)}}, 10);
  EXPECT_EQ(windows.at(0).from, 30);
  EXPECT_EQ(windows.at(0).to, 40);
  EXPECT_EQ(windows.at(1).from, 0);
  EXPECT_FALSE(windows.contains(2));
}

TEST(TakeNewest, ComesByTimeAndLeavesNoGapBehind) {
  BrowseRanges left{{0, range(0, 0)}, {1, range(0, 0)}};
  const auto taken =
      takeNewest({record(0, 1, 10), record(0, 2, 40), record(1, 7, 30), record(1, 8, 50)}, 2, left);
  ASSERT_EQ(taken.size(), 2U);
  EXPECT_EQ(taken[0].offset, 8);
  EXPECT_EQ(taken[1].offset, 2);
  EXPECT_EQ(left.at(0).to, 2);
  EXPECT_EQ(left.at(1).to, 8);
}

// A record with a strange timestamp makes its partition's turn early or late, and never lost.
TEST(TakeNewest, PageByPageEveryRecordComesOnceWhateverTheTimes) {
  std::mt19937 random{7};
  for (int round = 0; round < 50; ++round) {
    std::vector<ReceivedRecord> all;
    for (int partition = 0; partition < 4; ++partition) {
      for (std::int64_t offset = 0; offset < 25; ++offset) {
        all.push_back(record(partition, offset, static_cast<std::int64_t>(random() % 100)));
      }
    }
    BrowseRanges left;
    for (int partition = 0; partition < 4; ++partition) {
      left[partition] = {.start = 0, .end = 25, .from = 0, .to = 25};
    }
    std::set<std::pair<int, std::int64_t>> seen;
    for (int page = 0; page < 1'000 && seen.size() < all.size(); ++page) {
      std::vector<ReceivedRecord> found;
      for (const auto& one : all) {
        if (one.offset < left[one.partition].to) {
          found.push_back(one);
        }
      }
      for (auto& [partition, range] : left) {
        range.to = 0;
      }
      for (const auto& one : takeNewest(found, 7, left)) {
        EXPECT_TRUE(seen.emplace(one.partition, one.offset).second) << "twice";
      }
    }
    EXPECT_EQ(seen.size(), all.size());
  }
}

TEST(BrowseFilterTest, EachPartMustPass) {
  ReceivedRecord one;
  one.key = "conv-1";
  one.value = "hello";
  one.headers = {{"caas.type", "message"}, {"empty", std::nullopt}};
  EXPECT_TRUE(matches({}, one));
  EXPECT_TRUE(matches({.key = "conv-1", .contains = "ell"}, one));
  EXPECT_TRUE(matches({.contains = "mess"}, one));
  EXPECT_TRUE(matches({.header = BrowseFilter::HeaderIs{"caas.type", "message"}}, one));
  EXPECT_FALSE(matches({.key = "conv"}, one));
  EXPECT_FALSE(matches({.key = "conv-1", .contains = "nope"}, one));
  EXPECT_FALSE(matches({.header = BrowseFilter::HeaderIs{"empty", ""}}, one));
}

}  // namespace
}  // namespace caas::kafka::consume
