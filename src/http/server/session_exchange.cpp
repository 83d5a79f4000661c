#include <utility>

#include <boost/beast/http/error.hpp>

#include "config/enum_names.hpp"
#include "http/server/answer_head.hpp"
#include "http/server/session.hpp"

namespace caas::kafka::http {
namespace {

constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";
constexpr auto kNeedMore = boost::beast::http::error::need_more;

bool hasBody(int status) { return status != 204 && status != 304; }

}  // namespace

Exchange::Exchange(Core& shared) : core(shared), parser(shared.limits, shared.budget) {}

Exchange::~Exchange() {
  if (counted) {
    core.ended();
  }
}

Task<bool> Session::serveOne() {
  Exchange exchange(core_);
  Response response;
  auto step = co_await readHead(exchange, response);
  if (step == Step::kGone) {
    co_return false;
  }
  core_.began();
  exchange.counted = true;
  ++served_;
  if (step == Step::kGood) {
    if (auto refused = admit(exchange)) {
      response = *std::move(refused);
      step = Step::kRefused;
    } else {
      step = co_await readBody(exchange, response);
    }
  }
  if (step == Step::kGone) {
    co_return false;
  }
  if (step == Step::kGood) {
    if (std::holds_alternative<Streaming>(exchange.route->handler)) {
      const bool stays = co_await stream(exchange);
      co_return stays;
    }
    disarm();
    response = co_await handle(exchange);
  }
  const bool stays = co_await send(exchange, std::move(response));
  co_return stays;
}

Response Session::refuse(Exchange& exchange, const Problem& problem, std::string_view reason) {
  if (!reason.empty()) {
    core_.meter->refused(reason);
  }
  return toResponse(problem, exchange.request->id);
}

Task<Session::Step> Session::readHead(Exchange& exchange, Response& refused) {
  auto& parser = exchange.parser;
  arm(core_.limits.headTime);
  for (;;) {
    // A client may end the request before with an empty line too many (RFC 9112, 2.2).
    while (!parser.got_some() && buffer_.unread().starts_with("\r\n")) {
      buffer_.use(2);
    }
    boost::beast::error_code error = kNeedMore;
    if (!buffer_.empty()) {
      buffer_.use(parser.take(buffer_.unread(), error));
    }
    if (!error && parser.is_header_done()) {
      co_return Step::kGood;
    }
    if ((error && error != kNeedMore) || buffer_.full()) {
      exchange.request->id = requestId(parser.headers);
      const auto problem = error == kNeedMore
                               ? problems::headersTooLarge(core_.limits.mostHeadBytes)
                               : parser.problemOf(error, 0);
      refused = refuse(exchange, problem, problem.status == 400 ? "syntax" : "size");
      co_return Step::kRefused;
    }
    const bool came = co_await fill();
    if (came) {
      continue;
    }
    if (!expired_ || !(parser.got_some() || !buffer_.empty())) {
      co_return Step::kGone;
    }
    exchange.request->id = requestId(parser.headers);
    refused = refuse(exchange, problems::requestTimeout("the request's head did not come in time"),
                     "timeout");
    co_return Step::kRefused;
  }
}

std::optional<Response> Session::admit(Exchange& exchange) {
  auto& request = *exchange.request;
  auto& parser = exchange.parser;
  request.headers = std::move(parser.headers);
  exchange.keepAlive = parser.keep_alive();
  exchange.headOnly = parser.method == "HEAD";
  auto verdict =
      gate_.admit({.method = parser.method, .target = parser.target, .version = parser.version},
                  peer_, request);
  if (auto* response = std::get_if<Response>(&verdict)) {
    return std::move(*response);
  }
  if (const auto* turned = std::get_if<Turned>(&verdict)) {
    auto response = refuse(exchange, turned->refusal.problem, turned->reason);
    for (const auto& [name, value] : turned->refusal.headers) {
      response.headers.set(name, value);
    }
    return response;
  }
  exchange.route = std::get<Admitted>(verdict).route;
  if (request.headers.get("Transfer-Encoding") && !parser.chunked()) {
    return refuse(exchange, problems::badRequest("Transfer-Encoding must be chunked"), "syntax");
  }
  const auto expect = request.headers.get("Expect");
  if (expect && !config::equalIgnoringCase(*expect, "100-continue")) {
    return refuse(exchange, problems::expectationFailed(), "syntax");
  }
  if (exchange.route->door == Door::kOps) {
    return std::nullopt;
  }
  if (core_.draining) {
    return refuse(exchange, problems::draining(), "load");
  }
  if (core_.budget.full()) {
    return refuse(exchange, problems::overloaded("too many bodies are under way"), "load");
  }
  return std::nullopt;
}

Task<Session::Step> Session::readBody(Exchange& exchange, Response& refused) {
  auto& parser = exchange.parser;
  auto& request = *exchange.request;
  if (parser.is_done()) {
    co_return Step::kGood;
  }
  if (request.headers.get("Expect") && buffer_.empty()) {
    const bool told = co_await write(kContinue, {});
    if (!told) {
      co_return Step::kGone;
    }
  }
  const auto most = exchange.route->body ? exchange.route->body->mostBytes : 0;
  parser.readBody(most);
  arm(core_.limits.bodyTime);
  while (!parser.is_done()) {
    boost::beast::error_code error = kNeedMore;
    if (!buffer_.empty()) {
      buffer_.use(parser.take(buffer_.unread(), error));
    }
    if (error && (error != kNeedMore || buffer_.full())) {
      const auto problem = parser.problemOf(error, most);
      refused = refuse(exchange, problem,
                       problem.status == 400   ? "syntax"
                       : problem.status == 503 ? "load"
                                               : "size");
      co_return Step::kRefused;
    }
    if (parser.is_done() || (!error && !buffer_.empty())) {
      continue;
    }
    const bool came = co_await fill();
    if (!came) {
      if (!expired_) {
        co_return Step::kGone;
      }
      refused =
          refuse(exchange, problems::requestTimeout("the body did not come in time"), "timeout");
      co_return Step::kRefused;
    }
  }
  request.body = std::move(parser.body);
  request.charge = std::move(parser.charge);
  co_return Step::kGood;
}

Task<bool> Session::send(Exchange& exchange, Response response) {
  // What is left of a body that nobody reads would be taken for the next request.
  exchange.keepAlive = exchange.keepAlive && exchange.parser.is_done() && !core_.draining &&
                       !core_.stopping && served_ < core_.limits.mostRequestsPerConnection;
  const auto content = response.content();
  ByteBudget::Charge charge(core_.budget);
  charge.force(content.size());
  const auto head = answerHead(response, {.requestId = exchange.request->id,
                                          .date = core_.date,
                                          .keepAlive = exchange.keepAlive,
                                          .http10 = exchange.parser.version < 11,
                                          .secure = exchange.request->secure,
                                          .contentLength = content.size()});
  const auto body = exchange.headOnly || !hasBody(response.status) ? std::string_view{} : content;
  const bool sent = co_await write(head, body);
  account(exchange, response.status, body.size());
  co_return sent&& exchange.keepAlive;
}

void Session::account(const Exchange& exchange, int status, std::size_t bytes) {
  const auto& request = *exchange.request;
  const auto took = std::chrono::steady_clock::now() - exchange.began;
  const auto route = exchange.route != nullptr ? std::string_view(exchange.route->pattern) : "none";
  core_.meter->answered(exchange.parser.method, route, status, took);
  core_.log.add({.id = request.id,
                 .principal = request.principal.name,
                 .client = request.client.empty() ? peer_.address.text() : request.client,
                 .method = exchange.parser.method,
                 .path = request.path,
                 .status = status,
                 .bytes = bytes,
                 .took = took});
}

}  // namespace caas::kafka::http
