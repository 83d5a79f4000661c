#include "health/turn.hpp"

#include <future>

#include <gtest/gtest.h>

namespace caas::kafka::health {
namespace {

TEST(Turn, IsHeldByOneAndComesBack) {
  Turn turn;
  {
    const Turn::Guard first(turn, Milliseconds{0});
    EXPECT_TRUE(first);
    EXPECT_FALSE(Turn::Guard(turn, Milliseconds{1}));
  }
  EXPECT_TRUE(Turn::Guard(turn, Milliseconds{0}));
}

TEST(Turn, GoesToOneWhoWaits) {
  Turn turn;
  std::future<bool> waiting;
  {
    const Turn::Guard first(turn, Milliseconds{0});
    waiting = std::async(std::launch::async, [&] {
      return static_cast<bool>(Turn::Guard(turn, Milliseconds{60'000}));
    });
  }
  EXPECT_TRUE(waiting.get());
}

}  // namespace
}  // namespace caas::kafka::health
