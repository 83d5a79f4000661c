#include "snapshot/keeper.hpp"

#include <future>
#include <semaphore>
#include <thread>

#include <gtest/gtest.h>

#include "snapshot/fake_source.hpp"

namespace caas::kafka::snapshot {
namespace {

using namespace std::chrono_literals;

class KeeperTest : public ::testing::Test {
 protected:
  /// Gathers only when it is asked to.
  SnapshotKeeper& keeper(SnapshotOptions options = {.interval = 1h, .minPause = 0ms}) {
    keeper_ = KeeperMaker::make(std::make_unique<FakeSource>(fake_),
                                std::make_shared<const Catalog>(fake_.cluster.catalog()), options,
                                systemClock());
    return *keeper_;
  }

  FakeCluster fake_;
  std::unique_ptr<SnapshotKeeper> keeper_;
};

TEST_F(KeeperTest, HasSomethingBeforeTheFirstWasGathered) {
  auto& mine = keeper();
  ASSERT_NE(mine.latest(), nullptr);
  EXPECT_EQ(mine.latest()->number, 0U);
  EXPECT_EQ(fake_.looks, 0);
}

TEST_F(KeeperTest, ARefreshBeganAfterItWasAskedFor) {
  std::binary_semaphore looking{0};
  std::binary_semaphore goOn{0};
  fake_.whileLooking = [&] {
    looking.release();
    goOn.acquire();
  };
  auto& mine = keeper();
  auto first = std::async(std::launch::async, [&] { return mine.refresh(1min); });
  looking.acquire();
  // These come while the first is being gathered: they share the next one.
  std::vector<std::future<Result<std::shared_ptr<const ClusterSnapshot>>>> later;
  for (int i = 0; i < 3; ++i) {
    later.push_back(std::async(std::launch::async, [&] { return mine.refresh(1min); }));
  }
  while (KeeperMaker::waiting(mine) < 4) {
    std::this_thread::yield();
  }
  goOn.release();
  EXPECT_EQ((*first.get())->number, 1U);
  looking.acquire();
  goOn.release();
  for (auto& one : later) {
    EXPECT_EQ((*one.get())->number, 2U);
  }
  EXPECT_EQ(fake_.looks, 2);
  EXPECT_EQ(mine.latest()->number, 2U);
}

TEST_F(KeeperTest, StartedItGathersAtItsInterval) {
  std::counting_semaphore<> looks{0};
  fake_.whileLooking = [&] { looks.release(); };
  auto& mine = keeper({.interval = 1ms, .minPause = 0ms});
  mine.start();
  mine.start();
  for (int i = 0; i < 3; ++i) {
    ASSERT_TRUE(looks.try_acquire_for(1min));
  }
  mine.stop();
  EXPECT_GE(mine.latest()->number, 2U);
}

TEST_F(KeeperTest, WhoDoesNotWaitLongEnoughIsToldAndItIsMadeAllTheSame) {
  std::binary_semaphore begun{0};
  std::binary_semaphore goOn{0};
  fake_.whileLooking = [&] {
    begun.release();
    goOn.acquire();
  };
  auto& mine = keeper();
  const auto refreshed = mine.refresh(1ms);
  EXPECT_FALSE(refreshed);
  EXPECT_EQ(refreshed.error().code, ErrorCode::kTimeout);
  begun.acquire();
  goOn.release();
  mine.stop();
  EXPECT_EQ(mine.latest()->number, 1U);
}

TEST_F(KeeperTest, StoppedItShowsTheLastAndMakesNone) {
  auto& mine = keeper();
  ASSERT_TRUE(mine.refresh(1min));
  mine.stop();
  mine.stop();
  mine.start();
  const auto refreshed = mine.refresh(1min);
  ASSERT_FALSE(refreshed);
  EXPECT_EQ(refreshed.error().code, ErrorCode::kShutdown);
  EXPECT_EQ(mine.latest()->number, 1U);
}

TEST_F(KeeperTest, BetweenTwoGatheringsThereIsAPause) {
  auto& mine = keeper({.interval = 1h, .minPause = 200ms});
  ASSERT_TRUE(mine.refresh(1min));
  const auto begin = std::chrono::steady_clock::now();
  ASSERT_TRUE(mine.refresh(1min));
  EXPECT_GE(std::chrono::steady_clock::now() - begin, 100ms);
}

}  // namespace
}  // namespace caas::kafka::snapshot
