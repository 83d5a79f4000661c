#include <algorithm>
#include <array>
#include <map>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "consume/dispatcher_bench.hpp"

// Tenants share the handlers and the room.

namespace caas::kafka::consume {
namespace {

using bench::DispatcherBench;
using bench::Given;
using testing::ElementsAre;

TEST(DispatcherFairness, AQuietTenantIsNextHoweverMuchALoudOneHas) {
  DispatcherBench bench;
  std::vector<Given> many(5'000);
  for (std::size_t i = 0; i < many.size(); ++i) {
    many[i] = {static_cast<std::int64_t>(i), std::to_string(i)};
  }
  bench.give(bench.open("chat.loud", 0, "loud"), many);
  bench.give(bench.open("chat.quiet", 0, "quiet"), {{0, "a"}});
  EXPECT_EQ(bench.nameOf(bench.take()), "chat.loud-0@0");
  EXPECT_EQ(bench.nameOf(bench.take()), "chat.quiet-0@0");
  EXPECT_EQ(bench.nameOf(bench.take()), "chat.loud-0@1");
}

TEST(DispatcherFairness, ATenantsTopicsShareItsTurn) {
  DispatcherBench bench;
  bench.give(bench.open("x.a", 0, "a"), {{0}, {1}});
  bench.give(bench.open("y.a", 0, "a"), {{0}, {1}});
  bench.give(bench.open("x.b", 0, "b"), {{0}, {1}});
  EXPECT_THAT(bench.runAll(),
              ElementsAre("x.a-0@0", "x.b-0@0", "x.a-0@1", "x.b-0@1", "y.a-0@0", "y.a-0@1"));
}

TEST(DispatcherFairness, ATenantMayHoldAsMuchAsIsStillFree) {
  DispatcherBench bench({.maxInFlight = 100});
  auto& loud = bench.open("x.loud", 0, "loud");
  std::int64_t offset = 0;
  const auto fill = [&](Partition& partition) {
    std::int64_t taken = 0;
    for (; bench.dispatcher->room(partition) > 0; ++taken) {
      bench.give(partition, {{offset++}});
    }
    return taken;
  };
  auto& quiet = bench.open("x.quiet", 0, "quiet");
  EXPECT_EQ(fill(loud), 50);
  EXPECT_EQ(fill(quiet), 25);
}

TEST(DispatcherFairness, ATenantThatIsAloneMayHoldEverything) {
  DispatcherBench bench({.maxInFlight = 100});
  auto& only = bench.open("x.only", 0, "only");
  std::int64_t offset = 0;
  while (bench.dispatcher->room(only) > 0) {
    bench.give(only, {{offset++}});
  }
  EXPECT_EQ(offset, 100);
}

TEST(DispatcherFairness, ATenantWhosePartitionsHaveGoneSharesNoMore) {
  DispatcherBench bench({.maxInFlight = 100});
  auto& stays = bench.open("x.stays", 0, "stays");
  auto& goes = bench.open("x.goes", 0, "goes");
  for (std::int64_t i = 0; i < 30; ++i) {
    bench.give(stays, {{i}});
  }
  EXPECT_EQ(bench.dispatcher->room(stays), 40);
  bench.dispatcher->drain(goes);
  bench.dispatcher->retire(&goes);
  bench.forget(goes);
  EXPECT_EQ(bench.dispatcher->room(stays), 70);
}

/// Handlers of one duration on all workers, in a time that the test moves.
class Shift {
 public:
  static constexpr Milliseconds kHandler{2};

  Shift(DispatcherBench& bench, int workers) : bench_(bench), workers_(workers) {}

  /// Lets the workers run until `end`; whoever is free takes what it is handed.
  void runUntil(std::chrono::nanoseconds end) {
    for (;;) {
      while (std::ssize(atWork_) < workers_) {
        auto* const task = bench_.take();
        if (task == nullptr) {
          break;
        }
        began.emplace_back(task->partition->tenant, now_);
        atWork_.emplace(now_ + kHandler, task);
      }
      if (atWork_.empty() || atWork_.begin()->first > end) {
        advanceTo(end);
        return;
      }
      const auto [at, task] = *atWork_.begin();
      atWork_.erase(atWork_.begin());
      advanceTo(at);
      bench_.answer(task);
    }
  }
  [[nodiscard]] std::chrono::nanoseconds now() const { return now_; }

  std::vector<std::pair<std::string, std::chrono::nanoseconds>> began;

 private:
  void advanceTo(std::chrono::nanoseconds at) {
    bench_.advance(at - now_);
    now_ = at;
  }
  DispatcherBench& bench_;
  const int workers_;
  std::chrono::nanoseconds now_{0};
  std::multimap<std::chrono::nanoseconds, Task*> atWork_;
};

/// A loud tenant keeps every worker busy and has thousands ready. A quiet one's record then waits
/// until the workers that it needs are free: whatever is at work, and one record of each other
/// tenant; however much the loud one has.
TEST(DispatcherFairness, AQuietRecordWaitsForTheHandlersAtWorkAndNotForABacklog) {
  for (const int workers : {1, 2, 4, 16}) {
    DispatcherBench bench({.concurrency = workers});
    auto& loud = bench.open("chat.loud", 0, "loud");
    auto& quiet = bench.open("chat.quiet", 0, "quiet");
    std::vector<Given> many(20'000);
    for (std::size_t i = 0; i < many.size(); ++i) {
      many[i] = {static_cast<std::int64_t>(i), std::to_string(i)};
    }
    bench.give(loud, many);
    Shift shift(bench, workers);
    for (std::int64_t n = 0; n < 50; ++n) {
      // In every phase of the handlers at work.
      shift.runUntil(shift.now() + std::chrono::microseconds{9'970 + 130 * n});
      const auto came = shift.now();
      const auto before = shift.began.size();
      bench.give(quiet, {{n, std::to_string(n)}});
      shift.runUntil(came + Milliseconds{20});
      const auto own =
          std::find_if(shift.began.begin() + static_cast<std::ptrdiff_t>(before), shift.began.end(),
                       [](const auto& run) { return run.first == "quiet"; });
      ASSERT_NE(own, shift.began.end()) << workers << " workers, record " << n;
      EXPECT_LE(own - shift.began.begin(), static_cast<std::ptrdiff_t>(before) + 1)
          << "one record of the loud tenant may begin before it";
      EXPECT_LE(own->second - came, workers == 1 ? 2 * Shift::kHandler : Shift::kHandler)
          << workers << " workers, record " << n;
    }
    EXPECT_GT(bench.stats().recordsInFlight, 0) << "the loud one has run dry: nothing was shown";
    shift.runUntil(shift.now() + std::chrono::hours{1});
  }
}

/// With more tenants than workers each of them waits for one record of each other one at most.
TEST(DispatcherFairness, ManyQuietTenantsTakeTheirTurns) {
  constexpr int kTenants = 20;
  constexpr int kWorkers = 4;
  DispatcherBench bench({.concurrency = kWorkers});
  std::vector<Given> many(1'000);
  for (std::size_t i = 0; i < many.size(); ++i) {
    many[i] = {static_cast<std::int64_t>(i), std::to_string(i)};
  }
  bench.give(bench.open("chat.loud", 0, "loud"), many);
  Shift shift(bench, kWorkers);
  shift.runUntil(Milliseconds{11});
  const auto before = shift.began.size();
  for (int i = 0; i < kTenants; ++i) {
    const auto name = "quiet" + std::to_string(i);
    bench.give(bench.open("chat." + name, 0, name), {{0, "a"}});
  }
  shift.runUntil(Milliseconds{200});
  const auto ahead =
      std::count_if(shift.began.begin() + static_cast<std::ptrdiff_t>(before),
                    shift.began.begin() + static_cast<std::ptrdiff_t>(before) + kTenants + 1,
                    [](const auto& run) { return run.first == "loud"; });
  EXPECT_EQ(ahead, 1) << "of the next 21 records one is the loud tenant's";
  shift.runUntil(std::chrono::hours{1});
}

}  // namespace
}  // namespace caas::kafka::consume
