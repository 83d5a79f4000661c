#include "consume/breaker.hpp"

#include <gtest/gtest.h>

namespace caas::kafka::consume {
namespace {

using Time = Breaker::Time;
using enum Breaker::Run;
using std::chrono::milliseconds;

constexpr BreakerPolicy kPolicy{.failureRatio = 0.75,
                                .window = 4,
                                .openFor = Milliseconds{1'000},
                                .maxOpenFor = Milliseconds{3'000},
                                .probes = 2};

class BreakerTest : public ::testing::Test {
 protected:
  void open() {
    for (int i = 0; i < 4; ++i) {
      breaker_.onResult(false, kFirst, now_, now_);
    }
    ASSERT_TRUE(breaker_.open());
  }
  /// Lets its time pass and sends one probe that fails.
  void failProbe() {
    now_ = *breaker_.opensAt();
    ASSERT_TRUE(breaker_.admit(now_));
    ASSERT_TRUE(breaker_.onResult(false, kFirst, now_, now_));
  }

  Breaker breaker_{kPolicy};
  Time now_{std::chrono::hours{1}};
};

TEST_F(BreakerTest, StaysClosedUntilTheWindowIsFullAndFailingEnough) {
  for (int i = 0; i < 3; ++i) {
    EXPECT_FALSE(breaker_.onResult(false, kFirst, now_, now_));
  }
  EXPECT_FALSE(breaker_.open()) << "three of three is no full window";
  EXPECT_TRUE(breaker_.onResult(true, kFirst, now_, now_)) << "three of four is enough";
  EXPECT_TRUE(breaker_.open());
  EXPECT_FALSE(breaker_.admit(now_));
}

TEST_F(BreakerTest, OldResultsLeaveTheWindow) {
  for (int i = 0; i < 20; ++i) {
    EXPECT_FALSE(breaker_.onResult(i % 2 == 0, kFirst, now_, now_)) << i;
  }
  EXPECT_TRUE(breaker_.onResult(false, kFirst, now_, now_))
      << "the last four are now three failures";
}

TEST_F(BreakerTest, OpensForItsTimeAndLetsSoManyProbesThrough) {
  open();
  EXPECT_EQ(breaker_.opensAt(), now_ + milliseconds{1'000});
  now_ += milliseconds{999};
  EXPECT_FALSE(breaker_.admit(now_));
  now_ += milliseconds{1};
  EXPECT_TRUE(breaker_.admit(now_));
  EXPECT_TRUE(breaker_.admit(now_));
  EXPECT_FALSE(breaker_.admit(now_));
  EXPECT_TRUE(breaker_.open()) << "half open is not closed";
}

TEST_F(BreakerTest, ClosesWhenAllProbesSucceed) {
  open();
  now_ += milliseconds{1'000};
  ASSERT_TRUE(breaker_.admit(now_));
  EXPECT_FALSE(breaker_.onResult(true, kFirst, now_, now_));
  EXPECT_TRUE(breaker_.open());
  ASSERT_TRUE(breaker_.admit(now_));
  EXPECT_FALSE(breaker_.admit(now_)) << "one done and one out are two";
  EXPECT_TRUE(breaker_.onResult(true, kFirst, now_, now_));
  EXPECT_FALSE(breaker_.open());
  EXPECT_FALSE(breaker_.opensAt());
  EXPECT_TRUE(breaker_.admit(now_));
}

TEST_F(BreakerTest, StaysOpenTwiceAsLongAfterEachFailedProbeUpToItsLimit) {
  open();
  for (const int millis : {2'000, 3'000, 3'000}) {
    failProbe();
    EXPECT_EQ(breaker_.opensAt(), now_ + milliseconds{millis});
  }
}

// Chaos, five minutes of failing: at the end only records that never succeed were left in the
// minute's tier. They opened the breaker, and failed every probe.
TEST_F(BreakerTest, RecordsThatFailAgainDoNotOpenIt) {
  for (int i = 0; i < 100; ++i) {
    EXPECT_FALSE(breaker_.onResult(false, kAgain, now_, now_)) << i;
  }
  EXPECT_FALSE(breaker_.open());
}

TEST_F(BreakerTest, ARetryThatFailsAsAProbeOpensItForNoLongerThanBefore) {
  open();
  for (int i = 0; i < 3; ++i) {
    now_ = *breaker_.opensAt();
    ASSERT_TRUE(breaker_.admit(now_));
    ASSERT_TRUE(breaker_.onResult(false, kAgain, now_, now_));
    EXPECT_EQ(breaker_.opensAt(), now_ + milliseconds{1'000}) << i;
  }
}

TEST_F(BreakerTest, ARetryThatSucceedsIsAProbeLikeAnyOther) {
  open();
  now_ = *breaker_.opensAt();
  for (int i = 0; i < 2; ++i) {
    ASSERT_TRUE(breaker_.admit(now_));
    breaker_.onResult(true, kAgain, now_, now_);
  }
  EXPECT_FALSE(breaker_.open());
}

TEST_F(BreakerTest, BeginsAnewAfterItWasClosed) {
  open();
  failProbe();
  now_ = *breaker_.opensAt();
  for (int i = 0; i < 2; ++i) {
    ASSERT_TRUE(breaker_.admit(now_));
    breaker_.onResult(true, kFirst, now_, now_);
  }
  ASSERT_FALSE(breaker_.open());
  EXPECT_FALSE(breaker_.onResult(false, kFirst, now_, now_))
      << "the failures of before are forgotten";
  open();
  EXPECT_EQ(breaker_.opensAt(), now_ + milliseconds{1'000}) << "not the doubled time";
}

TEST_F(BreakerTest, ResultsOfBeforeItOpenedChangeNothing) {
  open();
  const auto opensAt = breaker_.opensAt();
  EXPECT_FALSE(breaker_.onResult(true, kFirst, now_, now_ + milliseconds{500}));
  EXPECT_FALSE(breaker_.onResult(false, kFirst, now_, now_ + milliseconds{500}));
  EXPECT_TRUE(breaker_.open());
  EXPECT_EQ(breaker_.opensAt(), opensAt);
}

TEST_F(BreakerTest, LateResultsOfBeforeItOpenedAreNoProbes) {
  const auto before = now_;
  open();
  now_ += milliseconds{1'000};
  ASSERT_TRUE(breaker_.admit(now_));
  EXPECT_FALSE(breaker_.onResult(true, kFirst, before, now_));
  EXPECT_FALSE(breaker_.onResult(false, kFirst, before, now_));
  EXPECT_TRUE(breaker_.open());
  ASSERT_TRUE(breaker_.admit(now_));
  EXPECT_FALSE(breaker_.admit(now_));
  EXPECT_FALSE(breaker_.onResult(true, kFirst, now_, now_));
  EXPECT_TRUE(breaker_.onResult(true, kFirst, now_, now_));
}

TEST_F(BreakerTest, WithAllProbesOutTheNextMayComeAfterTheLongestOpenTime) {
  open();
  now_ += milliseconds{1'000};
  ASSERT_TRUE(breaker_.admit(now_));
  EXPECT_LE(breaker_.opensAt(), now_) << "one more may run at once";
  ASSERT_TRUE(breaker_.admit(now_));
  EXPECT_EQ(breaker_.opensAt(), now_ + milliseconds{3'000});
}

TEST_F(BreakerTest, AProbeThatCameToNothingMakesRoomForAnother) {
  open();
  now_ += milliseconds{1'000};
  ASSERT_TRUE(breaker_.admit(now_));
  ASSERT_TRUE(breaker_.admit(now_));
  breaker_.forget();
  EXPECT_TRUE(breaker_.admit(now_));
  EXPECT_FALSE(breaker_.admit(now_));
}

TEST_F(BreakerTest, ProbesThatHangAreReplacedAfterTheLongestOpenTime) {
  open();
  now_ += milliseconds{1'000};
  ASSERT_TRUE(breaker_.admit(now_));
  ASSERT_TRUE(breaker_.admit(now_));
  breaker_.onResult(true, kFirst, now_, now_);  // the other one never answers
  now_ += milliseconds{2'999};
  EXPECT_FALSE(breaker_.admit(now_));
  now_ += milliseconds{1};
  for (int i = 0; i < 2; ++i) {
    ASSERT_TRUE(breaker_.admit(now_));
    breaker_.onResult(true, kFirst, now_, now_);
  }
  EXPECT_FALSE(breaker_.open());
}

TEST(BreakerDisabled, NeverOpens) {
  Breaker breaker({.enabled = false, .failureRatio = 0.0, .window = 1});
  for (int i = 0; i < 100; ++i) {
    EXPECT_FALSE(breaker.onResult(false, kFirst, {}, {}));
    EXPECT_TRUE(breaker.admit({}));
  }
  EXPECT_FALSE(breaker.open());
  EXPECT_FALSE(breaker.opensAt());
}

TEST(BreakerWindow, OfNoResultsIsTakenAsOne) {
  Breaker breaker({.failureRatio = 1.0, .window = 0});
  EXPECT_FALSE(breaker.onResult(true, kFirst, {}, {}));
  EXPECT_TRUE(breaker.onResult(false, kFirst, {}, {}));
}

}  // namespace
}  // namespace caas::kafka::consume
