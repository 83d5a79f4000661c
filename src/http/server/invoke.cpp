#include "http/server/invoke.hpp"

#include <algorithm>
#include <exception>
#include <utility>

#include "core/errors.hpp"
#include "core/log.hpp"
#include "http/accept.hpp"
#include "http/problem.hpp"
#include "http/server/gzip.hpp"

namespace caas::kafka::http {
namespace {

Error thrown(const char* what) {
  log::error("a handler threw", {{"what", what}});
  return errors::internal("the handler failed");
}

template <class Call>
auto guarded(const Call& call) -> decltype(call()) {
  try {
    return call();
  } catch (const std::exception& error) {
    return fail(thrown(error.what()));
  } catch (...) {
    return fail(thrown("something unknown"));
  }
}

/// JSON, text and the like; what is compressed already does not get smaller.
bool isText(std::string_view type) {
  return type.starts_with("text/") || type.ends_with("json") || type.ends_with("javascript") ||
         type.ends_with("xml");
}

}  // namespace

Answer invoke(const Immediate& handler, const Request& request) {
  return guarded([&] { return handler.run(request); });
}

Answer invoke(const Blocking& handler, const Request& request) {
  return guarded([&] { return handler.run(request); });
}

void invoke(const Asynchronous& handler, RequestPtr request, Responder responder) {
  const auto begun = guarded([&]() -> Result<void> {
    handler.run(std::move(request), responder);
    return {};
  });
  if (!begun) {
    responder.answer(fail(begun.error()));
  }
}

Result<void> invoke(const Streaming& handler, const Request& request, EventStream& stream) {
  return guarded([&] { return handler.run(request, stream); });
}

Response responseOf(Answer answer, const Route& route, const Request& request) {
  auto response = answer ? *std::move(answer) : toResponse(answer.error(), request.id);
  if (std::ranges::find(route.statuses, response.status) == route.statuses.end()) {
    log::error("an answer that its route does not describe",
               {{"operation", route.operationId}, {"status", response.status}});
  }
  return response;
}

void compress(Response& response, const Request& request, std::size_t fromBytes) {
  const auto type = mediaType(response.headers.get("Content-Type").value_or(""));
  if (response.content().size() < fromBytes || !isText(type) ||
      response.headers.get("Content-Encoding")) {
    return;
  }
  response.headers.add("Vary", "Accept-Encoding");
  if (!acceptsGzip(request.headers.get("Accept-Encoding").value_or(""))) {
    return;
  }
  if (auto smaller = gzipped(response.content())) {
    response.body = *std::move(smaller);
    response.sharedBody.reset();
    response.headers.set("Content-Encoding", "gzip");
  }
}

}  // namespace caas::kafka::http
