#include "consume/invoker.hpp"

#include <stdexcept>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "consume/dispatcher_bench.hpp"

namespace caas::kafka::consume {
namespace {

using bench::DispatcherBench;
using Kind = HandlerResult::Kind;
using testing::ElementsAre;
using testing::HasSubstr;

TEST(CallHandler, WhateverIsThrownIsARetry) {
  const ConsumedRecord record;
  const auto thrown = [&](Handler handler) { return callHandler(handler, record); };
  const auto known = thrown([](const auto&) -> HandlerResult { throw std::runtime_error("boom"); });
  EXPECT_EQ(known.kind(), Kind::kRetry);
  EXPECT_EQ(known.code(), "exception");
  EXPECT_EQ(known.message(), "boom");
  const auto odd = thrown([](const auto&) -> HandlerResult { throw 42; });
  EXPECT_EQ(odd.kind(), Kind::kRetry);
  EXPECT_EQ(odd.code(), "exception");
  EXPECT_EQ(thrown([](const auto&) { return HandlerResult::ack(); }).kind(), Kind::kAck);
}

/// Tasks of their own, with event types.
class InvokerTest : public ::testing::Test {
 protected:
  ~InvokerTest() override {
    for (auto* task : made_) {
      destroyTask(task);
    }
  }
  void add(std::string_view type, std::string_view value) {
    const std::vector<HeaderView> headers{{"caas.type", type}};
    made_.push_back(makeTask({.offset = 0, .value = value, .headers = headers}));
    work_.tasks.push_back(made_.back());
  }
  std::vector<std::string> run(Invoker& invoker) {
    invoker.run(*bench_.dispatcher, work_);
    std::vector<std::string> codes;
    for (const auto& result : work_.results) {
      codes.push_back(result.kind() == Kind::kAck ? "ack" : result.code());
    }
    return codes;
  }
  static Handler saying(std::string code) {
    return [code](const ConsumedRecord&) { return HandlerResult::retry("", code); };
  }

  DispatcherBench bench_;
  std::vector<Task*> made_;
  Work work_;
};

TEST_F(InvokerTest, EachTypeHasItsHandlerAndTheRestTheOther) {
  add("message", "1");
  add("typing", "2");
  add("unheard", "3");
  EXPECT_THAT(run(*makeInvoker({{"message", saying("m")}, {"typing", saying("t")}}, saying("r"))),
              ElementsAre("m", "t", "r"));
}

TEST_F(InvokerTest, WithoutAHandlerForItARecordIsAcknowledged) {
  add("typing", "1");
  add("message", "2");
  EXPECT_THAT(run(*makeInvoker({{"message", saying("m")}}, {})), ElementsAre("ack", "m"));
}

TEST_F(InvokerTest, ABatchHandlerAnswersForEachOrForAll) {
  for (int i = 0; i < 3; ++i) {
    add("message", std::to_string(i));
  }
  const auto each = makeBatchInvoker(
      [](auto records) {
        std::vector<HandlerResult> results;
        for (const auto* record : records) {
          results.push_back(HandlerResult::retry("", std::string(*record->value)));
        }
        return results;
      },
      10);
  EXPECT_THAT(run(*each), ElementsAre("0", "1", "2"));
  const auto all = makeBatchInvoker([](auto) { return std::vector{HandlerResult::ack()}; }, 10);
  EXPECT_THAT(run(*all), ElementsAre("ack", "ack", "ack"));
  EXPECT_EQ(all->batch(), 10);
}

TEST_F(InvokerTest, ABatchHandlerThatThrowsOrMiscountsHasFailedForAll) {
  add("message", "1");
  add("message", "2");
  add("message", "3");
  const auto throws = makeBatchInvoker(
      [](auto) -> std::vector<HandlerResult> { throw std::runtime_error("x"); }, 9);
  EXPECT_THAT(run(*throws), ElementsAre("exception", "exception", "exception"));
  const auto two = makeBatchInvoker([](auto) { return std::vector<HandlerResult>(2); }, 9);
  EXPECT_THAT(run(*two), ElementsAre("bad_batch_result", "bad_batch_result", "bad_batch_result"));
  EXPECT_THAT(work_.results[0].message(), HasSubstr("2 results for 3 records"));
  const auto none = makeBatchInvoker([](auto) { return std::vector<HandlerResult>(); }, 9);
  EXPECT_THAT(run(*none), ElementsAre("bad_batch_result", "bad_batch_result", "bad_batch_result"));
}

TEST(AsyncInvoker, AnswersComeThroughTheCompletionsInAnyOrder) {
  DispatcherBench bench;
  std::vector<Completion> open;
  const auto invoker = makeAsyncInvoker(
      [&](const ConsumedRecord&, Completion completion) { open.push_back(std::move(completion)); });
  auto& partition = bench.open("t", 0);
  bench.give(partition, {{0, "a"}, {1, "b"}});
  for (int i = 0; i < 2; ++i) {
    Work work;
    ASSERT_TRUE(bench.dispatcher->exchange(work));
    invoker->run(*bench.dispatcher, work);
    EXPECT_TRUE(work.tasks.empty()) << "they may be gone already";
    EXPECT_TRUE(work.results.empty());
  }
  EXPECT_EQ(bench.stats().handlersInFlight, 2);
  open[1].ack();
  open[0].complete(HandlerResult::reject("no"));
  EXPECT_EQ(bench.stats().acked, 1);
  EXPECT_EQ(bench.stats().handlersInFlight, 0);
  ASSERT_EQ(bench.route->copies.size(), 1);
  EXPECT_EQ(bench.route->copies[0].offset, 0);
}

TEST(AsyncInvoker, AHandlerThatThrowsHasDroppedItsCompletion) {
  DispatcherBench bench;
  const auto invoker =
      makeAsyncInvoker([](const ConsumedRecord&, Completion) { throw std::runtime_error("x"); });
  bench.give(bench.open("t", 0), {{0, "a"}});
  Work work;
  ASSERT_TRUE(bench.dispatcher->exchange(work));
  invoker->run(*bench.dispatcher, work);
  ASSERT_EQ(bench.route->copies.size(), 1);
  EXPECT_EQ(bench.route->copies[0].code, "dropped");
}

TEST(AsyncInvoker, NeedsFewThreads) {
  const auto async = makeAsyncInvoker([](const ConsumedRecord&, Completion) {});
  EXPECT_LT(async->threads(1'000), 1'000);
  EXPECT_EQ(async->threads(1), 1);
  EXPECT_EQ(makeInvoker({}, [](const auto&) { return HandlerResult::ack(); })->threads(64), 64);
}

}  // namespace
}  // namespace caas::kafka::consume
