// needs: core/*.cpp config/values.cpp config/enum_names.cpp
// needs: http/accept.cpp http/arguments.cpp http/body_check.cpp http/compiled_route.cpp
// needs: http/json_body.cpp http/message.cpp http/parameter.cpp http/parameter_check.cpp
// needs: http/principal.cpp http/problem.cpp http/reason.cpp http/responder.cpp http/route.cpp
// needs: http/router.cpp http/schema.cpp http/url.cpp http/server/request_parser.cpp
// needs: http/idempotency/key.cpp catalog/tenant_id.cpp schema/json_bounds.cpp
//
// What comes over a connection, up to the handler. The first byte: how much comes at once.
#include <algorithm>
#include <string>

#include <boost/beast/http/error.hpp>
#include <boost/json/serialize.hpp>

#include "core/utf8.hpp"
#include "http/idempotency/key.hpp"
#include "http/router.hpp"
#include "http/server/request_parser.hpp"
#include "target.hpp"

namespace caas::kafka::fuzz {
namespace {

using namespace caas::kafka::http;

constexpr std::size_t kMostBody = 4'096;

Route route(Method method, std::string pattern, std::string id, std::vector<Parameter> parameters) {
  Route made{.method = method,
             .pattern = std::move(pattern),
             .operationId = std::move(id),
             .parameters = std::move(parameters),
             .successes = {{.description = "ok"}}};
  made.handler = Immediate{[](const Request&) -> Answer { return Response::noContent(); }};
  return made;
}

/// Parameters and bodies of every kind that the API has.
const Router& router() {
  static const auto kRouter = [] {
    auto post =
        route(Method::kPost, "/v1/tenants/{id}/events/{type}", "post",
              {parameters::tenantId(), Parameter::path("type", "").oneOf({"message", "typing"}),
               Parameter::header("traceparent", "").longest(55)});
    post.body = RequestBody{
        .contents = {{.schema = schema::object({{"name", schema::text("^[a-z]+$", 1, 8)},
                                                optional("count", schema::integer(1, 9)),
                                                optional("many", schema::array(schema::text()))})},
                     {.type = std::string(kNdjson)}},
        .mostBytes = kMostBody};
    auto made = Router::create(
        {route(
             Method::kGet, "/v1/topics", "list",
             {parameters::limit(), parameters::after(), Parameter::query("search", "").longest(20),
              Parameter::query("at", "").time(), Parameter::query("header", "").several(),
              Parameter::query("refresh", "").boolean().byDefault("false")}),
         route(Method::kGet, "/v1/topics/{topic}/messages", "browse",
               {parameters::topicName(), Parameter::query("partition", "").integer(0, 1'000)}),
         route(Method::kDelete, "/v1/groups/{group}", "remove",
               {parameters::groupId(), Parameter::query("confirm", "").needed()}),
         std::move(post)});
    check(made.has_value(), "the routes are right");
    return *std::move(made);
  }();
  return *kRouter;
}

void checkProblem(const Problem& problem) {
  check(problem.status >= 400 && problem.status < 600, "a problem has an error's status");
  const auto text = boost::json::serialize(toJson(problem, "id"));
  check(isUtf8(text), "a problem is UTF-8");
}

/// What the server does with a head that is whole.
bool handle(RequestParser& parser) {
  Request request;
  request.headers = parser.headers;
  const auto query = std::min(parser.target.find('?'), parser.target.size());
  request.path = parser.target.substr(0, query);
  if (query < parser.target.size()) {
    request.query = parser.target.substr(query + 1);
  }
  const auto matched = router().match(parser.method, request.path);
  if (const auto* refusal = std::get_if<Refusal>(&matched)) {
    checkProblem(refusal->problem);
    return false;
  }
  const auto* match = std::get_if<Match>(&matched);
  if (match == nullptr) {
    return true;  // OPTIONS
  }
  auto checked = router().check(*match, request.query, request.headers);
  if (const auto* refusal = std::get_if<Refusal>(&checked)) {
    checkProblem(refusal->problem);
    return false;
  }
  request.arguments = std::get<Arguments>(std::move(checked));
  if (match->route->operationId == "list") {
    const auto limit = request.arguments.integer("limit");
    check(limit >= 1 && limit <= 1'000, "a handler sees only what its route allows");
  }
  static_cast<void>(accepted(idempotencyKeyOf(request)));
  request.body = parser.body;
  check(request.body.size() <= kMostBody, "a body is bounded");
  if (const auto refusal = router().readBody(*match->route, request)) {
    checkProblem(refusal->problem);
    return false;
  }
  return true;
}

bool run(std::string_view input) {
  if (input.empty()) {
    return false;
  }
  static const Limits kLimits;
  static ByteBudget budget(1'000'000);
  const auto slice = std::max<std::size_t>(1, static_cast<unsigned char>(input.front()));
  std::string unread;
  std::size_t given = 1;
  bool handled = false;
  // As long as the connection lives: requests one after the other.
  while (given < input.size() || !unread.empty()) {
    RequestParser parser(kLimits, budget);
    bool bodyBegun = false;
    for (;;) {
      boost::beast::error_code error = boost::beast::http::error::need_more;
      if (!unread.empty()) {
        const auto used = parser.take(unread, error);
        check(used <= unread.size(), "no more is used than there is");
        unread.erase(0, used);
      }
      if (error && error != boost::beast::http::error::need_more) {
        checkProblem(parser.problemOf(error, kMostBody));
        return handled;
      }
      if (!error && parser.is_header_done() && !bodyBegun && !parser.is_done()) {
        parser.readBody(kMostBody);
        bodyBegun = true;
        continue;
      }
      if (parser.is_done()) {
        break;
      }
      if (given >= input.size()) {
        return handled;
      }
      const auto more = input.substr(given, slice);
      given += more.size();
      unread += more;
    }
    handled = handle(parser) || handled;
    if (!parser.keep_alive()) {
      return handled;
    }
  }
  return handled;
}

const Target kTarget{"http_request", run};

}  // namespace
}  // namespace caas::kafka::fuzz
