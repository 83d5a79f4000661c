// The server on loopback: what badly behaved clients see, and that others do not.

#include <chrono>
#include <thread>

#include <gmock/gmock.h>

#include "http/server/server_fixture.hpp"

namespace caas::kafka::http {
namespace {

using test::RawClient;
using ::testing::HasSubstr;

class ServerAbuse : public ServerTest {
 protected:
  int statusOf(std::string_view text) {
    RawClient client(port);
    client.send(text);
    const auto answer = client.answer();
    return answer ? answer->status : 0;
  }
  void expectWorks() {
    RawClient client(port);
    client.request("GET /hello HTTP/1.1");
    const auto answer = client.answer();
    ASSERT_TRUE(answer);
    EXPECT_EQ(answer->status, 200);
  }
};

TEST_F(ServerAbuse, WhatIsNotHttpIsRefused) {
  start();
  EXPECT_EQ(statusOf("\x16\x03\x01\x02\x00 TLS hello\r\n\r\n"), 400);
  EXPECT_EQ(statusOf("GET /hello HTTP/2.0\r\n\r\n"), 505);
  EXPECT_EQ(statusOf("GET  HTTP/1.1\r\n\r\n"), 400);
  EXPECT_EQ(statusOf("GET hello HTTP/1.1\r\nHost: localhost\r\n\r\n"), 400);
  EXPECT_EQ(statusOf("GET /hello HTTP/1.1\r\n\r\n"), 400) << "no Host";
  EXPECT_EQ(statusOf("GET /hello HTTP/1.1\r\nHost: localhost\r\nHost: localhost\r\n\r\n"), 400);
  EXPECT_EQ(statusOf("GET /hello HTTP/1.1\r\nHost localhost\r\n\r\n"), 400);
  EXPECT_EQ(statusOf("\r\nGET http://localhost/hello HTTP/1.1\r\nHost: x\r\n\r\n"), 200);
  expectWorks();
}

TEST_F(ServerAbuse, TwoWaysToSayHowLongABodyIsAreNone) {
  start();
  const std::string post =
      "POST /echo HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n";
  EXPECT_EQ(statusOf(post + "Content-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
            400);
  EXPECT_EQ(statusOf(post + "Content-Length: 1\r\nContent-Length: 2\r\n\r\n11"), 400);
  EXPECT_EQ(statusOf(post + "Content-Length: -1\r\n\r\n1"), 400);
  EXPECT_EQ(statusOf(post + "Transfer-Encoding: gzip\r\n\r\n1"), 400);
  EXPECT_EQ(statusOf(post + "Transfer-Encoding: chunked\r\n\r\nxyz\r\n"), 400);
  EXPECT_EQ(statusOf(post + "\r\n"), 411);
  expectWorks();
}

/// Beast asserts that the end comes whole where it follows nothing.
TEST_F(ServerAbuse, AnEmptyBodyInChunksMayComeByteByByte) {
  start();
  for (const std::string_view end : {"0\r\n\r\n", "0\r\nTrailer: x\r\n\r\n", "00\r\n\r\n"}) {
    RawClient client(port);
    client.send(
        "POST /echo HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
        "Transfer-Encoding: chunked\r\n\r\n");
    for (const char byte : end) {
      client.send(std::string_view(&byte, 1));
      std::this_thread::sleep_for(std::chrono::milliseconds{20});
    }
    const auto answer = client.answer();
    ASSERT_TRUE(answer) << end;
    EXPECT_EQ(answer->status, 400) << "no JSON";
  }
  expectWorks();
}

TEST_F(ServerAbuse, HeadsAreBounded) {
  start();
  EXPECT_EQ(statusOf("GET /" + std::string(9'000, 'a') + " HTTP/1.1\r\nHost: localhost\r\n\r\n"),
            414);
  EXPECT_EQ(statusOf("GET /" + std::string(100'000, 'a')), 414);
  EXPECT_EQ(statusOf("GET /hello HTTP/1.1\r\nHost: localhost\r\nX: " + std::string(20'000, 'a') +
                     "\r\n\r\n"),
            431);
  std::string fields;
  for (int i = 0; i < 200; ++i) {
    fields += "X-" + std::to_string(i) + ": 1\r\n";
  }
  EXPECT_EQ(statusOf("GET /hello HTTP/1.1\r\nHost: localhost\r\n" + fields + "\r\n"), 431);
  // A line at a time: the bound is for all of them together.
  RawClient client(port);
  client.send("GET /hello HTTP/1.1\r\nHost: localhost\r\n");
  const std::string line = "X: " + std::string(3'000, 'a') + "\r\n";
  for (int i = 0; i < 10 && client.send(line); ++i) {
  }
  EXPECT_EQ(client.answer()->status, 431);
  expectWorks();
}

TEST_F(ServerAbuse, BodiesAreBounded) {
  start();
  const std::string post =
      "POST /echo HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n";
  EXPECT_EQ(statusOf(post + "Content-Length: 1000001\r\n\r\n"), 413);
  RawClient client(port);
  client.send(post + "Transfer-Encoding: chunked\r\n\r\n");
  const std::string chunk = "10000\r\n" + std::string(65'536, ' ') + "\r\n";
  for (int i = 0; i < 40 && client.send(chunk); ++i) {
  }
  const auto answer = client.answer();
  ASSERT_TRUE(answer) << "the answer is not lost to what was still sent";
  EXPECT_EQ(answer->status, 413);
  EXPECT_TRUE(client.ends());
  RawClient get(port);
  get.request("GET /hello HTTP/1.1", {}, "body");
  EXPECT_EQ(get.answer()->status, 400);
}

TEST_F(ServerAbuse, AllBodiesTogetherAreBounded) {
  limits.mostBodyBytesInAll = 300'000;
  start();
  const std::string head =
      "POST /echo HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/x-ndjson\r\n"
      "Content-Length: 200000\r\n\r\n";
  // Whichever of the two is read first has the bytes; the first one is meant to.
  ASSERT_TRUE(eventually([&] {
    RawClient first(port);
    first.send(head + std::string(199'999, ' '));
    RawClient second(port);
    second.send(head + std::string(200'000, ' '));
    const auto refused = second.answer();
    if (!refused || refused->status != 503) {
      return false;
    }
    first.send(" ");
    const auto taken = first.answer();
    return taken && taken->status == 200;
  }));
  RawClient third(port);
  third.send(head + std::string(200'000, ' '));
  EXPECT_EQ(third.answer()->status, 200) << "what was used is given back";
}

TEST_F(ServerAbuse, BadJsonIsSaidToBe) {
  start();
  const auto detail = [&](std::string_view body) {
    RawClient client(port);
    client.request("POST /echo HTTP/1.1", "Content-Type: application/json\r\n", body);
    const auto answer = client.answer();
    return answer && answer->status == 400 ? answer->body : "no 400";
  };
  EXPECT_THAT(detail("\"\xff\xfe\""), HasSubstr("not UTF-8"));
  EXPECT_THAT(detail(std::string(100'000, '[')), HasSubstr("more than 32 levels"));
  EXPECT_THAT(detail("{\"a\":1"), HasSubstr("not JSON"));
}

TEST_F(ServerAbuse, HalfARequestIsGivenUpInTime) {
  limits.headTime = Milliseconds{60};
  limits.bodyTime = Milliseconds{60};
  limits.idleTime = Milliseconds{60};
  start();
  RawClient head(port);
  head.send("GET /hello HTT");
  EXPECT_EQ(head.answer()->status, 408);
  EXPECT_TRUE(head.ends());
  RawClient body(port);
  body.send(
      "POST /echo HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
      "Content-Length: 10\r\n\r\n123");
  EXPECT_EQ(body.answer()->status, 408);
  RawClient nothing(port);
  EXPECT_TRUE(nothing.ends());
  EXPECT_FALSE(nothing.answer());
  expectWorks();
  ASSERT_TRUE(eventually([&] { return server->connections() == 0; }));
}

TEST_F(ServerAbuse, ATrickleOfBytesDoesNotKeepAHeadAlive) {
  limits.headTime = Milliseconds{150};
  start();
  RawClient client(port);
  bool taken = true;
  for (int i = 0; i < 400 && taken; ++i) {
    taken = client.send(i == 0 ? "GET /hello HTTP/1.1\r\nX: " : "a");
    pollfd waiting{.fd = client.fd(), .events = POLLIN, .revents = 0};
    if (::poll(&waiting, 1, 10) == 1) {
      break;
    }
  }
  EXPECT_EQ(client.answer()->status, 408);
}

TEST_F(ServerAbuse, AClientThatTakesNothingIsCutOff) {
  limits.writeTime = Milliseconds{100};
  start();
  RawClient client(port);
  const int small = 4'096;
  ::setsockopt(client.fd(), SOL_SOCKET, SO_RCVBUF, &small, sizeof small);
  std::string many;
  for (int i = 0; i < 200; ++i) {
    many += "GET /large HTTP/1.1\r\nHost: localhost\r\n\r\n";
  }
  client.send(many);
  ASSERT_TRUE(eventually([&] { return server->connections() == 0; }));
  expectWorks();
}

TEST_F(ServerAbuse, StreamsNoticeThatTheClientWentOrTakesNothing) {
  limits.writeTime = Milliseconds{100};
  start();
  {
    RawClient gone(port);
    gone.request("GET /events?mode=quiet HTTP/1.1");
    EXPECT_EQ(gone.answer()->status, 200);
  }
  ASSERT_TRUE(eventually([&] { return streamsEnded == 1; }));
  RawClient deaf(port);
  deaf.request("GET /events?mode=endless HTTP/1.1");
  ASSERT_TRUE(eventually([&] { return streamsEnded == 2; }));
  EXPECT_LT(streamed, 16'000'000U) << "the kernel's buffers and one of ours";
}

TEST_F(ServerAbuse, StreamsAreBounded) {
  limits.mostStreamsPerPrincipal = 2;
  start();
  std::vector<RawClient> open;
  for (int i = 0; i < 2; ++i) {
    open.emplace_back(port).request("GET /events?mode=quiet HTTP/1.1");
    EXPECT_EQ(open.back().answer()->status, 200);
  }
  RawClient third(port);
  third.request("GET /events?mode=quiet HTTP/1.1");
  EXPECT_EQ(third.answer()->status, 503);
  open.clear();
  ASSERT_TRUE(eventually([&] {
    RawClient next(port);
    next.request("GET /events HTTP/1.1");
    return next.answer()->status == 200;
  }));
}

TEST_F(ServerAbuse, ConnectionsAreBoundedAndTheLongestIdleMakesWay) {
  limits.mostConnections = 3;
  start();
  std::vector<RawClient> idle;
  for (std::size_t i = 0; i < 3; ++i) {
    idle.emplace_back(port);
    ASSERT_TRUE(eventually([&] { return server->connections() == i + 1; }));
  }
  RawClient next(port);
  EXPECT_TRUE(idle[0].ends());
  next.request("GET /hello HTTP/1.1");
  EXPECT_EQ(next.answer()->status, 200);
  idle[1].request("GET /hello HTTP/1.1");
  EXPECT_EQ(idle[1].answer()->status, 200);
}

TEST_F(ServerAbuse, OneAddressHasABoundOfItsOwn) {
  limits.mostConnectionsPerAddress = 1;
  start();
  RawClient first(port);
  ASSERT_TRUE(eventually([&] { return server->connections() == 1; }));
  RawClient second(port);
  EXPECT_EQ(second.answer()->status, 503);
  RawClient elsewhere(port, "127.0.0.2");
  elsewhere.request("GET /hello HTTP/1.1");
  EXPECT_EQ(elsewhere.answer()->status, 200);
}

TEST_F(ServerAbuse, AConnectionServesABoundedNumberOfRequests) {
  limits.mostRequestsPerConnection = 2;
  start();
  RawClient client(port);
  client.request("GET /hello HTTP/1.1");
  EXPECT_EQ(client.answer()->headers.count("connection"), 0U);
  client.request("GET /hello HTTP/1.1");
  EXPECT_EQ(client.answer()->headers.at("connection"), "close");
  EXPECT_TRUE(client.ends());
}

}  // namespace
}  // namespace caas::kafka::http
