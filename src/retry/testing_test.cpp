#include "caas/kafka/testing.hpp"

#include <stdexcept>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace caas::kafka {
namespace {

using Next = HandledRecord::Next;
using std::chrono::minutes;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

HandlerResult acking(const ConsumedRecord&) { return HandlerResult::ack(); }

/// No jitter: delays are what the policy says.
HandlerTesterOptions exact(RetryMode mode = RetryMode::kDivert) {
  HandlerTesterOptions options;
  options.consumer.retry.mode = mode;
  options.consumer.retry.jitter = 0;
  return options;
}

std::vector<std::string> valuesOf(const std::vector<HandledRecord>& runs) {
  std::vector<std::string> values;
  for (const auto& run : runs) {
    values.push_back(run.value.value_or("null"));
  }
  return values;
}

std::string headerOf(const ReceivedRecord& record, std::string_view name) {
  return std::string(record.header(name).value_or("-"));
}

TEST(HandlerTester, TypedEventsArriveAsThePublisherWritesThem) {
  std::string value;
  std::string key;
  HandlerTester tester([&](const ConsumedRecord& record) {
    EXPECT_EQ(record.topic, "chat.messages.acme");
    EXPECT_EQ(record.entry, "chat.messages");
    EXPECT_EQ(record.tenant, "acme");
    EXPECT_EQ(record.type, "message");
    EXPECT_EQ(record.attempt, 1);
    value = record.value.value_or("");
    key = record.key.value_or("");
    return HandlerResult::ack();
  });
  const auto acme = *TenantId::parse("acme");
  ASSERT_TRUE(
      tester.publish(acme, ChatMessage{.conversationId = "c-1", .userId = "u-1", .text = "hello"}));
  const auto runs = tester.run();
  ASSERT_THAT(runs, SizeIs(1));
  EXPECT_EQ(runs[0].next, Next::kDone);
  EXPECT_EQ(key, "c-1");
  const auto event = eventFromJson("message", value);
  ASSERT_TRUE(event) << value;
  EXPECT_EQ(std::get<std::string>(event->fields.at("text")), "hello");
  EXPECT_EQ(tester.committed("chat.messages.acme", runs[0].partition), 1);
  EXPECT_EQ(tester.unfinished(), 0);
}

TEST(HandlerTester, WrongEventsAreRefusedAsByThePublisher) {
  HandlerTester tester{Handler(acking)};
  const auto acme = *TenantId::parse("acme");
  EXPECT_FALSE(tester.publish(acme, ChatMessage{.conversationId = "c-1"}));
  EXPECT_FALSE(tester.publish(ChatMessage{.conversationId = "c", .userId = "u", .text = "t"}));
  EXPECT_FALSE(tester.publish(acme, PlatformEvent{.name = "x"}));
  EXPECT_TRUE(tester.publish(PlatformEvent{.name = "tenant.created"}));
  EXPECT_FALSE(tester.publish(TestRecord{}));
  EXPECT_THAT(tester.run(), SizeIs(1));
}

TEST(HandlerTester, ARecordGoesThroughTheTiersInTheirTimeAndThenToTheDlq) {
  HandlerTester tester([](const ConsumedRecord&) { return HandlerResult::retry("no", "down"); },
                       exact());
  ASSERT_TRUE(tester.publish({.topic = "orders", .key = "k", .value = "v"}));
  auto runs = tester.run();
  ASSERT_THAT(runs, SizeIs(1));
  EXPECT_EQ(runs[0].next, Next::kRetryTopic);
  EXPECT_EQ(runs[0].copiedTo, "internal.retry");
  EXPECT_EQ(runs[0].delay, Milliseconds{1'000});
  EXPECT_EQ(tester.committed("orders"), 1) << "its copy is there";
  EXPECT_THAT(tester.advance(Milliseconds{999}), IsEmpty());
  int attempt = 2;
  Timestamp last = runs[0].at;
  for (const auto delay : {Milliseconds{1'000}, Milliseconds{minutes{1}}, Milliseconds{minutes{5}},
                           Milliseconds{minutes{30}}}) {
    runs = tester.advance(delay);
    ASSERT_THAT(runs, SizeIs(1)) << attempt;
    EXPECT_EQ(runs[0].attempt, attempt++);
    EXPECT_EQ(runs[0].topic, "orders") << "as it was published";
    EXPECT_EQ(runs[0].offset, 0);
    EXPECT_EQ(runs[0].at - last, delay) << "neither early nor late";
    last = runs[0].at;
  }
  EXPECT_EQ(runs[0].next, Next::kDlq);
  EXPECT_EQ(runs[0].reason, DlqReason::kExhausted);
  EXPECT_EQ(tester.unfinished(), 0);
  const auto dead = tester.written("internal.dlq");
  ASSERT_THAT(dead, SizeIs(1));
  EXPECT_EQ(dead[0].value, "v");
  EXPECT_EQ(headerOf(dead[0], "caas.dlq.reason"), "exhausted");
  EXPECT_EQ(headerOf(dead[0], "caas.attempt"), "5");
  EXPECT_EQ(headerOf(dead[0], "caas.origin.topic"), "orders");
  EXPECT_EQ(headerOf(dead[0], "caas.origin.group"), "test");
  EXPECT_EQ(headerOf(dead[0], "caas.error.code"), "down");
  // One way, one id.
  const auto first = tester.written("internal.retry");
  ASSERT_THAT(first, SizeIs(1));
  EXPECT_EQ(headerOf(first[0], "caas.id"), headerOf(dead[0], "caas.id"));
  EXPECT_EQ(headerOf(first[0], "caas.first-failed-at"), headerOf(dead[0], "caas.first-failed-at"));
}

TEST(HandlerTester, JitterOnlyLengthensDelays) {
  HandlerTesterOptions options;
  options.consumer.retry.jitter = 0.5;
  HandlerTester tester([](const ConsumedRecord&) { return HandlerResult::retry("no"); }, options);
  for (int i = 0; i < 20; ++i) {
    ASSERT_TRUE(tester.publish({.topic = "orders", .value = "v"}));
  }
  bool lengthened = false;
  for (const auto& run : tester.run()) {
    EXPECT_GE(run.delay, Milliseconds{1'000});
    EXPECT_LE(run.delay, Milliseconds{1'500});
    lengthened = lengthened || run.delay > Milliseconds{1'000};
  }
  EXPECT_TRUE(lengthened);
}

TEST(HandlerTester, RejectsAndRejectCodesGoToTheDlqAtOnce) {
  auto options = exact();
  options.consumer.retry.rejectCodes = {"gone"};
  HandlerTester tester(
      [](const ConsumedRecord& record) {
        return record.value == "bad" ? HandlerResult::reject("no", "bad")
                                     : HandlerResult::retry("no", "gone");
      },
      options);
  ASSERT_TRUE(tester.publish({.topic = "orders", .value = "bad"}));
  ASSERT_TRUE(tester.publish({.topic = "orders", .value = "gone"}));
  for (const auto& run : tester.run()) {
    EXPECT_EQ(run.next, Next::kDlq);
    EXPECT_EQ(run.reason, DlqReason::kRejected);
    EXPECT_EQ(run.copiedTo, "internal.dlq");
  }
  EXPECT_THAT(tester.written("internal.dlq"), SizeIs(2));
  EXPECT_THAT(tester.advance(minutes{60}), IsEmpty());
}

TEST(HandlerTester, WhatIsThrownIsARetry) {
  HandlerTester tester(
      [](const ConsumedRecord&) -> HandlerResult { throw std::runtime_error("boom"); }, exact());
  ASSERT_TRUE(tester.publish({.topic = "orders"}));
  const auto runs = tester.run();
  ASSERT_THAT(runs, SizeIs(1));
  EXPECT_EQ(runs[0].result.code(), "exception");
  EXPECT_EQ(runs[0].result.message(), "boom");
  EXPECT_EQ(runs[0].next, Next::kRetryTopic);
}

TEST(HandlerTester, DivertedRecordsAreOvertakenAndBlockedOnesAreNot) {
  for (const auto mode : {RetryMode::kDivert, RetryMode::kBlock}) {
    HandlerTester tester(
        [](const ConsumedRecord& record) {
          return record.value == "1" && record.attempt == 1 ? HandlerResult::retry("no")
                                                            : HandlerResult::ack();
        },
        exact(mode));
    for (const char* value : {"1", "2", "3"}) {
      ASSERT_TRUE(tester.publish({.topic = "orders", .key = "k", .value = value}));
    }
    ASSERT_TRUE(tester.publish({.topic = "orders", .key = "other", .value = "x"}));
    const auto first = tester.run();
    const auto later = tester.advance(Milliseconds{1'000});
    if (mode == RetryMode::kDivert) {
      EXPECT_THAT(valuesOf(first), ElementsAre("1", "x", "2", "3"));
      EXPECT_THAT(valuesOf(later), ElementsAre("1"));
    } else {
      EXPECT_THAT(valuesOf(first), ElementsAre("1", "x"));
      EXPECT_EQ(first[0].next, Next::kAgainInPlace);
      EXPECT_THAT(valuesOf(later), ElementsAre("1", "2", "3"));
    }
  }
}

TEST(HandlerTester, AsynchronousAnswersComeInAnyOrderAndAKeyWaits) {
  std::vector<std::pair<std::string, Completion>> open;
  HandlerTester tester(
      [&](const ConsumedRecord& record, Completion completion) {
        open.emplace_back(*record.value, std::move(completion));
      },
      exact());
  for (const char* value : {"a1", "a2", "b1"}) {
    ASSERT_TRUE(tester.publish(
        {.topic = "orders", .key = std::string(1, value[0]), .value = std::string(value)}));
  }
  EXPECT_THAT(tester.run(), IsEmpty());
  ASSERT_THAT(open, SizeIs(2)) << "a2 waits for a1";
  open[1].second.ack();
  EXPECT_THAT(valuesOf(tester.run()), ElementsAre("b1"));
  EXPECT_EQ(tester.committed("orders"), 0);
  open[0].second.complete(HandlerResult::retry("later"));
  const auto runs = tester.run();
  ASSERT_THAT(runs, SizeIs(1));
  EXPECT_EQ(runs[0].copiedTo, "internal.retry");
  ASSERT_THAT(open, SizeIs(3));
  EXPECT_EQ(open[2].first, "a2");
}

TEST(HandlerTester, AnswersOfOtherThreadsAreWaitedFor) {
  std::vector<std::jthread> threads;
  HandlerTester tester([&](const ConsumedRecord&, Completion completion) {
    threads.emplace_back(
        [answer = std::make_shared<Completion>(std::move(completion))] { answer->ack(); });
  });
  for (int i = 0; i < 5; ++i) {
    ASSERT_TRUE(tester.publish({.topic = "orders", .key = "k"}));
  }
  EXPECT_THAT(tester.waitForAnswers(), SizeIs(5));
  EXPECT_EQ(tester.unfinished(), 0);
}

TEST(HandlerTester, AnAnswerAfterTheTestersEndIsDropped) {
  std::optional<Completion> kept;
  {
    HandlerTester tester(
        [&](const ConsumedRecord&, Completion completion) { kept = std::move(completion); });
    ASSERT_TRUE(tester.publish({.topic = "orders"}));
    EXPECT_THAT(tester.run(), IsEmpty());
    EXPECT_EQ(tester.unfinished(), 1);
  }
  kept->complete(HandlerResult::retry("too late"));
}

TEST(HandlerTester, ABatchHandlerGetsWhatIsReady) {
  std::vector<std::size_t> sizes;
  HandlerTesterOptions options;
  options.consumer.maxBatchRecords = 3;
  HandlerTester tester(
      [&](std::span<const ConsumedRecord* const> records) {
        sizes.push_back(records.size());
        return std::vector{HandlerResult::ack()};
      },
      options);
  for (int i = 0; i < 4; ++i) {
    ASSERT_TRUE(tester.publish({.topic = "orders", .key = "k", .value = std::to_string(i)}));
  }
  EXPECT_THAT(valuesOf(tester.run()), ElementsAre("0", "1", "2", "3"));
  EXPECT_THAT(sizes, ElementsAre(3, 1));
}

TEST(HandlerTester, AForwardingHandlersOutputsAreWrittenWithTheAck) {
  HandlerTester tester(
      [](const ConsumedRecord& record) {
        ForwardResult forwarded;
        forwarded.outputs.push_back({.topic = "out", .value = std::string(*record.value)});
        if (record.value == "bad" && record.attempt == 1) {
          forwarded.result = HandlerResult::retry("no");
        }
        return forwarded;
      },
      exact());
  ASSERT_TRUE(tester.publish({.topic = "orders", .key = "a", .value = "bad"}));
  ASSERT_TRUE(tester.publish({.topic = "orders", .key = "b", .value = "good"}));
  EXPECT_THAT(tester.run(), SizeIs(2));
  ASSERT_THAT(tester.written("out"), SizeIs(1)) << "a failed handler's outputs are not written";
  EXPECT_EQ(tester.written("out")[0].value, "good");
  EXPECT_EQ(tester.committed("orders"), 2);
  EXPECT_THAT(valuesOf(tester.advance(Milliseconds{1'000})), ElementsAre("bad"));
  EXPECT_THAT(tester.written("out"), SizeIs(2));
}

TEST(HandlerTester, HandlersOfEventTypesGetTheirs) {
  std::vector<std::string> heard;
  const auto hearing = [&](std::string name) {
    return [&heard, name](const ConsumedRecord&) {
      heard.push_back(name);
      return HandlerResult::ack();
    };
  };
  HandlerTester tester({{"typing", hearing("typing")}, {"reaction", hearing("reaction")}});
  const auto acme = *TenantId::parse("acme");
  ASSERT_TRUE(tester.publish(acme, Typing{.conversationId = "c", .userId = "u"}));
  ASSERT_TRUE(
      tester.publish(acme, ReadReceipt{.conversationId = "c", .messageId = "m", .userId = "u"}));
  EXPECT_THAT(tester.run(), SizeIs(2)) << "what nobody handles is acknowledged";
  EXPECT_THAT(heard, ElementsAre("typing"));
}

TEST(HandlerTester, WithoutReadingRetriesCopiesStayWhereTheyAre) {
  auto options = exact();
  options.consumer.readRetries = false;
  HandlerTester tester([](const ConsumedRecord&) { return HandlerResult::retry("no"); }, options);
  ASSERT_TRUE(tester.publish({.topic = "orders"}));
  EXPECT_THAT(tester.run(), SizeIs(1));
  EXPECT_THAT(tester.advance(minutes{1}), IsEmpty());
  EXPECT_THAT(tester.written("internal.retry"), SizeIs(1));
}

TEST(HandlerTester, AnEmptyHandlerAndAPolicyThatCannotBeAreTold) {
  HandlerTester empty{Handler()};
  const auto refused = empty.publish({.topic = "orders"});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::kInvalidArgument);
  EXPECT_THAT(empty.run(), IsEmpty());
  HandlerTesterOptions options;
  options.consumer.retry.jitter = 2;
  HandlerTester wrong{Handler(acking), options};
  const auto policy = wrong.publish({.topic = "orders"});
  ASSERT_FALSE(policy);
  EXPECT_EQ(policy.error().code, ErrorCode::kInvalidConfiguration);
}

}  // namespace
}  // namespace caas::kafka
