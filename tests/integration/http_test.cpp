// A real daemon over HTTP: its beginning, its end, and who is let in.

#include <atomic>
#include <thread>

#include <gmock/gmock.h>

#include "http_fixture.hpp"
#include "support/certificate.hpp"
#include "support/tls_client.hpp"

namespace caas::kafka::test {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

TEST_F(HttpDaemon, ListensBeforeKafkaCanBeReachedAndSaysWhyItIsNotReady) {
  start();
  EXPECT_EQ(get(ops, "/livez").status, 200);
  EXPECT_EQ(get(api, "/livez").status, 200) << "on loopback the main door has the probes too";
  ASSERT_TRUE(daemon().waitForOutput("not ready, will try again", Milliseconds{60'000}));
  const auto ready = get(ops, "/readyz");
  EXPECT_EQ(ready.status, 503);
  EXPECT_THAT(ready.body, HasSubstr("127.0.0.1:1"));
  EXPECT_EQ(get(ops, "/health").status, 503);
  EXPECT_EQ(get(ops, "/v1/config").status, 404) << "the API has a door of its own";
  const auto config = get(api, "/v1/config");
  EXPECT_EQ(config.status, 200);
  EXPECT_THAT(config.body, HasSubstr("KAFKA_BROKERS"));
  stop();
  EXPECT_THAT(daemon().err(),
              AllOf(HasSubstr("\"event\":\"request\""), HasSubstr("\"path\":\"/v1/config\""),
                    HasSubstr("\"principal\":\"local\""), HasSubstr("\"status\":200")));
}

TEST_F(HttpDaemon, IsReadyOnceKafkaIs) {
  start({}, nullptr);
  ASSERT_TRUE(daemon().waitForOutput("\"ready\"", Milliseconds{90'000})) << daemon().err();
  EXPECT_EQ(get(ops, "/readyz").status, 200);
  ASSERT_TRUE(eventually(Milliseconds{30'000}, [&] { return get(ops, "/health").status == 200; }));
  const auto health = boost::json::parse(get(ops, "/health").body);
  EXPECT_EQ(health.at("health").at("details").at("brokers").as_array().size(), 3U);
  EXPECT_LT(health.at("ageMs").as_int64(), 60'000);
  stop();
}

TEST_F(HttpDaemon, APortInUseIsSaid) {
  start();
  const auto second = run(
      {"serve", "--brokers", kNoBrokers}, {},
      {{"HTTP_LISTEN", "127.0.0.1:" + std::to_string(api)}, {"HTTP_OPS_LISTEN", "127.0.0.1:0"}});
  EXPECT_EQ(second.exitCode, 1);
  EXPECT_THAT(second.err, AllOf(HasSubstr("127.0.0.1:" + std::to_string(api)),
                                HasSubstr("the port is in use"), HasSubstr("HTTP_LISTEN")));
  stop();
}

TEST_F(HttpDaemon, BeyondLoopbackItRefusesToListenUnprotected) {
  const auto ran = run({"serve", "--brokers", kNoBrokers}, {},
                       {{"HTTP_LISTEN", "0.0.0.0:0"}, {"HTTP_OPS_LISTEN", "127.0.0.1:0"}});
  EXPECT_EQ(ran.exitCode, 2);
  EXPECT_THAT(ran.err, AllOf(HasSubstr("HTTP_TOKENS_FILE"), HasSubstr("HTTP_TLS_CERT"),
                             HasSubstr("HTTP_TRUSTED_PROXIES")));
}

TEST_F(HttpDaemon, TokensOverTls) {
  const auto made = run({"tokens", "create", "ci", "--role", "viewer", "--json"});
  ASSERT_EQ(made.exitCode, 0) << made.err;
  const auto token = boost::json::parse(made.out);
  std::ofstream(folder() / "tokens") << "# for tests\n"
                                     << std::string_view(token.at("line").as_string()) << '\n';
  const auto files = makeCertificate(folder());
  start({{"HTTP_TOKENS_FILE", (folder() / "tokens").string()},
         {"HTTP_TLS_CERT", files.certificate.string()},
         {"HTTP_TLS_KEY", files.key.string()}});
  const auto ask = [&](std::string_view headers) {
    const TlsClient client(api);
    EXPECT_TRUE(client.connected);
    client.send("GET /v1/config HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n" +
                std::string(headers) + "\r\n");
    return client.readUntil("<never>");
  };
  EXPECT_THAT(ask(""), HasSubstr("HTTP/1.1 401 "));
  EXPECT_THAT(ask("Authorization: Bearer caas_0\r\n"), HasSubstr("invalid_token"));
  const std::string text(token.at("token").as_string());
  EXPECT_THAT(ask("Authorization: Bearer " + text + "\r\n"), HasSubstr("HTTP/1.1 200 "));
  EXPECT_EQ(get(ops, "/livez").status, 200);
  stop();
  EXPECT_THAT(daemon().err(),
              AllOf(HasSubstr("\"principal\":\"ci\""), ::testing::Not(HasSubstr(text))));
}

TEST_F(HttpDaemon, PagesOfOthersAreKeptOut) {
  start();
  RawClient rebound(api);
  rebound.send("GET /v1/config HTTP/1.1\r\nHost: evil.example\r\n\r\n");
  EXPECT_EQ(rebound.answer()->status, 421);
  RawClient page(api);
  page.request("POST /v1/config HTTP/1.1", "Origin: https://evil.example\r\n", "x");
  EXPECT_EQ(page.answer()->status, 403);
  stop();
}

TEST_F(HttpDaemon, SigtermUnderLoadCutsNoAnswerShort) {
  start();
  std::atomic<bool> over{false};
  std::atomic<int> good{0};
  std::atomic<int> refused{0};
  std::atomic<int> cut{0};
  std::vector<std::thread> clients;
  for (int i = 0; i < 4; ++i) {
    clients.emplace_back([&] {
      while (!over) {
        try {
          RawClient client(api);
          for (bool stays = true; stays && !over;) {
            if (!client.request("GET /v1/config HTTP/1.1")) {
              break;
            }
            const auto answer = client.answer();
            if (!answer) {
              break;  // closed between two requests
            }
            stays = !answer->headers.contains("connection");
            const bool whole = answer->status == 503 || answer->body.ends_with('}');
            ++(answer->status == 200 && whole ? good : answer->status == 503 ? refused : cut);
          }
        } catch (const std::runtime_error&) {
          over = true;  // nobody listens any more
        }
      }
    });
  }
  ASSERT_TRUE(eventually(Milliseconds{30'000}, [&] { return good > 100; }));
  stop();
  over = true;
  for (auto& client : clients) {
    client.join();
  }
  EXPECT_EQ(cut, 0);
  EXPECT_GT(good, 100);
}

}  // namespace
}  // namespace caas::kafka::test
