#include "http/router.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/errors.hpp"
#include "support/http_call.hpp"

namespace caas::kafka::http {
namespace {

using test::call;
using test::jsonOf;
using ::testing::HasSubstr;

/// Answers with the route's id and the arguments that the test asks for.
Immediate echo(std::string id, std::vector<std::string> names) {
  return {[id = std::move(id), names = std::move(names)](const Request& request) -> Answer {
    boost::json::object out{{"route", id}};
    for (const auto& name : names) {
      out[name] = boost::json::array(request.arguments.all(name).begin(),
                                     request.arguments.all(name).end());
    }
    return Response::json(out);
  }};
}

Route get(std::string pattern, std::string id, std::vector<Parameter> parameters = {}) {
  std::vector<std::string> names;
  for (const auto& parameter : parameters) {
    names.push_back(parameter.name);
  }
  Route route{.pattern = std::move(pattern),
              .operationId = id,
              .parameters = std::move(parameters),
              .successes = {{.description = "ok"}}};
  route.handler = echo(std::move(id), std::move(names));
  return route;
}

Route post(std::string pattern, std::string id) {
  Route route = get(std::move(pattern), std::move(id));
  route.method = Method::kPost;
  route.body = RequestBody{
      .contents = {{.schema = schema::object({{"name", schema::text("^[a-z]+$", 1, 8)},
                                              optional("count", schema::integer(1, 9))})},
                   {.type = std::string(kNdjson)}},
      .mostBytes = 64};
  route.handler = Immediate{[](const Request& request) -> Answer {
    return Response::json({{"json", request.json}, {"bytes", request.body.size()}});
  }};
  return route;
}

class RouterTest : public ::testing::Test {
 protected:
  RouterTest() {
    Routes routes{
        get("/v1/tenants/{id}/events", "list",
            {parameters::tenantId(), parameters::limit(100, 500),
             Parameter::query("state", "").oneOf({"ok", "late"}),
             Parameter::query("since", "").time(),
             Parameter::query("deep", "").boolean().byDefault("false"),
             Parameter::query("topic", "").several(),
             Parameter::header("Idempotency-Key", "").longest(8)}),
        get("/v1/tenants/plan", "plan"),
        get("/v1/tenants/{tenant}", "one", {parameters::tenantId("tenant")}),
        post("/v1/things", "make"),
        get("/v1/things", "things"),
    };
    auto made = Router::create(std::move(routes));
    EXPECT_TRUE(made) << made.error().message;
    router_ = *std::move(made);
  }
  boost::json::value good(std::string target) {
    const auto response = call(*router_, {.target = std::move(target)});
    EXPECT_EQ(response.status, 200) << response.content();
    return jsonOf(response);
  }
  std::string detail(std::string target, int status = 400) {
    const auto response = call(*router_, {.target = std::move(target)});
    EXPECT_EQ(response.status, status) << response.content();
    return std::string(jsonOf(response).at("detail").as_string());
  }
  Response send(std::string body, std::string contentType = "application/json") {
    return call(*router_, {.method = "POST",
                           .target = "/v1/things",
                           .body = std::move(body),
                           .contentType = std::move(contentType)});
  }
  std::unique_ptr<Router> router_;
};

TEST_F(RouterTest, NamesComeBeforeParametersAndSegmentsAreDecoded) {
  EXPECT_EQ(good("/v1/tenants/plan").at("route"), "plan");
  EXPECT_EQ(good("/v1/tenants/pl%61n").at("route"), "plan");
  EXPECT_EQ(good("/v1/tenants/acme").at("tenant").at(0), "acme");
  EXPECT_EQ(good("/v1/tenants/plan/events").at("id").at(0), "plan");
}

TEST_F(RouterTest, WhatIsNotThereIs404) {
  for (const auto* path : {"/", "/v1", "/v1/", "/v1/nothing", "/v1//tenants/acme", "/v1/tenants/",
                           "/v1/./tenants/plan", "/v1/tenants/..", "/v1/tenants/%2e%2e",
                           "/v1/tenants/%zz", "/v1/tenants/%00", "/v1/tenants/%ff"}) {
    EXPECT_THAT(detail(path, 404), HasSubstr("there is nothing at")) << path;
  }
  EXPECT_THAT(detail("/v1" + std::string(5'000, '/'), 404), HasSubstr("nothing"));
}

TEST_F(RouterTest, ArgumentsAreCheckedAndDefaultsFilledIn) {
  const auto plain = good("/v1/tenants/acme/events");
  EXPECT_EQ(plain.at("limit").at(0), "100");
  EXPECT_EQ(plain.at("deep").at(0), "false");
  EXPECT_TRUE(plain.at("state").as_array().empty());
  const auto all = good(
      "/v1/tenants/acme/"
      "events?limit=7&state=late&since=2026-03-01T00%3A00%3A00Z&topic=a+b&topic=%C3%A9");
  EXPECT_EQ(all.at("limit").at(0), "7");
  EXPECT_EQ(all.at("topic").at(0), "a b");
  EXPECT_EQ(all.at("topic").at(1), "é");

  EXPECT_THAT(detail("/v1/tenants/a.b/events"), HasSubstr("id='a.b': it must match"));
  EXPECT_THAT(detail("/v1/tenants/" + std::string(65, 'a')), HasSubstr("at most 64 bytes"));
  EXPECT_THAT(detail("/v1/tenants/acme/events?limit=501"), HasSubstr("from 1 to 500"));
  EXPECT_THAT(detail("/v1/tenants/acme/events?limit=1e3"), HasSubstr("whole number"));
  EXPECT_THAT(detail("/v1/tenants/acme/events?limit="), HasSubstr("whole number"));
  EXPECT_THAT(detail("/v1/tenants/acme/events?limit=1&limit=2"), HasSubstr("more than once"));
  EXPECT_THAT(detail("/v1/tenants/acme/events?state=bad"), HasSubstr("one of ok, late"));
  EXPECT_THAT(detail("/v1/tenants/acme/events?since=yesterday"), HasSubstr("a time such as"));
  EXPECT_THAT(detail("/v1/tenants/acme/events?deep=1"), HasSubstr("true or false"));
  EXPECT_THAT(detail("/v1/tenants/acme/events?topic=%ff"), HasSubstr("not well-formed"));
  EXPECT_THAT(detail("/v1/tenants/acme/events?lmit=3"),
              HasSubstr("there is no query parameter 'lmit'"));
}

TEST_F(RouterTest, HeadersAreParametersToo) {
  auto response = call(
      *router_, {.target = "/v1/tenants/acme/events", .headers = {{"idempotency-key", "k-1"}}});
  EXPECT_EQ(jsonOf(response).at("Idempotency-Key").at(0), "k-1");
  response = call(*router_, {.target = "/v1/tenants/acme/events",
                             .headers = {{"Idempotency-Key", "far-too-long"}}});
  EXPECT_EQ(response.status, 400);
}

TEST_F(RouterTest, MethodsThatAreNotServedNameThoseThatAre) {
  for (const auto* method : {"DELETE", "PROPFIND", "get"}) {
    const auto response = call(*router_, {.method = method, .target = "/v1/things"});
    EXPECT_EQ(response.status, 405) << method;
    EXPECT_EQ(response.headers.get("Allow"), "GET, HEAD, OPTIONS, POST");
  }
  const auto options = call(*router_, {.method = "OPTIONS", .target = "/v1/things"});
  EXPECT_EQ(options.status, 204);
  EXPECT_EQ(options.headers.get("Allow"), "GET, HEAD, OPTIONS, POST");
  const auto head = router_->match("HEAD", "/v1/things");
  ASSERT_TRUE(std::holds_alternative<Match>(head));
  EXPECT_TRUE(std::get<Match>(head).headOnly);
}

TEST_F(RouterTest, BodiesAreCheckedBeforeTheHandlerSeesThem) {
  auto response = send(R"({"name":"abc","count":3})", "Application/JSON; charset=utf-8");
  EXPECT_EQ(response.status, 200) << response.content();
  EXPECT_EQ(jsonOf(response).at("json").at("count"), 3);
  EXPECT_EQ(send("{}\n{}\n", "application/x-ndjson").status, 200);

  EXPECT_EQ(send("<a/>", "text/xml").status, 415);
  EXPECT_EQ(send("<a/>", "text/xml").headers.get("Accept-Post"),
            "application/json or application/x-ndjson");
  EXPECT_EQ(send(std::string(65, ' ')).status, 413);
  EXPECT_EQ(call(*router_, {.method = "POST", .target = "/v1/things"}).status, 411);
  EXPECT_EQ(call(*router_,
                 {.method = "POST", .target = "/v1/things", .headers = {{"Content-Length", "0"}}})
                .status,
            400);
  const auto detailOf = [&](std::string body) {
    const auto bad = send(std::move(body));
    EXPECT_EQ(bad.status, 400);
    return std::string(jsonOf(bad).at("detail").as_string());
  };
  EXPECT_THAT(detailOf("{\"name\""), HasSubstr("not JSON"));
  EXPECT_THAT(detailOf("\"\xff\""), HasSubstr("not UTF-8"));
  EXPECT_THAT(detailOf(R"({"name":"ABC"})"), HasSubstr("/name must match ^[a-z]+$"));
  EXPECT_THAT(detailOf(R"({"name":"abc","x":1})"), HasSubstr("must not have 'x'"));
  EXPECT_THAT(detailOf(R"({"name":"abc"} x)"), HasSubstr("behind its end"));
}

TEST_F(RouterTest, ARouteWithoutBodyTakesNone) {
  const auto response = call(*router_, {.target = "/v1/things", .body = "{}"});
  EXPECT_EQ(response.status, 400);
  EXPECT_THAT(jsonOf(response).at("detail").as_string(), HasSubstr("takes no body"));
}

TEST_F(RouterTest, AcceptThatTakesNoneOfOursIs406) {
  const auto status = [&](std::string accept) {
    return call(*router_, {.target = "/v1/things", .headers = {{"Accept", std::move(accept)}}})
        .status;
  };
  EXPECT_EQ(status("text/html, application/json;q=0.1"), 200);
  EXPECT_EQ(status("*/*"), 200);
  EXPECT_EQ(status("text/html"), 406);
  EXPECT_EQ(status("*/*, application/json;q=0"), 406);
}

TEST(Router, ATableWithAMistakeIsRefused) {
  const auto problem = [](Routes routes) {
    const auto made = Router::create(std::move(routes));
    return made ? std::string{} : made.error().message;
  };
  EXPECT_THAT(problem({get("/a/{x}", "a")}), HasSubstr("GET /a/{x}: {x} is not described"));
  EXPECT_THAT(problem({get("/a", "a"), get("/a", "b")}), HasSubstr("another one like it"));
  EXPECT_THAT(problem({get("/a", "a"), get("/b", "a")}), HasSubstr("operation id a"));
  EXPECT_THAT(problem({get("/a", "a", {Parameter::query("q", "").pattern("(", 5)})}),
              HasSubstr("no regular expression"));
}

}  // namespace
}  // namespace caas::kafka::http
