// The server's small parts, without a network.

#include <atomic>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "http/server/answer_head.hpp"
#include "http/server/byte_budget.hpp"
#include "http/server/event_channel.hpp"
#include "http/server/gzip.hpp"
#include "http/server/in_buffer.hpp"
#include "http/server/worker_pool.hpp"

namespace caas::kafka::http {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

TEST(AnswerHead, HasWhatEveryAnswerHas) {
  Response page = Response::text("<p>", "text/html; charset=utf-8");
  const auto html = answerHead(page, {.requestId = "r1", .date = "today", .contentLength = 3});
  EXPECT_THAT(html, AllOf(HasSubstr("HTTP/1.1 200 OK\r\n"), HasSubstr("Content-Length: 3\r\n"),
                          HasSubstr("X-Request-Id: r1\r\n"), HasSubstr("Content-Security-Policy:"),
                          HasSubstr("X-Frame-Options: DENY"), Not(HasSubstr("Connection:")),
                          Not(HasSubstr("Strict-Transport-Security"))));
  const auto last =
      answerHead(Response::noContent(), {.keepAlive = false, .secure = true, .contentLength = 0});
  EXPECT_THAT(last, AllOf(HasSubstr("Connection: close"), HasSubstr("Strict-Transport-Security"),
                          Not(HasSubstr("Content-Length"))));
}

TEST(AnswerHead, NobodyAddsALineToIt) {
  Response response;
  response.headers.set("X-Note", "a\r\nSet-Cookie: b");
  response.headers.set("Cache-Control", "max-age=60");
  EXPECT_THAT(answerHead(response, {}),
              AllOf(Not(HasSubstr("Set-Cookie")), HasSubstr("Cache-Control: max-age=60"),
                    Not(HasSubstr("no-store"))));
}

TEST(AnswerHead, DatesAreThoseOfRfc9110) {
  EXPECT_EQ(httpDate(Timestamp{Milliseconds{784'111'777'000}}), "Sun, 06 Nov 1994 08:49:37 GMT");
}

TEST(ByteBudget, GivesBackWhatGoes) {
  ByteBudget budget(10);
  {
    ByteBudget::Charge first(budget);
    EXPECT_TRUE(first.take(6));
    ByteBudget::Charge second(budget);
    EXPECT_FALSE(second.take(5));
    EXPECT_TRUE(second.take(4));
    EXPECT_TRUE(budget.full());
    const ByteBudget::Charge moved = std::move(first);
    EXPECT_EQ(budget.used(), 10U);
    second.force(3);
    EXPECT_EQ(budget.used(), 13U);
  }
  EXPECT_EQ(budget.used(), 0U);
}

TEST(InBuffer, GrowsToItsBoundAndNoFurther) {
  InBuffer buffer(10'000);
  std::string all;
  while (!buffer.full()) {
    const auto room = buffer.room();
    ASSERT_GT(room.size(), 0U);
    const std::string text(room.size(), static_cast<char>('a' + all.size() % 26));
    std::ranges::copy(text, room.begin());
    buffer.filled(text.size());
    all += text;
  }
  EXPECT_EQ(buffer.unread(), all);
  EXPECT_EQ(all.size(), 10'000U);
  buffer.use(9'999);
  EXPECT_EQ(buffer.unread(), all.substr(9'999));
  EXPECT_GT(buffer.room().size(), 1'000U);
  buffer.use(1);
  buffer.release();
  EXPECT_TRUE(buffer.empty());
}

TEST(Gzip, OnlyWhenItGetsSmaller) {
  EXPECT_LT(gzipped(std::string(10'000, 'a'))->size(), 200U);
  EXPECT_FALSE(gzipped("ab"));
}

TEST(EventText, IsOneEvent) {
  EXPECT_EQ(eventText({.data = "x"}), "data: x\n\n");
  EXPECT_EQ(eventText({.data = ""}), "data: \n\n");
  EXPECT_EQ(eventText({.type = "a\nb", .data = "1\r\n2\r3\n", .id = "i\r"}),
            "id: i \nevent: a b\ndata: 1\ndata: 2\ndata: 3\n\n");
}

TEST(EventChannel, WaitsWhileTooMuchIsUnderWay) {
  std::atomic<int> woken{0};
  EventChannel channel(100, [&] { ++woken; });
  ASSERT_TRUE(channel.send({.data = std::string(80, 'a')}));
  ASSERT_TRUE(channel.send({.data = std::string(80, 'b')})) << "one event more than the bound";
  EXPECT_EQ(woken, 1) << "not once an event";
  std::atomic<bool> sent{false};
  std::thread handler([&] {
    EXPECT_TRUE(channel.send({.data = "c"}));
    sent = true;
  });
  EXPECT_EQ(channel.take().text.size(), 2U * (80U + 8U));
  EXPECT_FALSE(sent) << "what was taken is under way until it is written";
  channel.written();
  handler.join();
  EXPECT_EQ(channel.take().text, "data: c\n\n");
}

TEST(EventChannel, ClosingEndsEveryWait) {
  EventChannel channel(1, [] {});
  ASSERT_TRUE(channel.send({.data = "a"}));
  std::thread closer([&] { channel.close(); });
  EXPECT_FALSE(channel.send({.data = "b"}));
  EXPECT_FALSE(channel.waitFor(Milliseconds{60'000}));
  EXPECT_FALSE(channel.start());
  EXPECT_FALSE(channel.open());
  closer.join();
}

TEST(WorkerPool, DoesWhatWaitsBeforeItEnds) {
  std::atomic<int> done{0};
  {
    WorkerPool pool(2, 100);
    for (int i = 0; i < 50; ++i) {
      EXPECT_TRUE(pool.post([&] { ++done; }));
    }
  }
  EXPECT_EQ(done, 50);
}

}  // namespace
}  // namespace caas::kafka::http
