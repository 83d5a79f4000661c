// /v1/openapi.json: the table of routes, itself among them.

#include <boost/json/serialize.hpp>

#include "http/openapi.hpp"

namespace caas::kafka::http {

void addOpenApiRoute(Routes& routes, bool tokens) {
  Route route{
      .method = Method::kGet,
      .pattern = "/v1/openapi.json",
      .operationId = "getOpenApi",
      .tag = "Service",
      .summary = "This API, as OpenAPI 3.1.",
      .successes = {{.description = "The description.",
                     .contentType = std::string(kJson),
                     .schema = schema::map(schema::anything())}},
      .open = true,
  };
  route.handler = Immediate{};
  routes.push_back(std::move(route));
  // Once: it is the same for everybody.
  auto text = std::make_shared<const std::string>(boost::json::serialize(openApi(routes, tokens)));
  routes.back().handler = Immediate{[text](const Request&) -> Answer {
    auto response = Response::text({}, kJson);
    response.sharedBody = text;
    return response;
  }};
}

}  // namespace caas::kafka::http
