#include "schema/single_flight.hpp"

#include <atomic>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "core/errors.hpp"

namespace caas::kafka::schema {
namespace {

class HandClock final : public Clock {
 public:
  [[nodiscard]] Timestamp now() const override { return {}; }
  [[nodiscard]] std::chrono::steady_clock::time_point steadyNow() const override { return now_; }
  void sleepFor(std::chrono::nanoseconds duration) override { now_ += duration; }

 private:
  std::chrono::steady_clock::time_point now_{};
};

class SingleFlight : public ::testing::Test {
 protected:
  /// The value, or -1 for an error; counts what was fetched.
  int get(const std::string& key, bool fails = false) {
    const auto answer = cache_.get(key, [&]() -> Result<int> {
      ++fetched_;
      if (fails) {
        return fail(errors::internal("no"));
      }
      return static_cast<int>(key.size());
    });
    return answer.value_or(-1);
  }

  HandClock clock_;
  SingleFlightCache<std::string, int, std::less<>> cache_{3, clock_, errorsFor(Milliseconds{100})};
  std::atomic<int> fetched_ = 0;
};

TEST_F(SingleFlight, AValueIsFetchedOnceAndAnErrorIsBelievedForAWhile) {
  EXPECT_EQ(get("ab"), 2);
  EXPECT_EQ(get("ab"), 2);
  EXPECT_EQ(fetched_, 1);
  EXPECT_EQ(get("bad", true), -1);
  EXPECT_EQ(get("bad"), -1);
  EXPECT_EQ(fetched_, 2);
  clock_.sleepFor(Milliseconds{100});
  EXPECT_EQ(get("bad"), 3);
  EXPECT_EQ(get("ab"), 2);
  EXPECT_EQ(fetched_, 3);
}

TEST_F(SingleFlight, TheLeastRecentlyUsedGoesFirst) {
  get("a");
  get("bb");
  get("ccc");
  get("a");
  get("dddd");
  EXPECT_EQ(cache_.size(), 3U);
  fetched_ = 0;
  get("a");
  get("ccc");
  get("dddd");
  EXPECT_EQ(fetched_, 0);
  get("bb");
  EXPECT_EQ(fetched_, 1);
  for (int i = 0; i < 1'000; ++i) {
    get(std::to_string(i));
  }
  EXPECT_EQ(cache_.size(), 3U);
}

TEST_F(SingleFlight, WhatIsForgottenIsFetchedAgain) {
  get("a");
  get("bb");
  cache_.forget("a");
  cache_.forgetIf([](const std::string& key) { return key.size() == 2; });
  EXPECT_EQ(cache_.size(), 0U);
  cache_.put("a", 42);
  EXPECT_EQ(get("a"), 42);
  EXPECT_EQ(fetched_, 2);
}

TEST_F(SingleFlight, WhoAsksForWhatIsBeingFetchedWaitsForIt) {
  std::atomic<bool> begun = false;
  std::atomic<bool> mayEnd = false;
  std::vector<std::jthread> threads;
  std::atomic<int> sum = 0;
  threads.emplace_back([&] {
    sum += cache_
               .get(std::string_view("slow"),
                    [&]() -> Result<int> {
                      begun = true;
                      begun.notify_all();
                      mayEnd.wait(false);
                      ++fetched_;
                      return 1;
                    })
               .value();
  });
  begun.wait(false);
  for (int i = 0; i < 20; ++i) {
    threads.emplace_back([&] {
      sum += cache_
                 .get(std::string_view("slow"),
                      [&]() -> Result<int> {
                        ++fetched_;
                        return 1'000;
                      })
                 .value();
    });
  }
  // Another key does not wait for it; and it may be let go while it is under way.
  EXPECT_EQ(get("x"), 1);
  mayEnd = true;
  mayEnd.notify_all();
  threads.clear();
  EXPECT_EQ(sum, 21);
  EXPECT_EQ(fetched_, 2);
}

}  // namespace
}  // namespace caas::kafka::schema
