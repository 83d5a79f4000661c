#include <algorithm>
#include <cctype>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "http/api.hpp"
#include "http/body_check.hpp"
#include "http/openapi.hpp"
#include "support/http_api.hpp"
#include "support/http_call.hpp"

namespace caas::kafka::http {
namespace {

std::unique_ptr<Router> routerOf(const EnvironmentMap& environment) {
  auto loaded = loadSettings(environment, "");
  EXPECT_TRUE(loaded) << loaded.error().message;
  auto routes = apiRoutes(test::apiWithoutKafka(*std::move(loaded)));
  addOpenApiRoute(routes, true);
  auto router = Router::create(std::move(routes));
  EXPECT_TRUE(router) << router.error().message;
  return *std::move(router);
}

TEST(ConfigRoutes, SayWhatIsInForceButNoSecret) {
  const auto router = routerOf({{"KAFKA_SASL_ENABLED", "true"},
                                {"KAFKA_SASL_USERNAME", "service"},
                                {"KAFKA_SASL_PASSWORD", "hunter2"}});
  const auto response = test::call(*router, {.target = "/v1/config"});
  ASSERT_EQ(response.status, 200);
  EXPECT_THAT(response.content(), ::testing::Not(::testing::HasSubstr("hunter2")));
  const auto document = test::jsonOf(response);
  for (const auto& row : document.at("settings").as_array()) {
    if (row.at("name") == "KAFKA_SASL_USERNAME") {
      EXPECT_EQ(row.at("value"), "service");
      EXPECT_EQ(row.at("source"), "environment");
      return;
    }
  }
  FAIL() << "the setting is not there";
}

TEST(ConfigRoutes, AreAsTheirSchemaSays) {
  const auto router = routerOf({});
  const auto& route = router->routes().front();
  const auto check = BodyCheck::compile(route.successes.front().schema);
  ASSERT_TRUE(check) << check.error().message;
  const auto wrong =
      check->problemWith(test::jsonOf(test::call(*router, {.target = route.pattern})));
  EXPECT_FALSE(wrong) << *wrong;
}

TEST(OpenApi, IsServedAndTellsOfEveryRoute) {
  const auto router = routerOf({});
  const auto document = test::jsonOf(test::call(*router, {.target = "/v1/openapi.json"}));
  EXPECT_EQ(document.at("openapi"), "3.1.0");
  for (const auto& route : router->routes()) {
    auto method = std::string(toString(route.method));
    std::ranges::transform(method, method.begin(), [](char c) { return std::tolower(c); });
    const auto& operation = document.at("paths").at(route.pattern).at(method);
    EXPECT_EQ(operation.at("operationId").as_string(), route.operationId);
    EXPECT_EQ(operation.as_object().contains("security"), !route.open);
  }
  const auto& schemas = document.at("components").at("schemas").as_object();
  EXPECT_TRUE(schemas.contains("Setting"));
  EXPECT_TRUE(schemas.contains("Problem"));
}

}  // namespace
}  // namespace caas::kafka::http
