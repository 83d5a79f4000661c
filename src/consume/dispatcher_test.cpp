#include "consume/dispatcher.hpp"

#include <map>
#include <mutex>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "consume/dispatcher_bench.hpp"

// Which record may run when, and how many of them there may be. What becomes of them afterwards is
// in dispatcher_outcomes_test.cpp and dispatcher_commit_test.cpp.

namespace caas::kafka::consume {
namespace {

using bench::DispatcherBench;
using bench::Given;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::UnorderedElementsAre;

TEST(Dispatcher, RecordsOfOneKeyRunOneAfterTheOtherAndOthersBeside) {
  DispatcherBench bench;
  auto& partition = bench.open("t", 0);
  bench.give(partition, {{0, "a"}, {1, "a"}, {2, "b"}, {3, "a"}});
  const auto first = bench.takeAll();
  EXPECT_THAT(bench.namesOf(first), UnorderedElementsAre("t-0@0", "t-0@2"));
  bench.answer(first[0]);
  auto* const second = bench.take();
  ASSERT_NE(second, nullptr);
  EXPECT_EQ(bench.nameOf(second), "t-0@1");
  EXPECT_EQ(bench.take(), nullptr) << "offset 3 must wait for offset 1";
  bench.answer(second);
  EXPECT_THAT(bench.runAll(), ElementsAre("t-0@3"));
}

TEST(Dispatcher, TheSameKeyInTwoPartitionsIsTwoKeys) {
  DispatcherBench bench;
  bench.give(bench.open("t", 0), {{0, "a"}});
  bench.give(bench.open("t", 1), {{0, "a"}});
  EXPECT_EQ(bench.takeAll().size(), 2);
}

TEST(Dispatcher, WithoutAKeyThereIsNoOrderAndTheEmptyKeyIsAKey) {
  DispatcherBench bench;
  auto& partition = bench.open("t", 0);
  bench.give(partition, {{0}, {1}, {2, ""}, {3, ""}});
  EXPECT_THAT(bench.namesOf(bench.takeAll()), UnorderedElementsAre("t-0@0", "t-0@1", "t-0@2"));
}

TEST(Dispatcher, OrderOfAPartitionIsOneRecordAtATimeWhateverTheKey) {
  DispatcherBench bench({.ordering = Ordering::kPartition});
  bench.give(bench.open("t", 0), {{0, "a"}, {1}, {2, "b"}});
  bench.give(bench.open("t", 1), {{0, "a"}});
  const auto first = bench.takeAll();
  EXPECT_THAT(bench.namesOf(first), UnorderedElementsAre("t-0@0", "t-1@0"));
  bench.answer(first[0]);
  bench.answer(first[1]);
  EXPECT_THAT(bench.runAll(), ElementsAre("t-0@1", "t-0@2"));
}

TEST(Dispatcher, WithoutOrderEverythingRunsAtOnce) {
  DispatcherBench bench({.ordering = Ordering::kNone});
  bench.give(bench.open("t", 0), {{0, "a"}, {1, "a"}, {2}});
  EXPECT_EQ(bench.takeAll().size(), 3);
}

TEST(Dispatcher, NoMoreHandlersRunThanAllowed) {
  DispatcherBench bench({.concurrency = 2});
  bench.give(bench.open("t", 0), {{0, "a"}, {1, "b"}, {2, "c"}});
  const auto first = bench.takeAll();
  EXPECT_EQ(first.size(), 2);
  EXPECT_EQ(bench.stats().handlersInFlight, 2);
  bench.answer(first[1]);
  EXPECT_THAT(bench.namesOf(bench.takeAll()), ElementsAre("t-0@2"));
}

TEST(Dispatcher, PausedHandsOutNothingAndWhatIsAtWorkFinishes) {
  DispatcherBench bench;
  auto& partition = bench.open("t", 0);
  bench.give(partition, {{0, "a"}, {1, "a"}});
  auto* const first = bench.take();
  bench.pause(true);
  bench.answer(first);
  EXPECT_EQ(bench.take(), nullptr);
  EXPECT_TRUE(bench.stats().paused);
  EXPECT_EQ(bench.stats().acked, 1);
  bench.pause(false);
  EXPECT_THAT(bench.runAll(), ElementsAre("t-0@1"));
}

TEST(Dispatcher, RoomEndsWithTheRecordsAndIsAnnouncedWhenItIsThereAgain) {
  DispatcherBench bench({.maxInFlight = 8});
  auto& partition = bench.open("t", 0);
  EXPECT_EQ(bench.dispatcher->room(partition), 8);
  bench.give(partition, {{0}, {1}, {2}, {3}, {4}, {5}, {6}, {7}});
  EXPECT_EQ(bench.dispatcher->room(partition), 0);
  const auto tasks = bench.takeAll();
  bench.pollerWoken = 0;
  bench.answer(tasks[0]);
  EXPECT_EQ(bench.dispatcher->room(partition), 1);
  EXPECT_EQ(bench.pollerWoken, 0) << "one record is not worth a wake-up";
  bench.answer(tasks[1]);
  EXPECT_EQ(bench.pollerWoken, 1) << "a quarter is";
  bench.answer(tasks[2]);
  EXPECT_EQ(bench.pollerWoken, 1) << "it knows";
}

TEST(Dispatcher, RoomEndsWithTheBytes) {
  DispatcherBench bench({.maxBytesInFlight = 4'000});
  auto& partition = bench.open("t", 0);
  EXPECT_GT(bench.dispatcher->room(partition), 0);
  bench.give(partition, {{0, "a", std::string(5'000, 'x')}});
  EXPECT_EQ(bench.dispatcher->room(partition), 0);
  EXPECT_GE(bench.stats().bytesInFlight, 5'000);
  bench.runAll();
  EXPECT_GT(bench.dispatcher->room(partition), 0);
}

TEST(Dispatcher, RoomEndsWithTheKeysAndRecordsWithoutAKeyCountNone) {
  DispatcherBench bench({.maxKeysInFlight = 3});
  auto& partition = bench.open("t", 0);
  bench.give(partition, {{0, "a"}, {1, "a"}, {2}, {3, "b"}});
  EXPECT_EQ(bench.stats().keysInFlight, 2);
  EXPECT_EQ(bench.dispatcher->room(partition), 1);
  bench.give(partition, {{4, "c"}});
  EXPECT_EQ(bench.dispatcher->room(partition), 0);
  bench.runAll();
  EXPECT_EQ(bench.stats().keysInFlight, 0);
  EXPECT_GT(bench.dispatcher->room(partition), 0);
}

TEST(Dispatcher, AHangingRecordBoundsWhatIsReadBehindIt) {
  DispatcherBench bench({.maxInFlight = 4});
  auto& partition = bench.open("t", 0);
  auto& other = bench.open("t", 1);
  bench.give(partition, {{0}, {1}, {2}, {3}});
  const auto tasks = bench.takeAll();
  for (const std::size_t i : {1, 2, 3}) {
    bench.answer(tasks[i]);
  }
  EXPECT_EQ(bench.stats().recordsInFlight, 1);
  EXPECT_EQ(bench.dispatcher->room(partition), 0) << "the map would grow without end";
  EXPECT_EQ(bench.dispatcher->room(other), 3);
  bench.answer(tasks[0]);
  EXPECT_EQ(bench.dispatcher->room(partition), 4);
}

TEST(Dispatcher, ABatchIsOfOneTopicAndKeepsEachKeysOrder) {
  DispatcherBench bench({.maxBatchRecords = 10});
  bench.give(bench.open("x.a", 0, "a"), {{0, "k"}, {1, "k"}, {2, "l"}, {3, "k"}});
  bench.give(bench.open("y.a", 0, "a"), {{0, "k"}});
  bench.give(bench.open("x.b", 0, "b"), {{0, "k"}});
  std::vector<std::string> all;
  while (true) {
    const auto batch = bench.takeBatch();
    if (batch.empty()) {
      break;
    }
    int lastOfK = -1;
    for (auto* task : batch) {
      EXPECT_EQ(task->record.topic, batch.front()->record.topic);
      if (task->record.key == "k") {
        EXPECT_GT(task->record.offset, lastOfK);
        lastOfK = static_cast<int>(task->record.offset);
      }
      all.push_back(bench.nameOf(task));
    }
    for (auto* task : batch) {
      bench.answer(task);
    }
  }
  EXPECT_THAT(
      all, UnorderedElementsAre("x.a-0@0", "x.a-0@1", "x.a-0@2", "x.a-0@3", "y.a-0@0", "x.b-0@0"));
}

TEST(Dispatcher, ABatchHoldsAtMostWhatWasAskedForAndItsKeyWaitsForAllOfIt) {
  DispatcherBench bench({.maxBatchRecords = 3});
  bench.give(bench.open("t", 0), {{0, "k"}, {1, "k"}, {2, "k"}, {3, "k"}, {4, "l"}});
  const auto first = bench.takeBatch();
  EXPECT_THAT(bench.namesOf(first), ElementsAre("t-0@0", "t-0@1", "t-0@2"));
  EXPECT_THAT(bench.namesOf(bench.takeBatch()), ElementsAre("t-0@4"));
  for (auto* task : first) {
    EXPECT_THAT(bench.takeBatch(), IsEmpty());
    bench.answer(task);
  }
  EXPECT_THAT(bench.namesOf(bench.takeBatch()), ElementsAre("t-0@3"));
}

TEST(Dispatcher, InBlockABatchHoldsOneRecordOfAKey) {
  DispatcherBench bench({.maxBatchRecords = 10, .retry = {.mode = RetryMode::kBlock}});
  bench.give(bench.open("t", 0), {{0, "k"}, {1, "k"}, {2, "l"}});
  EXPECT_THAT(bench.namesOf(bench.takeBatch()), ElementsAre("t-0@0", "t-0@2"));
}

TEST(Dispatcher, AnOpenBreakerHandsOutNothingThenAFewThenEverything) {
  DispatcherBench bench(
      {}, {.failureRatio = 1.0, .window = 2, .openFor = Milliseconds{1'000}, .probes = 2});
  auto& partition = bench.open("t", 0);
  bench.give(partition, {{0}, {1}, {2}, {3}, {4}, {5}});
  for (int i = 0; i < 2; ++i) {
    bench.answer(bench.take(), HandlerResult::retry("down"));
  }
  EXPECT_TRUE(bench.stats().breakerOpen);
  EXPECT_EQ(bench.take(), nullptr);
  bench.advance(Milliseconds{999});
  EXPECT_EQ(bench.take(), nullptr);
  bench.advance(Milliseconds{1});
  const auto probes = bench.takeAll();
  EXPECT_EQ(probes.size(), 2);
  bench.answer(probes[0]);
  EXPECT_EQ(bench.take(), nullptr);
  bench.answer(probes[1]);
  EXPECT_FALSE(bench.stats().breakerOpen);
  EXPECT_EQ(bench.takeAll().size(), 2);
}

TEST(Dispatcher, ARecordThatFailsAgainAndAgainDoesNotOpenTheBreaker) {
  DispatcherBench bench({.retry = {.mode = RetryMode::kBlock}}, {.failureRatio = 1.0, .window = 2});
  bench.give(bench.open("t", 0), {{0, "k"}});
  for (int run = 0; run < 5; ++run) {
    auto* task = bench.take();
    ASSERT_NE(task, nullptr) << run;
    bench.answer(task, HandlerResult::retry("every time"));
    EXPECT_FALSE(bench.stats().breakerOpen) << run;
    bench.advance(Milliseconds{120'000});
  }
}

TEST(Dispatcher, ASlowHandlerIsNamedOnceAndListedAsLongAsItLasts) {
  DispatcherBench bench({.slowHandler = Milliseconds{30'000}});
  bench.give(bench.open("chat.acme", 3), {{17, "c-9"}, {18}});
  auto* const slow = bench.take();
  bench.clock.advance(std::chrono::seconds{41});
  auto* const quick = bench.take();
  EXPECT_THAT(bench.dispatcher->newlySlow(),
              ElementsAre("chat.acme-3 offset 17 key \"c-9\": 41 s"));
  EXPECT_THAT(bench.dispatcher->newlySlow(), IsEmpty());
  EXPECT_THAT(bench.stats().slowHandlers, ElementsAre(HasSubstr("offset 17")));
  EXPECT_EQ(bench.dispatcher->unfinished().unfinished, 2);
  EXPECT_THAT(bench.dispatcher->unfinished().hangingHandlers,
              ElementsAre(HasSubstr("offset 17"), HasSubstr("offset 18 key null")));
  bench.answer(slow);
  bench.answer(quick);
  EXPECT_THAT(bench.stats().slowHandlers, IsEmpty());
  EXPECT_EQ(bench.dispatcher->unfinished().unfinished, 0);
}

TEST(Dispatcher, AWorkerThatIsStoppedHandsItsResultsInAndEnds) {
  DispatcherBench bench;
  bench.give(bench.open("t", 0), {{0, "a"}, {1, "b"}});
  Work work;
  ASSERT_TRUE(bench.dispatcher->exchange(work));
  ASSERT_EQ(work.tasks.size(), 1);
  work.results = {HandlerResult::ack()};
  ASSERT_TRUE(bench.dispatcher->exchange(work));
  EXPECT_EQ(bench.stats().acked, 1);
  work.results = {HandlerResult::ack()};
  bench.dispatcher->stop();
  EXPECT_FALSE(bench.dispatcher->exchange(work));
  EXPECT_EQ(bench.stats().acked, 2);
  EXPECT_TRUE(work.tasks.empty());
}

TEST(Dispatcher, ManyWorkersRunEachRecordOnceAndKeepEachKeysOrder) {
  constexpr int kRecords = 4'000;
  constexpr int kKeys = 37;
  DispatcherBench bench({.threads = 4});
  std::mutex mutex;
  std::map<std::string, std::vector<std::int64_t>> seen;
  bench.dispatcher->connect({}, [&] {
    std::thread([&seen, &mutex, dispatcher = bench.dispatcher] {
      Work work;
      while (dispatcher->exchange(work)) {
        for (const auto* task : work.tasks) {
          const std::lock_guard lock(mutex);
          seen[std::string(*task->record.key)].push_back(task->record.offset);
        }
        work.results.assign(work.tasks.size(), HandlerResult::ack());
      }
      dispatcher->workerEnded(work);
    }).detach();
    return true;
  });
  auto& partition = bench.open("t", 0);
  std::vector<Given> records;
  for (int i = 0; i < kRecords; ++i) {
    records.push_back({i, std::to_string(i % kKeys)});
  }
  bench.give(partition, records);
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds{60};
  while (bench.stats().recordsInFlight > 0 && std::chrono::steady_clock::now() < deadline) {
    static_cast<void>(bench.dispatcher->tick());
    std::this_thread::yield();
  }
  bench.dispatcher->stop();
  ASSERT_TRUE(bench.dispatcher->waitForWorkers(deadline));
  bench.dispatcher->connect({}, {});
  std::size_t total = 0;
  for (const auto& [key, offsets] : seen) {
    EXPECT_TRUE(std::ranges::is_sorted(offsets)) << key;
    total += offsets.size();
  }
  EXPECT_EQ(total, kRecords);
  EXPECT_EQ(bench.stats().acked, kRecords);
}

}  // namespace
}  // namespace caas::kafka::consume
