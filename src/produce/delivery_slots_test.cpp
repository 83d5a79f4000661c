#include "produce/delivery_slots.hpp"

#include <atomic>
#include <random>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace caas::kafka {
namespace {

using ::testing::ElementsAre;

using std::chrono::steady_clock;

std::uint64_t take(DeliverySlots& slots, std::int64_t bytes = 10) {
  const auto ticket = slots.acquire({}, bytes, steady_clock::now(), Milliseconds{0});
  EXPECT_TRUE(ticket);
  return ticket.value_or(DeliverySlots::Ticket{}).number;
}

TEST(DeliverySlotsTest, BoundsRecordsAndBytes) {
  DeliverySlots slots(2, 100);
  const auto first = take(slots, 60);
  EXPECT_EQ(slots.acquire({}, 60, steady_clock::now(), Milliseconds{0}).error(),
            DeliverySlots::Refusal::kFull);
  const auto second = take(slots, 40);
  EXPECT_EQ(slots.acquire({}, 0, steady_clock::now(), Milliseconds{0}).error(),
            DeliverySlots::Refusal::kFull);
  EXPECT_EQ(slots.records(), 2);
  EXPECT_EQ(slots.bytes(), 100);
  slots.release(first);
  slots.release(second);
  EXPECT_EQ(slots.records(), 0);
  EXPECT_EQ(slots.bytes(), 0);
  EXPECT_EQ(slots.waits(), 2);
}

TEST(DeliverySlotsTest, ARecordOverTheByteLimitGetsInAlone) {
  DeliverySlots slots(10, 100);
  const auto big = take(slots, 1'000);
  EXPECT_FALSE(slots.acquire({}, 1, steady_clock::now(), Milliseconds{0}));
  slots.release(big);
  slots.release(take(slots, 1));
}

TEST(DeliverySlotsTest, WhoWaitsIsWokenForASixteenthAndTakesLessWhenItsTimeIsOver) {
  DeliverySlots slots(32, 1'000'000);
  std::vector<std::uint64_t> numbers;
  for (int i = 0; i < 32; ++i) {
    numbers.push_back(take(slots));
  }
  const auto waiting = [&](Milliseconds wait, const std::vector<std::uint64_t>& released) {
    const auto waits = slots.waits();
    bool got = false;
    {
      const std::jthread sender(
          [&] { got = slots.acquire({}, 10, steady_clock::now(), wait).has_value(); });
      while (slots.waits() == waits) {
        std::this_thread::yield();
      }
      slots.releaseAll(released);
    }
    return got;
  };
  EXPECT_TRUE(waiting(Milliseconds{50}, {numbers[0]}))
      << "one of 32 is room, at the end of its wait";
  EXPECT_EQ(slots.records(), 32);
  const auto begin = steady_clock::now();
  EXPECT_TRUE(waiting(Milliseconds{60'000}, {numbers[1], numbers[2]}));
  EXPECT_LT(steady_clock::now() - begin, std::chrono::seconds{30}) << "nobody woke it";
}

TEST(DeliverySlotsTest, ReusesSlotsAndNeverMovesThem) {
  DeliverySlots slots(5'000, 1'000'000);
  std::vector<std::uint64_t> numbers;
  const auto first = take(slots);
  const auto* address = &slots.at(first);
  for (int i = 0; i < 4'999; ++i) {
    numbers.push_back(take(slots));
  }
  EXPECT_EQ(&slots.at(first), address);
  slots.release(numbers.back());
  EXPECT_EQ(take(slots), numbers.back());
  EXPECT_EQ(slots.records(), 5'000);
}

TEST(DeliverySlotsTest, CloseWakesWhoWaits) {
  DeliverySlots slots(1, 100);
  take(slots);
  std::atomic<bool> refused{false};
  std::thread waiter([&] {
    const auto number = slots.acquire({}, 1, steady_clock::now(), Milliseconds{60'000});
    refused = !number && number.error() == DeliverySlots::Refusal::kClosed;
  });
  slots.close();
  waiter.join();
  EXPECT_TRUE(refused);
}

TEST(DeliverySlotsTest, WaitForEarlierIgnoresWhatCameLater) {
  DeliverySlots slots(100, 1'000);
  const auto early = take(slots);
  std::uint64_t late = 0;
  int steps = 0;
  EXPECT_TRUE(slots.waitForEarlier(steady_clock::now() + std::chrono::seconds(60), [&] {
    if (steps++ == 0) {
      late = take(slots);
      slots.release(early);
    }
  }));
  EXPECT_EQ(slots.records(), 1);
  slots.release(late);
}

TEST(DeliverySlotsTest, WaitForEarlierRemembersWhatATimedOutCallLeft) {
  DeliverySlots slots(100, 1'000);
  const auto stuck = take(slots);
  const auto now = steady_clock::now();
  EXPECT_FALSE(slots.waitForEarlier(now, [] {}));
  const auto later = take(slots);
  EXPECT_FALSE(slots.waitForEarlier(now, [] {}));
  slots.release(later);
  EXPECT_FALSE(slots.waitForEarlier(now, [] {})) << "the stuck record was forgotten";
  slots.release(stuck);
  EXPECT_TRUE(slots.waitForEarlier(now, [] {}));
}

TEST(DeliverySlotsTest, AtTheEndEachRecordIsItsSendersOrWasHandedOver) {
  DeliverySlots slots(10, 100);
  const auto acquire = [&] { return *slots.acquire({}, 1, steady_clock::now(), Milliseconds{0}); };
  const auto handed = acquire();
  const auto underway = acquire();
  const auto reported = acquire();
  EXPECT_TRUE(slots.handOver(handed));
  slots.release(reported.number);

  EXPECT_THAT(slots.handedOver(), ElementsAre(handed.number));
  EXPECT_FALSE(slots.handOver(underway)) << "left to its sender";
  EXPECT_TRUE(slots.handOver(reported)) << "reported before its sender came so far";
  EXPECT_THAT(slots.handedOver(), ElementsAre(handed.number)) << "it is told again the same";
}

TEST(DeliverySlotsTest, ASlowSenderDoesNotSpeakForTheNextRecordInItsSlot) {
  DeliverySlots slots(1, 100);
  const auto slow = *slots.acquire({}, 1, steady_clock::now(), Milliseconds{0});
  slots.release(slow.number);
  const auto next = *slots.acquire({}, 1, steady_clock::now(), Milliseconds{0});
  ASSERT_EQ(next.number, slow.number);
  EXPECT_TRUE(slots.handOver(slow));
  EXPECT_TRUE(slots.handedOver().empty()) << "the next record is still its own sender's";
  EXPECT_FALSE(slots.handOver(next));
  EXPECT_TRUE(slots.handOver(slow));
}

TEST(DeliverySlotsTest, ManyThreadsLeaveItEmpty) {
  DeliverySlots slots(64, 640);
  std::atomic<std::int64_t> called{0};
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&] {
      for (int i = 0; i < 20'000; ++i) {
        const auto ticket = slots.acquire([&](const DeliveryReport&) { ++called; }, 10,
                                          steady_clock::now(), Milliseconds{10'000});
        ASSERT_TRUE(ticket);
        slots.at(ticket->number).callback(DeliveryReport{});
        slots.release(ticket->number);
      }
    });
  }
  for (auto& thread : threads) {
    thread.join();
  }
  EXPECT_EQ(called, 80'000);
  EXPECT_EQ(slots.records(), 0);
  EXPECT_TRUE(slots.handedOver().empty());
}

}  // namespace
}  // namespace caas::kafka
