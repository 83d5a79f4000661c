// A real daemon and clients that mean no good: its memory stays bounded and others are served.

#include <algorithm>
#include <deque>
#include <sys/resource.h>

#include <gmock/gmock.h>

#include "http_fixture.hpp"

namespace caas::kafka::test {
namespace {

constexpr std::size_t kMega = 1'048'576;
/// What a connection that does nothing may take of the daemon's memory; the kernel's is extra.
constexpr std::size_t kIdleConnection = 8 * 1'024;
/// One that has sent half a head, or half of a small body.
constexpr std::size_t kHalfRequest = 24 * 1'024;
/// What the allocator keeps and what other threads do meanwhile. A sanitizer keeps what was freed
/// for a while, up to 256 MiB.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr std::size_t kSlack = 512 * kMega;
#else
constexpr std::size_t kSlack = 24 * kMega;
#endif

class HttpAbuse : public HttpDaemon {
 protected:
  void expectOthersServed() {
    for (int i = 0; i < 20; ++i) {
      ASSERT_EQ(get(api, "/v1/config").status, 200);
      ASSERT_EQ(get(ops, "/livez").status, 200);
    }
  }
  /// One address may have a part of the connections only, so they come from several.
  static std::string addressOf(std::size_t number) {
    return "127.0.1." + std::to_string(1 + number % 100);
  }
};

TEST_F(HttpAbuse, TenThousandIdleConnections) {
  rlimit files{};
  ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &files), 0);
  const auto limit = std::min<rlim_t>(files.rlim_max, 20'000);
  files.rlim_cur = std::max(files.rlim_cur, limit);
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &files), 0);
  // As many as this process and the daemon may open; 10,000 where that is enough.
  const auto many = std::min<std::size_t>(10'000, limit > 2'048 ? limit - 2'048 : limit / 4);
  start();
  expectOthersServed();
  const auto before = memory();
  std::deque<RawClient> idle;
  for (std::size_t i = 0; i < many; ++i) {
    idle.emplace_back(api, addressOf(i).c_str());
    if (i % 2 == 0) {  // half of them have been used once
      idle.back().request("GET /livez HTTP/1.1");
      ASSERT_TRUE(idle.back().answer()) << i;
    }
  }
  expectOthersServed();
  EXPECT_LT(memory(), before + many * kIdleConnection + kSlack) << many << " connections";
  RecordProperty("connections", static_cast<int>(many));
  RecordProperty("bytes_per_connection", static_cast<int>((memory() - before) / many));
  // They are all still there, and each is served.
  for (std::size_t i = 0; i < many; i += 97) {
    idle[i].request("GET /livez HTTP/1.1");
    const auto answer = idle[i].answer();
    ASSERT_TRUE(answer) << i;
    EXPECT_EQ(answer->status, 200);
  }
  idle.clear();
  stop();
}

TEST_F(HttpAbuse, HalfSentRequestsByTheThousand) {
  start();
  expectOthersServed();
  const auto before = memory();
  constexpr std::size_t kMany = 2'000;
  std::deque<RawClient> half;
  for (std::size_t i = 0; i < kMany; ++i) {
    half.emplace_back(api, addressOf(i).c_str());
    half.back().send(i % 2 == 0 ? "GET /v1/config HTTP/1.1\r\nHost: localhost\r\nX-Half: "
                                : "GET /v1/con");
  }
  expectOthersServed();
  EXPECT_LT(memory(), before + kMany * kHalfRequest + kSlack);
  stop();
}

TEST_F(HttpAbuse, AHundredMegabytesOfBody) {
  start();
  expectOthersServed();
  const auto before = memory();
  const std::string piece(kMega, 'x');
  for (const auto* how : {"Content-Length: 104857600\r\n", "Transfer-Encoding: chunked\r\n"}) {
    const bool chunked = std::string_view(how).starts_with("Transfer");
    RawClient client(api);
    client.send(
        "POST /v1/config HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n" +
        std::string(how) + "\r\n");
    bool taken = true;
    for (int i = 0; i < 100 && taken; ++i) {
      taken = (!chunked || client.send("100000\r\n")) && client.send(piece) &&
              (!chunked || client.send("\r\n"));
    }
    EXPECT_FALSE(taken) << "it reads a part, so that the answer is not lost, and then no more";
  }
  EXPECT_LT(memory(), before + kSlack);
  expectOthersServed();
  stop();
}

TEST_F(HttpAbuse, ReadersThatReadNothing) {
  start();
  expectOthersServed();
  const auto before = memory();
  std::string many;
  for (int i = 0; i < 500; ++i) {
    many += "GET /v1/openapi.json HTTP/1.1\r\nHost: localhost\r\n\r\n";
  }
  std::deque<RawClient> deaf;
  for (std::size_t i = 0; i < 100; ++i) {
    deaf.emplace_back(api, addressOf(i).c_str()).send(many);
  }
  expectOthersServed();
  EXPECT_LT(memory(), before + deaf.size() * 64 * 1'024 + kSlack);
  deaf.clear();
  stop();
}

TEST_F(HttpAbuse, NonsenseOfEveryKind) {
  start();
  const auto before = memory();
  for (int round = 0; round < 50; ++round) {
    for (const auto& text :
         {std::string("\x16\x03\x01\x02\x00\x01", 6) + "\r\n\r\n", std::string(5'000, '\0'),
          std::string(
              "GET / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 99999999999999999999\r\n\r\n"),
          std::string("GET /v1/%ff%fe HTTP/1.1\r\nHost: localhost\r\n\r\n"),
          std::string("GET /v1/config?a=\xff HTTP/1.1\r\nHost: localhost\r\n\r\n"),
          std::string("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"),
          "GET /" + std::string(60'000, '%') + " HTTP/1.1\r\n\r\n"}) {
      RawClient client(api);
      client.send(text);
      const auto answer = client.answer();
      ASSERT_TRUE(answer) << text.substr(0, 40);
      EXPECT_GE(answer->status, 400);
      EXPECT_NE(answer->status, 500);
    }
  }
  expectOthersServed();
  EXPECT_LT(memory(), before + kSlack);
  stop();
}

}  // namespace
}  // namespace caas::kafka::test
