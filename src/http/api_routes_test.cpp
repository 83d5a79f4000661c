// What every route of the API promises, held over the whole table; and what bodies and arguments
// are refused before Kafka is asked.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "http/api.hpp"
#include "support/http_api.hpp"
#include "support/http_call.hpp"

namespace caas::kafka::http {
namespace {

using ::testing::HasSubstr;

class ApiRoutes : public ::testing::Test {
 protected:
  ApiRoutes() {
    auto loaded = loadSettings({{"KAFKA_BROKERS", "127.0.0.1:1"}}, "");
    auto router = Router::create(apiRoutes(test::apiWithoutKafka(*std::move(loaded))));
    EXPECT_TRUE(router) << router.error().message;
    router_ = *std::move(router);
  }
  Response call(std::string_view method, std::string target, std::string body = {},
                std::string contentType = "application/json") {
    return test::call(*router_, {.method = method,
                                 .target = std::move(target),
                                 .body = std::move(body),
                                 .contentType = std::move(contentType)});
  }
  std::string detailOf(const Response& response) {
    return std::string(test::jsonOf(response).at("detail").as_string());
  }
  std::unique_ptr<Router> router_;
};

TEST_F(ApiRoutes, AllAreDescribedAndChangesNeedMoreThanAViewer) {
  EXPECT_GE(router_->routes().size(), 30U);
  for (const auto& route : router_->routes()) {
    SCOPED_TRACE(route.operationId);
    EXPECT_FALSE(route.summary.empty());
    EXPECT_FALSE(route.tag.empty());
    EXPECT_FALSE(route.successes.empty());
    const bool plans = route.operationId == "planTopics" || route.operationId == "checkSchema";
    if (route.method != Method::kGet && !plans) {
      EXPECT_NE(route.role, Role::kViewer);
    }
    for (const auto& success : route.successes) {
      EXPECT_FALSE(success.description.empty());
      EXPECT_TRUE(success.contentType != kJson || !success.schema.json.empty());
    }
  }
}

TEST_F(ApiRoutes, MessagesAreReadByOperatorsOnly) {
  for (const auto& route : router_->routes()) {
    if (route.tag == "Messages" || route.operationId == "getDeadLetter") {
      EXPECT_EQ(route.role, Role::kOperator) << route.operationId;
    }
  }
}

TEST_F(ApiRoutes, WithoutASnapshotListsSaySo) {
  const auto response = call("GET", "/v1/topics");
  EXPECT_EQ(response.status, 503);
}

TEST_F(ApiRoutes, DeletingATenantNeedsItsIdTwice) {
  EXPECT_EQ(call("DELETE", "/v1/tenants/acme").status, 400);
  const auto response = call("DELETE", "/v1/tenants/acme?confirm=acme2");
  EXPECT_EQ(response.status, 400);
  EXPECT_THAT(detailOf(response), HasSubstr("nothing was deleted"));
}

TEST_F(ApiRoutes, BadTenantIdsAndUnknownTypesAreRefused) {
  EXPECT_EQ(call("PUT", "/v1/tenants/a.b").status, 400);
  EXPECT_EQ(call("GET", "/v1/tenants/..%2Fx").status, 400);
  EXPECT_EQ(call("POST", "/v1/tenants/acme/events/nonsense", "{}").status, 400);
  EXPECT_EQ(call("POST", "/v1/tenants/acme/events/audit", "{}").status, 400) << "the platform's";
  EXPECT_EQ(call("POST", "/v1/events/message", "{}").status, 400) << "a tenant's";
}

TEST_F(ApiRoutes, AnEventThatIsNoneIsRefusedWithItsField) {
  const auto response = call("POST", "/v1/tenants/acme/events/message", R"({"userId":"u"})");
  EXPECT_EQ(response.status, 400);
  EXPECT_THAT(detailOf(response), HasSubstr("conversationId"));
  EXPECT_EQ(call("POST", "/v1/tenants/acme/events/message", "{").status, 400);
}

TEST_F(ApiRoutes, EachLineOfABatchHasItsResult) {
  const auto response = call("POST", "/v1/tenants/acme/events/message",
                             "{\n\n{\"userId\":\"u\"}\r\n", std::string(kNdjson));
  EXPECT_EQ(response.status, 207);
  const std::string body(response.content());
  EXPECT_THAT(body, HasSubstr(R"({"line":1,"status":"refused")"));
  EXPECT_THAT(body, HasSubstr(R"({"line":3,"status":"refused")"));
  EXPECT_EQ(std::ranges::count(body, '\n'), 2);
}

TEST_F(ApiRoutes, ADeadLetterJobMustSayWhichEntries) {
  const auto nothing = call("POST", "/v1/dlq/jobs", R"({"action":"redrive"})");
  EXPECT_EQ(nothing.status, 400);
  EXPECT_THAT(detailOf(nothing), HasSubstr("which entries"));
  EXPECT_EQ(
      call("POST", "/v1/dlq/jobs", R"({"action":"redrive","all":true,"filter":{"tenant":"a"}})")
          .status,
      400);
  EXPECT_EQ(call("POST", "/v1/dlq/jobs", R"({"action":"explode","all":true})").status, 400);
  EXPECT_EQ(call("GET", "/v1/dlq/jobs/none").status, 404);
}

TEST_F(ApiRoutes, AResetNeedsATargetThatIsWhole) {
  const auto path = "/v1/groups/orders/reset";
  EXPECT_EQ(call("POST", path, R"({"to":"offset"})").status, 400);
  EXPECT_EQ(call("POST", path, R"({"to":"time"})").status, 400);
  EXPECT_EQ(call("POST", path, R"({"to":"yesterday"})").status, 400);
}

}  // namespace
}  // namespace caas::kafka::http
