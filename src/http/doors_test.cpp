#include "http/doors.hpp"

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <unistd.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "http/tokens.hpp"
#include "support/http_api.hpp"

namespace caas::kafka::http {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

Result<std::vector<ListenOptions>> doors(const HttpSettings& http) {
  LoadedSettings loaded;
  loaded.settings.http = http;
  return makeDoors(test::apiWithoutKafka(std::move(loaded)));
}

std::string problem(const HttpSettings& http) {
  const auto made = doors(http);
  return made ? std::string{} : made.error().message + " | " + made.error().hint;
}

bool has(const ListenOptions& door, std::string_view path) {
  return std::holds_alternative<Match>(door.gate->router().match("GET", path));
}

TEST(Doors, OnLoopbackNothingIsNeeded) {
  const auto made = doors({});
  ASSERT_TRUE(made) << made.error().describe();
  ASSERT_EQ(made->size(), 2U);
  EXPECT_TRUE(has(made->at(0), "/v1/config"));
  EXPECT_TRUE(has(made->at(0), "/v1/openapi.json"));
  EXPECT_TRUE(has(made->at(0), "/livez"));
  EXPECT_TRUE(has(made->at(1), "/livez"));
  EXPECT_FALSE(has(made->at(1), "/v1/config"));
}

TEST(Doors, BeyondLoopbackWhatIsMissingIsNamed) {
  EXPECT_THAT(problem({.listen = "0.0.0.0:0"}),
              AllOf(HasSubstr("HTTP_LISTEN=0.0.0.0:0"), HasSubstr("HTTP_TOKENS_FILE"),
                    HasSubstr("HTTP_TLS_CERT"), HasSubstr("HTTP_TRUSTED_PROXIES")));
  EXPECT_THAT(problem({.listen = "[::]:0", .trustedProxies = {"10.0.0.0/8"}}),
              AllOf(HasSubstr("HTTP_TOKENS_FILE"), Not(HasSubstr("HTTP_TLS_CERT"))));
  EXPECT_THAT(problem({.listen = "0.0.0.0:0", .tokensFile = "/t"}),
              AllOf(Not(HasSubstr("Set HTTP_TOKENS_FILE")), HasSubstr("HTTP_TLS_CERT")));
}

TEST(Doors, WithTokensAndAProxyItListensWithoutTheProbes) {
  std::string name = std::filesystem::temp_directory_path() / "caas-tokens-XXXXXX";
  const int fd = ::mkstemp(name.data());
  ASSERT_GE(fd, 0);
  ::close(fd);
  const std::filesystem::path file = name;
  std::ofstream(file) << makeToken("ci", Role::kViewer)->line << '\n';
  const auto made =
      doors({.listen = "0.0.0.0:0", .tokensFile = file, .trustedProxies = {"10.0.0.1"}});
  ASSERT_TRUE(made) << made.error().describe();
  EXPECT_TRUE(has(made->at(0), "/v1/config"));
  EXPECT_FALSE(has(made->at(0), "/livez"));
  EXPECT_FALSE(made->at(0).gate->letsIn(*IpAddress::parse("10.0.0.2")));
  std::ofstream(file) << "nonsense\n";
  EXPECT_THAT(problem({.tokensFile = file}), HasSubstr(file.string() + ":1:"));
  std::filesystem::remove(file);
}

TEST(OpsRoutes, SayWhetherItIsReadyAndWhyNot) {
  const auto api = test::apiWithoutKafka({});
  auto router = Router::create(apiRoutes(api));
  ASSERT_TRUE(router) << router.error().message;
  const auto status = [&](std::string_view path) {
    const auto match = std::get<Match>((*router)->match("GET", path));
    const auto answer = std::get<Immediate>(match.route->handler).run({});
    return std::pair{answer->status, std::string(answer->content())};
  };
  EXPECT_EQ(status("/livez").first, 200);
  EXPECT_EQ(status("/health").first, 503);
  api->state->starting("no broker answered");
  EXPECT_EQ(status("/readyz"),
            (std::pair{503, std::string(R"({"ready":false,"reasons":["no broker answered"]})")}));
  api->state->ready();
  EXPECT_EQ(status("/readyz").first, 200);
  HealthCheckResult seen;
  seen.status = HealthStatus::kDegraded;
  seen.reasons = {"broker 2 is down"};
  api->state->saw(seen);
  EXPECT_EQ(status("/health").first, 200);
  EXPECT_THAT(status("/health").second, HasSubstr("broker 2 is down"));
  seen.status = HealthStatus::kUnhealthy;
  api->state->saw(seen);
  EXPECT_EQ(status("/health").first, 503);
  api->state->draining();
  EXPECT_EQ(status("/readyz").first, 503);
  EXPECT_EQ(status("/livez").first, 200);
}

}  // namespace
}  // namespace caas::kafka::http
