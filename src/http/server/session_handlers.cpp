#include <optional>
#include <utility>

#include "http/accept.hpp"
#include "http/server/invoke.hpp"
#include "http/server/session.hpp"

namespace caas::kafka::http {
namespace {

/// A body up to here is parsed on the server's thread, which costs less than handing it over.
constexpr std::size_t kParseInPlaceBytes = 16 * 1024;

/// An answer that comes from elsewhere. On the server's thread.
struct Pending {
  explicit Pending(const Executor& executor) : timer(executor) {}
  Timer timer;
  std::optional<Response> response{};
};

std::optional<Response> refusedBody(const Router& router, const Route& route, Request& request) {
  const auto refusal = router.readBody(route, request);
  return refusal ? std::optional(toResponse(refusal->problem, request.id)) : std::nullopt;
}

Response tooBusy(const Request& request) {
  return toResponse(problems::overloaded("too many requests are waiting"), request.id);
}

}  // namespace

Task<Response> Session::handle(Exchange& exchange) {
  const auto& route = *exchange.route;
  auto& request = *exchange.request;
  const auto* later = std::get_if<Asynchronous>(&route.handler);
  if (std::holds_alternative<Blocking>(route.handler) || request.body.size() > kParseInPlaceBytes ||
      (later != nullptr && later->onWorker)) {
    auto response = co_await runElsewhere(exchange);
    co_return response;
  }
  if (auto refused = refusedBody(gate_.router(), route, request)) {
    co_return *std::move(refused);
  }
  if (later == nullptr) {
    auto answer = invoke(std::get<Immediate>(route.handler), request);
    auto response = co_await compressed(exchange, responseOf(std::move(answer), route, request));
    co_return response;
  }
  const auto held = exchange.request;
  Begin begin = [later, &route, held](const Deliver& deliver) {
    invoke(*later, held, Responder([deliver, &route, held](Answer answer) {
      deliver(responseOf(std::move(answer), route, *held));
    }));
    return true;
  };
  auto response = co_await awaitAnswer(exchange, std::move(begin));
  response = co_await compressed(exchange, std::move(response));
  co_return response;
}

/// Body and handler, both on a worker.
Task<Response> Session::runElsewhere(Exchange& exchange) {
  const auto held = exchange.request;
  const auto& route = *exchange.route;
  const auto& router = gate_.router();
  const auto gzipFrom = core_.limits.gzipFromBytes;
  Begin begin = [this, held, &route, &router, gzipFrom](const Deliver& deliver) {
    return core_.workers.post([held, &route, &router, gzipFrom, deliver] {
      if (std::chrono::steady_clock::now() >= held->deadline) {
        return;  // the caller has its 504 already
      }
      if (auto refused = refusedBody(router, route, *held)) {
        deliver(*std::move(refused));
        return;
      }
      const auto finish = [&route, held, gzipFrom, deliver](Answer answer) {
        auto response = responseOf(std::move(answer), route, *held);
        compress(response, *held, gzipFrom);
        deliver(std::move(response));
      };
      if (const auto* later = std::get_if<Asynchronous>(&route.handler)) {
        invoke(*later, held, Responder(finish));
      } else if (const auto* blocking = std::get_if<Blocking>(&route.handler)) {
        finish(invoke(*blocking, *held));
      } else {
        finish(invoke(std::get<Immediate>(route.handler), *held));
      }
    });
  };
  auto response = co_await awaitAnswer(exchange, std::move(begin));
  co_return response;
}

Task<Response> Session::awaitAnswer(Exchange& exchange, Begin begin) {
  const auto pending = std::make_shared<Pending>(core_.io.get_executor());
  Deliver deliver = [mailbox = core_.mailbox,
                     weak = std::weak_ptr<Pending>(pending)](Response response) {
    mailbox->post([weak, response = std::move(response)]() mutable {
      if (const auto waiting = weak.lock()) {
        waiting->response = std::move(response);
        waiting->timer.cancel();
      }
    });
  };
  if (!begin(std::move(deliver))) {
    co_return tooBusy(*exchange.request);
  }
  answerTimer_ = &pending->timer;
  pending->timer.expires_at(exchange.request->deadline);
  while (!pending->response && !aborted_) {
    const auto [cancelled] = co_await pending->timer.async_wait(kAwait);
    if (!cancelled) {
      break;
    }
  }
  answerTimer_ = nullptr;
  if (pending->response) {
    co_return *std::move(pending->response);
  }
  co_return toResponse(problems::timedOut(exchange.route->timeout), exchange.request->id);
}

/// Small ones at once; large ones by a worker, for they take as long as hundreds of requests.
Task<Response> Session::compressed(Exchange& exchange, Response response) {
  const auto held = exchange.request;
  const auto from = core_.limits.gzipFromBytes;
  if (response.content().size() <= core_.limits.gzipInPlaceBytes ||
      !acceptsGzip(held->headers.get("Accept-Encoding").value_or(""))) {
    compress(response, *held, from);
    co_return response;
  }
  const auto whole = std::make_shared<Response>(std::move(response));
  Begin begin = [this, whole, held, from](const Deliver& deliver) {
    return core_.workers.post([whole, held, from, deliver] {
      auto copy = *whole;
      compress(copy, *held, from);
      deliver(std::move(copy));
    });
  };
  auto answer = co_await awaitAnswer(exchange, std::move(begin));
  // Too busy to compress is no reason not to answer.
  co_return answer.status == whole->status ? std::move(answer) : std::move(*whole);
}

}  // namespace caas::kafka::http
