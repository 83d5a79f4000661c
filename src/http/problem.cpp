#include "http/problem.hpp"

#include <boost/json/serialize.hpp>
#include <fmt/format.h>

#include "core/utf8.hpp"
#include "http/reason.hpp"

namespace caas::kafka::http {
namespace {

namespace json = boost::json;

Problem make(int status, std::string_view code, std::string detail, std::string hint = {}) {
  return {.status = status,
          .code = std::string(code),
          .detail = std::move(detail),
          .hint = std::move(hint)};
}

Problem later(int status, std::string_view code, std::string detail, int seconds,
              std::string hint = "Try again") {
  auto problem = make(status, code, std::move(detail), std::move(hint));
  problem.retriable = true;
  problem.retryAfterSeconds = seconds;
  return problem;
}

}  // namespace

int statusOf(ErrorCode code) {
  switch (code) {
    case ErrorCode::kInvalidArgument: return 400;
    case ErrorCode::kNotFound:
    case ErrorCode::kTopicNotFound:
    case ErrorCode::kTenantNotFound:
    case ErrorCode::kGroupNotFound:
    case ErrorCode::kSchemaNotFound: return 404;
    case ErrorCode::kTopicAlreadyExists:
    case ErrorCode::kTenantNameReserved:
    case ErrorCode::kGroupActive:
    case ErrorCode::kConflict:
    case ErrorCode::kFenced: return 409;
    case ErrorCode::kRecordTooLarge: return 413;
    case ErrorCode::kInvalidConfiguration:
    case ErrorCode::kIo:
    case ErrorCode::kInternal: return 500;
    case ErrorCode::kUnsupported: return 501;
    // Kafka refused us, or did a part only: nothing that the caller's own rights could change.
    case ErrorCode::kAuthentication:
    case ErrorCode::kAuthorization:
    case ErrorCode::kPartialFailure: return 502;
    case ErrorCode::kConnectionTimeout:
    case ErrorCode::kUnavailable:
    case ErrorCode::kNotEnoughReplicas:
    case ErrorCode::kQueueFull:
    case ErrorCode::kShutdown: return 503;
    case ErrorCode::kTimeout: return 504;
  }
  return 500;
}

Problem problemOf(const Error& error) {
  auto problem = make(statusOf(error.code), toString(error.code), error.message, error.hint);
  problem.retriable = error.retriable;
  if (problem.status == 503) {
    problem.retryAfterSeconds = 1;
  }
  return problem;
}

namespace problems {

Problem badRequest(std::string detail, std::string hint) {
  return make(400, "bad_request", std::move(detail), std::move(hint));
}
Problem unauthorized(std::string detail) {
  return make(401, "unauthorized", std::move(detail),
              "Send Authorization: Bearer TOKEN. `caas-kafka tokens create` makes one");
}
Problem forbidden(std::string detail, std::string hint) {
  return make(403, "forbidden", std::move(detail), std::move(hint));
}
Problem notFound(std::string_view path) {
  return make(404, "not_found", fmt::format("there is nothing at {}", path),
              "/v1/openapi.json lists what there is");
}
Problem methodNotAllowed(std::string_view method, std::string_view allowed) {
  return make(405, "method_not_allowed", fmt::format("{} is not served here", method),
              fmt::format("Allowed are {}", allowed));
}
Problem notAcceptable(std::string_view offered) {
  return make(406, "not_acceptable", "none of the types in Accept is offered here",
              fmt::format("Offered is {}", offered));
}
Problem requestTimeout(std::string detail) {
  return make(408, "request_timeout", std::move(detail), "Send the whole request at once");
}
Problem lengthRequired() {
  return make(411, "length_required", "the request has a body of unknown length",
              "Send Content-Length, or Transfer-Encoding: chunked");
}
Problem contentTooLarge(std::size_t mostBytes) {
  return make(413, "content_too_large", fmt::format("the body is larger than {} bytes", mostBytes),
              "Send less at a time");
}
Problem uriTooLong(std::size_t mostBytes) {
  return make(414, "uri_too_long",
              fmt::format("the request's target is longer than {} bytes", mostBytes));
}
Problem unsupportedMediaType(std::string_view given, std::string_view allowed) {
  return make(415, "unsupported_media_type",
              given.empty() ? std::string("the body has no Content-Type")
                            : fmt::format("a body of '{}' is not taken here", given),
              fmt::format("Content-Type must be {}", allowed));
}
Problem misdirected(std::string_view host, std::string_view setting) {
  return make(421, "misdirected_request", fmt::format("'{}' is none of this server's names", host),
              fmt::format("Names that it is called by go into {}", setting));
}
Problem expectationFailed() {
  return make(417, "expectation_failed", "Expect holds something else than 100-continue");
}
Problem headersTooLarge(std::size_t mostBytes) {
  return make(431, "headers_too_large",
              fmt::format("the request's head is larger than {} bytes", mostBytes));
}
Problem overloaded(std::string detail, int retryAfterSeconds) {
  return later(503, "overloaded", std::move(detail), retryAfterSeconds);
}
Problem draining() {
  return later(503, "draining", "this server is shutting down", 1,
               "Send it again: another server, or this one once it is back, will take it");
}
Problem timedOut(Milliseconds after) {
  return later(504, "timeout", fmt::format("no answer within {} ms", after.count()), 1,
               "It may have been done all the same: look before you send it again");
}

}  // namespace problems

json::object toJson(const Problem& problem, std::string_view instance) {
  json::object document{{"type", "urn:caas-kafka:problem:" + problem.code},
                        {"title", reasonOf(problem.status)},
                        {"status", problem.status},
                        // It may quote what the client sent.
                        {"detail", toUtf8(problem.detail)},
                        {"instance", instance},
                        {"code", problem.code},
                        {"hint", nullptr},
                        {"retriable", problem.retriable}};
  if (!problem.hint.empty()) {
    document["hint"] = problem.hint;
  }
  return document;
}

Response toResponse(const Problem& problem, std::string_view instance) {
  auto response = Response::text(json::serialize(toJson(problem, instance)),
                                 "application/problem+json", problem.status);
  if (problem.retryAfterSeconds) {
    response.headers.set("Retry-After", std::to_string(*problem.retryAfterSeconds));
  }
  return response;
}

Response toResponse(const Error& error, std::string_view instance) {
  return toResponse(problemOf(error), instance);
}

Schema problemSchema() {
  using namespace schema;
  return named("Problem",
               object({{"type", text().saying("A URN that names the kind of problem.")},
                       {"title", text().saying("The status in words.")},
                       {"status", integer(400, 599)},
                       {"detail", text().saying("What failed, with the names in it.")},
                       {"instance", text().saying("The request's id, as in X-Request-Id.")},
                       {"code", text().saying("The kind of problem, for programs.")},
                       {"hint", text().orNull().saying("What to do.")},
                       {"retriable", boolean().saying("The same request may succeed later without "
                                                      "anybody changing anything.")}})
                   .saying("RFC 9457."));
}

}  // namespace caas::kafka::http
