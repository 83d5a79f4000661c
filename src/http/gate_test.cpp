#include "http/gate.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace caas::kafka::http {
namespace {

using ::testing::HasSubstr;

const std::string kTokenLine =
    "ci:operator:2bb80d537b1da3e38bd30361aa855686bde0eacd7162fef6a25fe97bf527a25b";  // "secret"

struct Outcome {
  int status = 200;
  std::string reason{};
  Request request{};
  Headers headers{};
};

class GateTest : public ::testing::Test {
 protected:
  GateTest() {
    Routes routes;
    routes.push_back({.pattern = "/things", .operationId = "list", .successes = {{}}});
    routes.push_back(
        {.method = Method::kPost, .pattern = "/things", .operationId = "make", .successes = {{}}});
    routes.push_back({.pattern = "/open", .operationId = "open", .successes = {{}}, .open = true});
    auto router = Router::create(std::move(routes));
    EXPECT_TRUE(router) << router.error().message;
    options.router = *std::move(router);
  }

  Outcome ask(std::string_view method, std::string_view target,
              std::vector<std::pair<std::string, std::string>> headers = {},
              std::string_view from = "127.0.0.1", bool tls = false) {
    Outcome outcome;
    bool hasHost = false;
    for (const auto& [name, value] : headers) {
      hasHost = hasHost || name == "Host";
      if (!value.empty()) {
        outcome.request.headers.add(name, value);
      }
    }
    if (!hasHost) {
      outcome.request.headers.add("Host", "localhost:8080");
    }
    const Gate gate(options);
    const auto verdict =
        gate.admit({.method = method, .target = target},
                   {.address = *IpAddress::parse(from), .tls = tls}, outcome.request);
    if (const auto* turned = std::get_if<Turned>(&verdict)) {
      outcome.status = turned->refusal.problem.status;
      outcome.reason = turned->reason;
      outcome.headers = turned->refusal.headers;
    } else if (const auto* response = std::get_if<Response>(&verdict)) {
      outcome.status = response->status;
    }
    return outcome;
  }
  void needTokens() {
    auto tokens = Tokens::parse(kTokenLine, "t");
    EXPECT_TRUE(tokens);
    options.tokens = std::make_shared<const Tokens>(*std::move(tokens));
  }
  static Networks networks(const std::vector<std::string>& cidrs) {
    return *Networks::parse(cidrs);
  }

  GateOptions options;
};

TEST_F(GateTest, OnLoopbackEverybodyIsLocal) {
  const auto outcome = ask("GET", "/things");
  EXPECT_EQ(outcome.status, 200);
  EXPECT_EQ(outcome.request.principal.name, "local");
  EXPECT_EQ(outcome.request.principal.role, Role::kAdmin);
  EXPECT_EQ(outcome.request.client, "127.0.0.1");
  EXPECT_EQ(outcome.request.id.size(), 36U);
}

TEST_F(GateTest, TokensAreAskedForWhereTheRouteIsNotOpen) {
  needTokens();
  const auto none = ask("GET", "/things");
  EXPECT_EQ(none.status, 401);
  EXPECT_EQ(none.reason, "token");
  EXPECT_EQ(none.headers.get("WWW-Authenticate"), R"(Bearer realm="caas-kafka")");
  for (const auto* bad : {"Bearer wrong", "Basic c2VjcmV0", "secret", "Bearer", "Bearer "}) {
    const auto refused = ask("GET", "/things", {{"Authorization", bad}});
    EXPECT_EQ(refused.status, 401) << bad;
    EXPECT_THAT(std::string(*refused.headers.get("WWW-Authenticate")), HasSubstr("invalid_token"));
  }
  EXPECT_EQ(ask("GET", "/things",
                {{"Authorization", "Bearer secret"}, {"Authorization", "Bearer secret"}})
                .status,
            401);
  const auto good = ask("GET", "/things", {{"Authorization", "bearer secret"}});
  EXPECT_EQ(good.status, 200);
  EXPECT_EQ(good.request.principal.name, "ci");
  EXPECT_EQ(good.request.principal.role, Role::kOperator);
  EXPECT_EQ(ask("GET", "/open").status, 200);
  EXPECT_EQ(ask("GET", "/things?nonsense=1").status, 401) << "strangers learn nothing of arguments";
}

TEST_F(GateTest, NamesOfOthersThatPointAtLoopbackAreRefused) {
  for (const auto* good :
       {"localhost", "LOCALHOST:1", "127.0.0.1:8080", "127.8.0.1", "[::1]:8080"}) {
    EXPECT_EQ(ask("GET", "/things", {{"Host", good}}).status, 200) << good;
  }
  for (const auto* bad : {"evil.example", "localhost.evil.example", "127.0.0.1.evil.example:80",
                          "10.0.0.1", "[::2]:80", "localhost:80:80"}) {
    const auto refused = ask("GET", "/things", {{"Host", bad}});
    EXPECT_EQ(refused.status, 421) << bad;
    EXPECT_EQ(refused.reason, "host");
  }
  EXPECT_EQ(ask("GET", "/things", {{"Host", ""}}).status, 400) << "HTTP/1.1 without Host";
  EXPECT_EQ(ask("GET", "http://evil.example/things").status, 421) << "the target's name counts";
  EXPECT_EQ(ask("GET", "http://localhost/things", {{"Host", "evil.example"}}).status, 200);
  options.hosts = {"kafka.example.com"};
  EXPECT_EQ(ask("GET", "/things", {{"Host", "Kafka.Example.Com:8080"}}).status, 200);
}

TEST_F(GateTest, BeyondLoopbackNamesAreCheckedWhenTheyAreKnown) {
  options.loopback = false;
  EXPECT_EQ(ask("GET", "/things", {{"Host", "any.example"}}).status, 200);
  options.hosts = {"kafka.example.com"};
  EXPECT_EQ(ask("GET", "/things", {{"Host", "any.example"}}).status, 421);
  EXPECT_EQ(ask("GET", "/things", {{"Host", "kafka.example.com"}}).status, 200);
}

TEST_F(GateTest, PagesOfOthersChangeNothing) {
  const auto post = [&](std::string origin, std::string site = {}) {
    return ask("POST", "/things", {{"Origin", origin}, {"Sec-Fetch-Site", site}}).status;
  };
  EXPECT_EQ(post(""), 200) << "a program";
  EXPECT_EQ(post("http://localhost:8080"), 200);
  EXPECT_EQ(post("http://localhost:9999"), 403) << "another service of this machine";
  EXPECT_EQ(post("https://evil.example"), 403);
  EXPECT_EQ(post("null"), 403);
  EXPECT_EQ(post("", "cross-site"), 403);
  EXPECT_EQ(post("", "same-site"), 403);
  EXPECT_EQ(post("", "same-origin"), 200);
  EXPECT_EQ(ask("GET", "/things", {{"Origin", "https://evil.example"}}).status, 200)
      << "it changes nothing, and the page may not read it";
  options.hosts = {"console.example.com"};
  EXPECT_EQ(post("https://console.example.com"), 200);
}

TEST_F(GateTest, OverTlsAnUnencryptedPageIsForeign) {
  const std::vector<std::pair<std::string, std::string>> plain{{"Origin", "http://localhost:8080"}};
  EXPECT_EQ(ask("POST", "/things", plain, "127.0.0.1", true).status, 403);
  EXPECT_TRUE(ask("GET", "/things", {}, "127.0.0.1", true).request.secure);
}

TEST_F(GateTest, OnlyNetworksThatAreAllowedComeIn) {
  options.allowed = networks({"10.0.0.0/8"});
  const Gate gate(options);
  EXPECT_TRUE(gate.letsIn(*IpAddress::parse("10.1.1.1")));
  EXPECT_FALSE(gate.letsIn(*IpAddress::parse("11.1.1.1")));
  EXPECT_FALSE(gate.letsIn(*IpAddress::parse("127.0.0.1")));
  EXPECT_EQ(ask("GET", "/things", {}, "11.1.1.1").status, 403);
  EXPECT_EQ(ask("GET", "/things", {{"X-Forwarded-For", "10.1.1.1"}}, "11.1.1.1").status, 403)
      << "nobody believes a stranger";
  options.ops = true;
  EXPECT_TRUE(Gate(options).letsIn(*IpAddress::parse("127.0.0.1"))) << "a health check";
}

TEST_F(GateTest, TrustedProxiesSayWhoAsks) {
  options.proxies = networks({"10.9.0.0/16"});
  options.allowed = networks({"203.0.113.0/24"});
  const auto through = [&](std::string chain) {
    return ask("GET", "/things",
               {{"X-Forwarded-For", std::move(chain)}, {"X-Forwarded-Proto", "https"}}, "10.9.0.1");
  };
  const auto good = through("1.2.3.4, 203.0.113.7, 10.9.0.2");
  EXPECT_EQ(good.status, 200);
  EXPECT_EQ(good.request.client, "203.0.113.7")
      << "what stands left of it is the caller's own word";
  EXPECT_TRUE(good.request.secure);
  EXPECT_EQ(through("203.0.113.7, 198.51.100.1").status, 403);
  EXPECT_EQ(through("203.0.113.7:4711").request.client, "203.0.113.7");
  EXPECT_EQ(through("nonsense").status, 403);
  EXPECT_FALSE(ask("GET", "/things", {{"X-Forwarded-Proto", "https"}}).request.secure);
}

TEST_F(GateTest, WhereAProxyDoesTlsOnlyItConnects) {
  options.loopback = false;
  options.proxies = networks({"10.9.0.0/16"});
  options.onlyProxies = true;
  const Gate gate(options);
  EXPECT_TRUE(gate.letsIn(*IpAddress::parse("10.9.0.1")));
  EXPECT_TRUE(gate.letsIn(*IpAddress::parse("127.0.0.1")));
  EXPECT_FALSE(gate.letsIn(*IpAddress::parse("10.8.0.1")));
}

TEST_F(GateTest, RequestIdsOfCallersAreTakenWhenTheyAreOne) {
  EXPECT_EQ(ask("GET", "/things", {{"X-Request-Id", "a.B_3:-"}}).request.id, "a.B_3:-");
  for (const auto& bad : {std::string("a b"), std::string("\x1b[31m"), std::string(129, 'a')}) {
    EXPECT_EQ(ask("GET", "/things", {{"X-Request-Id", bad}}).request.id.size(), 36U);
  }
}

}  // namespace
}  // namespace caas::kafka::http
