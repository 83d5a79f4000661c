#pragma once

// Calls a route without a network: all that the server does with a request, but for the wire.

#include <future>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <boost/json/parse.hpp>

#include "http/problem.hpp"
#include "http/router.hpp"

namespace caas::kafka::test {

struct HttpCall {
  std::string_view method = "GET";
  std::string target{};  ///< with the query
  std::vector<std::pair<std::string, std::string>> headers{};
  std::string body{};
  std::string contentType = "application/json";  ///< where there is a body
  http::Principal principal{.name = "test", .role = http::Role::kAdmin};
};

/// What a stream was sent.
struct CollectedEvents : http::EventStream {
  struct One {
    std::string type;
    std::string data;
    std::string id;
  };
  std::vector<One> events{};
  std::size_t most = 100;  ///< then the client goes
  bool started = false;

  bool send(const http::Event& event) override {
    started = true;
    if (!open()) {
      return false;
    }
    events.push_back({std::string(event.type), std::string(event.data), std::string(event.id)});
    return open();
  }
  bool start() override { return started = true; }
  bool waitFor(Milliseconds) override { return open(); }
  [[nodiscard]] bool open() const override { return events.size() < most; }
};

inline http::Response answerOf(const http::Answer& answer) {
  return answer ? *answer : http::toResponse(answer.error(), "test");
}

inline http::Response run(const http::Route& route, http::Request request,
                          http::EventStream* stream) {
  if (const auto* immediate = std::get_if<http::Immediate>(&route.handler)) {
    return answerOf(immediate->run(request));
  }
  if (const auto* blocking = std::get_if<http::Blocking>(&route.handler)) {
    return answerOf(blocking->run(request));
  }
  if (const auto* later = std::get_if<http::Asynchronous>(&route.handler)) {
    std::promise<http::Response> promise;
    later->run(std::make_shared<const http::Request>(std::move(request)),
               http::Responder([&](http::Answer answer) { promise.set_value(answerOf(answer)); }));
    return promise.get_future().get();
  }
  CollectedEvents nobody;
  const auto done =
      std::get<http::Streaming>(route.handler).run(request, stream != nullptr ? *stream : nobody);
  return done ? http::Response{} : http::toResponse(done.error(), "test");
}

/// `stream`: where the events of a streaming route go.
inline http::Response call(const http::Router& router, HttpCall call,
                           http::EventStream* stream = nullptr) {
  http::Request request;
  for (const auto& [name, value] : call.headers) {
    request.headers.add(name, value);
  }
  if (!call.body.empty()) {
    request.headers.set("Content-Type", call.contentType);
    request.headers.set("Content-Length", std::to_string(call.body.size()));
  }
  const auto question = std::min(call.target.find('?'), call.target.size());
  request.path = call.target.substr(0, question);
  request.query = call.target.substr(std::min(question + 1, call.target.size()));
  auto matched = router.match(call.method, request.path);
  const auto refused = [](const http::Refusal& refusal) {
    auto response = http::toResponse(refusal.problem, "test");
    for (const auto& [name, value] : refusal.headers) {
      response.headers.set(name, value);
    }
    return response;
  };
  if (auto* response = std::get_if<http::Response>(&matched)) {
    return std::move(*response);
  }
  if (const auto* refusal = std::get_if<http::Refusal>(&matched)) {
    return refused(*refusal);
  }
  const auto& match = std::get<http::Match>(matched);
  auto checked = router.check(match, request.query, request.headers);
  if (const auto* refusal = std::get_if<http::Refusal>(&checked)) {
    return refused(*refusal);
  }
  request.method = match.route->method;
  request.arguments = std::get<http::Arguments>(std::move(checked));
  request.body = std::move(call.body);
  request.principal = std::move(call.principal);
  request.id = "test";
  if (const auto refusal = router.readBody(*match.route, request)) {
    return refused(*refusal);
  }
  return run(*match.route, std::move(request), stream);
}

inline boost::json::value jsonOf(const http::Response& response) {
  return boost::json::parse(response.content());
}

}  // namespace caas::kafka::test
