// Connections against one real broker with every kind of listener (secured_broker.py), and with
// what networks do between (TamperingProxy).
#include <atomic>
#include <filesystem>
#include <future>
#include <thread>

#include <boost/json.hpp>
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/cluster.hpp"
#include "support/tampering_proxy.hpp"
#include "wire/client.hpp"
#include "wire/generated/api_versions.hpp"
#include "wire/generated/metadata.hpp"
#include "wire/hex.hpp"
#include "wire/message_visitors.hpp"

namespace caas::kafka::wire::test {
namespace {

using kafka::test::deadPort;
using kafka::test::must;
using kafka::test::TamperingProxy;
using std::chrono::steady_clock;
using ::testing::AllOf;
using ::testing::HasSubstr;

constexpr Milliseconds kPatience{60'000};
/// Of the broker (secured_broker.py).
constexpr Milliseconds kBrokerIdle{4'000};
constexpr Milliseconds kSessionLifetime{5'000};

/// Up as long as the tests of this process run.
class Connections : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    folder_ = std::filesystem::temp_directory_path() / fmt::format("caas-wire-{}", getpid());
    const auto script = (kafka::test::projectRoot() / "tests/wire/secured_broker.py").string();
    broker_.emplace(kafka::test::Process::start({"python3", script, folder_.string()}));
    if (!broker_->waitForOutput("controller", Milliseconds{300'000})) {
      throw std::runtime_error("no broker: " + broker_->err());
    }
    ports_ = boost::json::parse(broker_->out()).as_object();
  }
  static void TearDownTestSuite() {
    broker_.reset();
    std::filesystem::remove_all(folder_);
  }

  static int port(std::string_view listener) {
    return static_cast<int>(ports_.at(listener).as_int64());
  }
  static std::filesystem::path file(std::string_view name) { return folder_ / name; }

  static ClientOptions options(std::string_view listener) { return optionsOf(port(listener)); }
  static ClientOptions optionsOf(int port) {
    ClientOptions options;
    options.bootstrap = {{.host = "localhost", .port = port}};
    options.clientId = "wire-test";
    return options;
  }
  static SslSettings tls() {
    SslSettings tls;
    tls.enabled = true;
    tls.caLocation = file("ca.pem");
    return tls;
  }
  static SaslOptions sasl(std::string mechanism, std::string password = "alice-secret") {
    return {.mechanism = std::move(mechanism),
            .username = "alice",
            .password = Secret(std::move(password))};
  }
  static Result<MetadataResponse> ask(Client& client, Milliseconds timeout = kPatience) {
    return client.ask<MetadataResponse>(Client::kAnyBroker, MetadataRequest{}, timeout);
  }
  static Result<MetadataResponse> askWith(const ClientOptions& options,
                                          Milliseconds timeout = kPatience) {
    const auto client = must(Client::create(options));
    return ask(*client, timeout);
  }
  /// Once, without trying again.
  static Outcome sendOnce(Client& client, Milliseconds timeout = kPatience) {
    std::promise<Outcome> outcome;
    client.send(Client::kAnyBroker, makeRequest(ApiVersionsRequest{}, {0, 0}), timeout,
                [&](Outcome got) { outcome.set_value(std::move(got)); });
    return outcome.get_future().get();
  }

  static inline std::filesystem::path folder_;
  static inline std::optional<kafka::test::Process> broker_;
  static inline boost::json::object ports_;
};

std::string problem(const auto& result) { return result ? "none" : result.error().describe(); }

/// An unsigned JSON web token, which the broker's validator takes.
std::string webToken(std::chrono::seconds lifetime) {
  const auto now = std::chrono::duration_cast<std::chrono::seconds>(
      std::chrono::system_clock::now().time_since_epoch());
  const auto encoded = [](std::string_view text) {
    return base64({reinterpret_cast<const std::uint8_t*>(text.data()), text.size()}, true);
  };
  return fmt::format("{}.{}.", encoded(R"({"alg":"none"})"),
                     encoded(fmt::format(R"({{"sub":"alice","iat":{},"exp":{}}})", now.count(),
                                         (now + lifetime).count())));
}

TEST_F(Connections, ManyRequestsOneBehindTheOther) {
  const auto client = must(Client::create(options("plain")));
  const auto brokers = must(client->brokers(kPatience));
  ASSERT_EQ(brokers.size(), 1);
  EXPECT_EQ(brokers[0].id, 1);
  EXPECT_EQ(brokers[0].address, (Address{"localhost", port("plain")}));
  constexpr int kRequests = 300;
  std::mutex mutex;
  std::vector<int> order;
  std::promise<void> all;
  for (int i = 0; i < kRequests; ++i) {
    client->send(1, makeRequest(ApiVersionsRequest{}, {0, 0}), kPatience, [&, i](Outcome outcome) {
      const std::lock_guard lock(mutex);
      EXPECT_TRUE(outcome.reply) << problem(outcome.reply);
      EXPECT_TRUE(outcome.reply && answerOf<ApiVersionsResponse>(*outcome.reply));
      order.push_back(i);
      if (order.size() == kRequests) {
        all.set_value();
      }
    });
  }
  ASSERT_EQ(all.get_future().wait_for(kPatience), std::future_status::ready);
  EXPECT_TRUE(std::ranges::is_sorted(order));
  EXPECT_TRUE(client->ask<MetadataResponse>(1, MetadataRequest{}, kPatience));
}

TEST_F(Connections, ABrokerThatIsNotThereIsAnError) {
  const auto client = must(Client::create(options("plain")));
  const auto answer = client->ask<MetadataResponse>(77, MetadataRequest{}, Milliseconds{1'500});
  ASSERT_FALSE(answer);
  EXPECT_THAT(answer.error().message, HasSubstr("broker 77 is not in the cluster"));
}

TEST_F(Connections, EveryMechanismLogsIn) {
  for (const std::string_view listener : {"sasl", "saslssl"}) {
    for (const auto* mechanism : {"PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"}) {
      auto secured = options(listener);
      secured.sasl = sasl(mechanism);
      if (listener == "saslssl") {
        secured.tls = tls();
      }
      const auto answer = askWith(secured);
      EXPECT_TRUE(answer) << listener << " " << mechanism << ": " << problem(answer);
      secured.sasl = sasl(mechanism, "wrong");
      const auto begin = steady_clock::now();
      const auto refused = askWith(secured);
      ASSERT_FALSE(refused) << mechanism;
      EXPECT_EQ(refused.error().code, ErrorCode::kAuthentication) << problem(refused);
      EXPECT_FALSE(refused.error().retriable);
      EXPECT_LT(steady_clock::now() - begin, kPatience) << "tried again for nothing";
    }
  }
}

TEST_F(Connections, AMechanismThatTheListenerLacksIsNamedWithThoseItHas) {
  auto secured = options("sasl");
  secured.sasl = sasl("GSSAPI");
  const auto unknown = askWith(secured);
  ASSERT_FALSE(unknown);
  EXPECT_EQ(unknown.error().code, ErrorCode::kInvalidConfiguration) << problem(unknown);
  // To a listener without SASL the login itself is out of place.
  auto misplaced = options("plain");
  misplaced.sasl = sasl("PLAIN");
  const auto refused = askWith(misplaced);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::kAuthentication) << problem(refused);
}

TEST_F(Connections, TokensComeFromTheirSourceEachTime) {
  std::atomic<int> fetched = 0;
  auto secured = options("saslssl");
  secured.tls = tls();
  secured.sasl = SaslOptions{.mechanism = "OAUTHBEARER", .username = "", .token = [&] {
                               ++fetched;
                               return Result<std::string>(webToken(std::chrono::seconds{60}));
                             }};
  const auto client = must(Client::create(secured));
  const auto answer = ask(*client);
  EXPECT_TRUE(answer) << problem(answer);
  EXPECT_GE(fetched, 1);

  secured.sasl->token = [] { return Result<std::string>(webToken(std::chrono::seconds{-60})); };
  const auto late = askWith(secured);
  ASSERT_FALSE(late);
  EXPECT_EQ(late.error().code, ErrorCode::kAuthentication) << problem(late);

  secured.sasl->token = [] {
    return Result<std::string>(std::unexpected(
        Error{.code = ErrorCode::kAuthentication, .message = "the token server is away"}));
  };
  const auto none = askWith(secured);
  ASSERT_FALSE(none);
  EXPECT_THAT(none.error().message, HasSubstr("the token server is away"));
}

TEST_F(Connections, TheCertificateAndItsNameAreVerified) {
  auto secured = options("tls");
  secured.tls = tls();
  const auto answer = askWith(secured);
  EXPECT_TRUE(answer) << problem(answer);

  secured.bootstrap = {{.host = "127.0.0.1", .port = port("tls")}};
  const auto otherName = askWith(secured);
  ASSERT_FALSE(otherName) << "the certificate is for localhost";
  EXPECT_EQ(otherName.error().code, ErrorCode::kAuthentication) << problem(otherName);

  secured = options("tls");
  secured.tls = tls();
  secured.tls->caLocation = file("stranger.pem");
  const auto otherCa = askWith(secured);
  ASSERT_FALSE(otherCa);
  EXPECT_EQ(otherCa.error().code, ErrorCode::kAuthentication);
  EXPECT_THAT(otherCa.error().message, HasSubstr("certificate"));

  secured.tls->caLocation = file("nothing.pem");
  const auto noFile = Client::create(secured);
  ASSERT_FALSE(noFile);
  EXPECT_EQ(noFile.error().code, ErrorCode::kInvalidConfiguration);
  EXPECT_THAT(noFile.error().message, HasSubstr("nothing.pem"));
}

TEST_F(Connections, OursIsShownWhereTheBrokerWantsIt) {
  auto secured = options("mtls");
  secured.tls = tls();
  const auto without = askWith(secured, Milliseconds{3'000});
  EXPECT_FALSE(without);
  secured.tls->certLocation = file("client.crt");
  secured.tls->keyLocation = file("client.key");
  const auto with = askWith(secured);
  EXPECT_TRUE(with) << problem(with);
}

TEST_F(Connections, TlsAndNoTlsDoNotUnderstandEachOther) {
  auto wantsTls = options("plain");
  wantsTls.tls = tls();
  const auto first = askWith(wantsTls, Milliseconds{3'000});
  EXPECT_FALSE(first);
  const auto second = askWith(options("tls"), Milliseconds{3'000});
  ASSERT_FALSE(second);
}

TEST_F(Connections, LogsInAgainBeforeTheSessionEnds) {
  TamperingProxy proxy(port("sasl"));
  auto secured = optionsOf(proxy.port());
  secured.sasl = sasl("SCRAM-SHA-512");
  const auto client = must(Client::create(secured));
  const auto until = steady_clock::now() + 3 * kSessionLifetime;
  int asked = 0;
  for (; steady_clock::now() < until; ++asked) {
    // Once each: the broker ends a connection whose login has expired, and that would show.
    const auto outcome = sendOnce(*client);
    ASSERT_TRUE(outcome.reply) << "request " << asked << ": " << problem(outcome.reply);
    std::this_thread::sleep_for(Milliseconds{50});
  }
  // One to the bootstrap address; the list of brokers leads past the proxy.
  EXPECT_LE(proxy.connections(), 1);
}

TEST_F(Connections, AnIdleConnectionThatTheBrokerClosedIsMadeAgain) {
  const auto client = must(Client::create(options("plain")));
  ASSERT_TRUE(ask(*client));
  std::this_thread::sleep_for(2 * kBrokerIdle + Milliseconds{500});
  const auto outcome = sendOnce(*client);
  EXPECT_TRUE(outcome.reply) << problem(outcome.reply);

  // With our own limit below the broker's we are the one who closes.
  auto careful = options("plain");
  careful.idleClose = Milliseconds{300};
  const auto other = must(Client::create(careful));
  ASSERT_TRUE(sendOnce(*other).reply);
  std::this_thread::sleep_for(Milliseconds{1'000});
  EXPECT_TRUE(sendOnce(*other).reply);
}

TEST_F(Connections, AnOldBrokerIsAskedInVersion0) {
  // A broker that does not know the version we begin with says so in version 0: this one is made
  // to believe that it was asked in version 99.
  TamperingProxy proxy(port("plain"));
  std::atomic<int> changed = 0;
  proxy.setRules({.toBroker = [&](std::string& bytes) {
    if (bytes.size() > 8 && bytes[5] == 18 && bytes[7] == 3) {  // size, then ApiVersions v3
      bytes[7] = 99;
      ++changed;
    }
  }});
  const auto client = must(Client::create(optionsOf(proxy.port())));
  const auto outcome = sendOnce(*client);
  EXPECT_TRUE(outcome.reply) << problem(outcome.reply);
  EXPECT_EQ(changed, 1);
}

TEST_F(Connections, EveryBootstrapAddressIsTriedAndTheErrorSaysWhatEachDid) {
  TamperingProxy hangs(port("plain"));
  hangs.setRules({.swallow = true});
  auto several = optionsOf(deadPort());
  const int dead = several.bootstrap[0].port;
  several.bootstrap.push_back({.host = "127.0.0.1", .port = hangs.port()});
  several.bootstrap.push_back({.host = "no-such-host.invalid", .port = 9092});
  const auto none = askWith(several, Milliseconds{3'000});
  ASSERT_FALSE(none);
  EXPECT_EQ(none.error().code, ErrorCode::kConnectionTimeout) << problem(none);
  EXPECT_THAT(none.error().message,
              AllOf(HasSubstr(fmt::format("localhost:{}", dead)), HasSubstr("refused"),
                    HasSubstr(fmt::format("127.0.0.1:{}", hangs.port())),
                    HasSubstr("no-such-host.invalid")));
  several.bootstrap.push_back({.host = "localhost", .port = port("plain")});
  const auto found = askWith(several, kPatience);
  EXPECT_TRUE(found) << problem(found);
}

TEST_F(Connections, CutAtAnyByteEachRequestHasOneOutcome) {
  TamperingProxy proxy(port("plain"));
  auto quick = optionsOf(proxy.port());
  quick.backoffFirst = Milliseconds{1};
  quick.backoffMost = Milliseconds{5};
  int failed = 0;
  for (std::int64_t bytes = 0; bytes < 600; bytes += bytes < 60 ? 1 : 37) {
    for (const bool toBroker : {true, false}) {
      proxy.setRules(toBroker ? TamperingProxy::Rules{.cutToBrokerAfter = bytes}
                              : TamperingProxy::Rules{.cutToClientAfter = bytes});
      const auto client = must(Client::create(quick));
      std::atomic<int> outcomes = 0;
      std::promise<void> all;
      constexpr int kRequests = 5;
      for (int i = 0; i < kRequests; ++i) {
        client->send(Client::kAnyBroker, makeRequest(ApiVersionsRequest{}, {0, 0}), kPatience,
                     [&](Outcome outcome) {
                       failed += outcome.reply ? 0 : 1;
                       if (++outcomes == kRequests) {
                         all.set_value();
                       }
                     });
      }
      ASSERT_EQ(all.get_future().wait_for(kPatience), std::future_status::ready)
          << bytes << (toBroker ? " to the broker" : " to the client");
      EXPECT_EQ(outcomes, kRequests);
    }
  }
  EXPECT_GT(failed, 100);
  proxy.setRules({});
  EXPECT_TRUE(askWith(quick));
}

TEST_F(Connections, WhatIsNoKafkaIsToldApart) {
  // The broker's answer to what is no request is to hang up; an answer that is none is refused by
  // its size: here the broker speaks TLS, and we do not.
  TamperingProxy proxy(port("tls"));
  const auto answer = askWith(optionsOf(proxy.port()), Milliseconds{2'000});
  ASSERT_FALSE(answer);
  EXPECT_FALSE(answer.error().message.empty());
}

TEST_F(Connections, ClosingTellsEveryRequestThatIsUnderWay) {
  TamperingProxy proxy(port("plain"));
  proxy.setRules({.swallow = true});
  auto client = must(Client::create(optionsOf(proxy.port())));
  std::atomic<int> told = 0;
  for (int i = 0; i < 10; ++i) {
    client->send(Client::kAnyBroker, makeRequest(ApiVersionsRequest{}, {0, 0}), kPatience,
                 [&](Outcome outcome) {
                   EXPECT_FALSE(outcome.reply);
                   ++told;
                 });
  }
  const auto begin = steady_clock::now();
  client.reset();
  EXPECT_EQ(told, 10);
  EXPECT_LT(steady_clock::now() - begin, Milliseconds{5'000});
}

}  // namespace
}  // namespace caas::kafka::wire::test
