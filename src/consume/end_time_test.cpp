#include "consume/end_time.hpp"

#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "consume/dispatcher_bench.hpp"

namespace caas::kafka::consume {
namespace {

using bench::HandClock;
using std::chrono::steady_clock;
using testing::ElementsAre;

constexpr auto kAlways = [] { return true; };

TEST(EndTime, IsNeverUntilItIsSetAndThenLimitsWhatIsLeft) {
  HandClock clock;
  EndTime end(clock);
  EXPECT_FALSE(end.passed());
  EXPECT_EQ(end.within(Milliseconds{8'000}), Milliseconds{8'000});
  end.set(clock.steadyNow() + Milliseconds{3'000});
  EXPECT_EQ(end.within(Milliseconds{8'000}), Milliseconds{3'000});
  EXPECT_EQ(end.within(Milliseconds{500}), Milliseconds{500});
  clock.advance(Milliseconds{3'000});
  EXPECT_TRUE(end.passed());
  EXPECT_EQ(end.within(Milliseconds{8'000}), Milliseconds{0});
}

TEST(EndTime, AsksInPiecesForAsLongAsItMay) {
  HandClock clock;
  const EndTime end(clock);
  std::vector<Milliseconds> pieces;
  EXPECT_FALSE(end.insist(
      Milliseconds{2'500},
      [&](Milliseconds piece) {
        pieces.push_back(piece);
        clock.advance(piece);
        return false;
      },
      kAlways));
  EXPECT_THAT(pieces, ElementsAre(Milliseconds{1'000}, Milliseconds{1'000}, Milliseconds{500}));
}

TEST(EndTime, AnAnswerOrAFailureForGoodEndsTheAsking) {
  HandClock clock;
  const EndTime end(clock);
  int asked = 0;
  EXPECT_TRUE(end.insist(
      Milliseconds{9'000}, [&](Milliseconds /*piece*/) { return ++asked == 3; }, kAlways));
  EXPECT_EQ(asked, 3);
  EXPECT_FALSE(end.insist(
      Milliseconds{9'000}, [&](Milliseconds /*piece*/) { return ++asked < 0; },
      [] { return false; }));
  EXPECT_EQ(asked, 4);
}

/// A transaction's end was asked for as long as its coordinator was away, and close() waited for
/// it.
TEST(EndTime, WhatIsSetInTheMiddleEndsTheAskingToo) {
  HandClock clock;
  EndTime end(clock);
  const auto begin = clock.steadyNow();
  int asked = 0;
  EXPECT_FALSE(end.insist(
      Milliseconds{3'600'000},
      [&](Milliseconds piece) {
        if (++asked == 2) {
          end.set(clock.steadyNow() + Milliseconds{1'200});
        }
        clock.advance(piece);
        return false;
      },
      kAlways));
  EXPECT_EQ(clock.steadyNow() - begin, Milliseconds{2'200});
}

TEST(EndTime, AsksOnceMoreWhenTheEndHasPassed) {
  HandClock clock;
  EndTime end(clock);
  end.set(clock.steadyNow());
  std::vector<Milliseconds> pieces;
  EXPECT_FALSE(end.insist(
      Milliseconds{8'000},
      [&](Milliseconds piece) {
        pieces.push_back(piece);
        return false;
      },
      kAlways));
  EXPECT_THAT(pieces, ElementsAre(Milliseconds{1}));
}

}  // namespace
}  // namespace caas::kafka::consume
