// The server on loopback: what well-behaved clients see.

#include "http/server/server.hpp"

#include <zlib.h>

#include <gmock/gmock.h>

#include "http/server/server_fixture.hpp"

namespace caas::kafka::http {
namespace {

using test::RawClient;
using ::testing::HasSubstr;

std::string unzipped(const std::string& text) {
  z_stream stream{};
  EXPECT_EQ(inflateInit2(&stream, 16 + MAX_WBITS), Z_OK);
  std::string out(1'000'000, '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));  // NOLINT
  stream.avail_in = static_cast<uInt>(text.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  EXPECT_EQ(inflate(&stream, Z_FINISH), Z_STREAM_END);
  out.resize(stream.total_out);
  inflateEnd(&stream);
  return out;
}

TEST_F(ServerTest, AnswersWithWhatEveryAnswerHas) {
  start();
  RawClient client(port);
  client.request("GET /hello HTTP/1.1", "X-Request-Id: my-id:1\r\n");
  const auto answer = client.answer();
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->status, 200);
  EXPECT_EQ(answer->body, R"({"hello":"local"})");
  EXPECT_EQ(answer->headers.at("x-request-id"), "my-id:1");
  EXPECT_EQ(answer->headers.at("x-content-type-options"), "nosniff");
  EXPECT_EQ(answer->headers.at("cache-control"), "no-store");
  EXPECT_THAT(answer->headers.at("date"), HasSubstr(" GMT"));
  EXPECT_EQ(answer->headers.count("connection"), 0U);
}

TEST_F(ServerTest, RequestIdsThatAreNoneAreReplaced) {
  start();
  RawClient client(port);
  client.request("GET /hello HTTP/1.1", "X-Request-Id: a b<script>\r\n");
  EXPECT_EQ(client.answer()->headers.at("x-request-id").size(), 36U);
}

TEST_F(ServerTest, KeepsAliveAndAnswersPipelinedRequestsInOrder) {
  start();
  RawClient client(port);
  std::string many;
  for (int i = 0; i < 50; ++i) {
    many +=
        "POST /echo HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
        "Content-Length: " +
        std::to_string(i + 1) + "\r\n\r\n" + std::string(static_cast<std::size_t>(i), ' ') + "1";
  }
  client.send(many);
  for (int i = 0; i < 50; ++i) {
    const auto answer = client.answer();
    ASSERT_TRUE(answer) << i;
    EXPECT_EQ(answer->body, "{\"bytes\":" + std::to_string(i + 1) + "}");
  }
}

TEST_F(ServerTest, HeadHasTheHeadersAndNoBody) {
  start();
  RawClient client(port);
  client.request("HEAD /hello HTTP/1.1");
  const auto head = client.answer(true);
  ASSERT_TRUE(head);
  EXPECT_EQ(head->status, 200);
  EXPECT_EQ(head->headers.at("content-length"), "17");
  client.request("HEAD /nothing HTTP/1.1");
  EXPECT_EQ(client.answer(true)->status, 404);
  client.request("GET /hello HTTP/1.1");
  EXPECT_EQ(client.answer()->status, 200) << "the connection is still in step";
}

TEST_F(ServerTest, OptionsAndMethods) {
  start();
  RawClient client(port);
  client.request("OPTIONS /echo HTTP/1.1");
  EXPECT_EQ(client.answer()->headers.at("allow"), "OPTIONS, POST");
  client.request("OPTIONS * HTTP/1.1");
  EXPECT_EQ(client.answer()->status, 204);
  client.request("DELETE /hello HTTP/1.1");
  const auto refused = client.answer();
  EXPECT_EQ(refused->status, 405);
  EXPECT_EQ(refused->headers.at("allow"), "GET, HEAD, OPTIONS");
  EXPECT_EQ(refused->headers.at("content-type"), "application/problem+json");
}

TEST_F(ServerTest, OldClientsCloseUnlessTheyAskOtherwise) {
  start();
  RawClient once(port);
  once.send("GET /hello HTTP/1.0\r\n\r\n");
  EXPECT_EQ(once.answer()->headers.at("connection"), "close");
  EXPECT_TRUE(once.ends());
  RawClient stays(port);
  stays.send("GET /hello HTTP/1.0\r\nHost: localhost\r\nConnection: keep-alive\r\n\r\n");
  EXPECT_EQ(stays.answer()->headers.at("connection"), "keep-alive");
  stays.request("GET /hello HTTP/1.1", "Connection: close\r\n");
  EXPECT_EQ(stays.answer()->headers.at("connection"), "close");
  EXPECT_TRUE(stays.ends());
}

TEST_F(ServerTest, LargeAnswersAreCompressedForThoseWhoTakeIt) {
  start();
  RawClient client(port);
  client.request("GET /large HTTP/1.1");
  const auto plain = client.answer();
  EXPECT_GT(plain->body.size(), 200'000U);
  EXPECT_EQ(plain->headers.at("vary"), "Accept-Encoding");
  client.request("GET /large HTTP/1.1", "Accept-Encoding: br, gzip\r\n");
  const auto small = client.answer();
  EXPECT_EQ(small->headers.at("content-encoding"), "gzip");
  EXPECT_LT(small->body.size(), 5'000U);
  EXPECT_EQ(unzipped(small->body), plain->body);
  client.request("GET /hello HTTP/1.1", "Accept-Encoding: gzip\r\n");
  EXPECT_EQ(client.answer()->headers.count("content-encoding"), 0U);
}

TEST_F(ServerTest, ChunkedBodiesAndExpectations) {
  start();
  RawClient client(port);
  client.send(
      "POST /echo HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
      "Transfer-Encoding: chunked\r\nExpect: 100-continue\r\n\r\n");
  EXPECT_EQ(client.answer()->status, 100);
  client.send("3\r\n\"ab\r\n2;x=y\r\nc\"\r\n0\r\nTrailer: x\r\n\r\n");
  EXPECT_EQ(client.answer()->body, R"({"bytes":5})");
  client.request("POST /echo HTTP/1.1",
                 "Content-Type: application/json\r\nExpect: the-unexpected\r\n", "1");
  EXPECT_EQ(client.answer()->status, 417);
}

TEST_F(ServerTest, AHandlerThatThrowsIsAProblemAndNoMore) {
  start();
  RawClient client(port);
  client.request("GET /throws HTTP/1.1");
  const auto answer = client.answer();
  EXPECT_EQ(answer->status, 500);
  EXPECT_THAT(answer->body, ::testing::Not(HasSubstr("boom")));
  client.request("GET /hello HTTP/1.1");
  EXPECT_EQ(client.answer()->status, 200);
}

TEST_F(ServerTest, BlockingHandlersHoldUpNobodyAndTheirQueueIsBounded) {
  start();
  std::vector<RawClient> slow;
  for (int i = 0; i < 2; ++i) {
    slow.emplace_back(port).request("GET /slow HTTP/1.1");
  }
  ASSERT_TRUE(eventually([&] { return hold.waiting == 2; }));
  slow.emplace_back(port).request("GET /slow HTTP/1.1");  // the one that may wait
  RawClient other(port);
  ASSERT_TRUE(eventually([&] {
    RawClient full(port);
    full.request("GET /slow HTTP/1.1", "Connection: close\r\n");
    pollfd waiting{.fd = full.fd(), .events = POLLIN, .revents = 0};
    if (::poll(&waiting, 1, 100) != 1) {
      return false;
    }
    const auto answer = full.answer();
    return answer && answer->status == 503 && answer->headers.at("retry-after") == "1";
  }));
  other.request("GET /hello HTTP/1.1");
  EXPECT_EQ(other.answer()->status, 200);
  hold.release();
  for (auto& client : slow) {
    EXPECT_EQ(client.answer()->body, R"({"slow":true})");
  }
}

TEST_F(ServerTest, AsynchronousAnswersComeFromAnyThreadAndOnce) {
  start();
  RawClient client(port);
  client.request("GET /later HTTP/1.1");
  ASSERT_TRUE(eventually([&] {
    const std::lock_guard lock(mutex);
    return responders.size() == 1;
  }));
  std::thread([&] {
    responders.front().answer(Response::json({{"first", true}}));
    responders.front().answer(Response::json({{"second", true}}));
  }).join();
  EXPECT_EQ(client.answer()->body, R"({"first":true})");
  responders.clear();
  client.request("GET /later HTTP/1.1");
  ASSERT_TRUE(eventually([&] {
    const std::lock_guard lock(mutex);
    return responders.size() == 1;
  }));
  responders.clear();
  EXPECT_EQ(client.answer()->status, 500) << "dropped without an answer";
}

TEST_F(ServerTest, AnAnswerThatDoesNotComeInTimeIs504) {
  slowTimeout = Milliseconds{30};
  start();
  RawClient client(port);
  client.request("GET /slow HTTP/1.1");
  const auto answer = client.answer();
  EXPECT_EQ(answer->status, 504);
  EXPECT_THAT(answer->body, HasSubstr("no answer within 30 ms"));
  client.request("GET /hello HTTP/1.1");
  EXPECT_EQ(client.answer()->status, 200);
}

TEST_F(ServerTest, StreamsEventsUntilTheHandlerReturns) {
  start();
  RawClient client(port);
  client.request("GET /events HTTP/1.1");
  const auto head = client.answer();
  ASSERT_TRUE(head);
  EXPECT_EQ(head->status, 200);
  EXPECT_THAT(head->headers.at("content-type"), HasSubstr("text/event-stream"));
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(client.text("\n\n"), "id: 7\nevent: tick\ndata: a\ndata: b\n\n");
  }
  EXPECT_TRUE(client.ends());
}

TEST_F(ServerTest, AStreamThatFailsBeforeItsFirstEventIsAProblem) {
  start();
  RawClient early(port);
  early.request("GET /events?mode=fail HTTP/1.1");
  EXPECT_EQ(early.answer()->status, 404);
  RawClient late(port);
  late.request("GET /events?mode=late-fail HTTP/1.1");
  EXPECT_EQ(late.answer()->status, 200);
  const auto text = late.text("event: error\n");
  ASSERT_TRUE(text);
  EXPECT_THAT(*late.text("\n\n"), HasSubstr("\"code\":\"timeout\""));
}

TEST_F(ServerTest, DrainingAnswersWhatWasAcceptedAndRefusesTheRest) {
  start();
  RawClient accepted(port);
  RawClient idle(port);
  idle.request("GET /hello HTTP/1.1");
  EXPECT_EQ(idle.answer()->status, 200);
  accepted.request("GET /slow HTTP/1.1");
  ASSERT_TRUE(eventually([&] { return hold.waiting == 1; }));
  std::size_t left = 99;
  std::thread draining([&] { left = server->drain(Milliseconds{20'000}); });
  ASSERT_TRUE(eventually([&] {
    RawClient late(port);
    late.request("GET /hello HTTP/1.1");
    const auto answer = late.answer();
    return answer && answer->status == 503 && answer->headers.at("connection") == "close";
  }));
  idle.request("GET /hello HTTP/1.1");
  EXPECT_EQ(idle.answer()->status, 503);
  EXPECT_TRUE(idle.ends());
  RawClient probe(port);
  probe.request("GET /livez HTTP/1.1");
  EXPECT_EQ(probe.answer()->status, 200) << "probes see it to its end";
  hold.release();
  draining.join();
  EXPECT_EQ(left, 0U);
  EXPECT_EQ(accepted.answer()->body, R"({"slow":true})");
}

TEST_F(ServerTest, DrainingGivesUpAtItsDeadlineAndSaysHowManyAreLeft) {
  start();
  RawClient stuck(port);
  stuck.request("GET /slow HTTP/1.1");
  ASSERT_TRUE(eventually([&] { return hold.waiting == 1; }));
  EXPECT_EQ(server->drain(Milliseconds{20}), 1U);
}

TEST_F(ServerTest, APortInUseIsSaidWithTheSetting) {
  start();
  ListenOptions listen{.address = "127.0.0.1:" + std::to_string(port), .setting = "HTTP_LISTEN"};
  const auto second = Server::start({listen});
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code, ErrorCode::kIo);
  EXPECT_THAT(second.error().message, HasSubstr("the port is in use"));
  EXPECT_THAT(second.error().hint, HasSubstr("HTTP_LISTEN"));
  EXPECT_FALSE(Server::start({{.address = "no.such.host.invalid:80", .setting = "HTTP_LISTEN"}}));
}

}  // namespace
}  // namespace caas::kafka::http
