#pragma once

// Errors as RFC 9457 problem documents.

#include <optional>
#include <string>
#include <string_view>

#include "caas/kafka/result.hpp"
#include "http/message.hpp"
#include "http/schema.hpp"

namespace caas::kafka::http {

/// The one switch from our errors to HTTP's.
[[nodiscard]] int statusOf(ErrorCode code);

/// What went wrong, for a client: `code` is one of ErrorCode's names or of those below.
struct Problem {
  int status = 500;
  std::string code{};
  std::string detail{};
  std::string hint{};
  bool retriable = false;
  /// Sent as Retry-After.
  std::optional<int> retryAfterSeconds{};
};

[[nodiscard]] Problem problemOf(const Error& error);

/// Those of HTTP itself, which no ErrorCode stands for; each with the remedy in its hint.
namespace problems {

[[nodiscard]] Problem badRequest(std::string detail, std::string hint = {});
[[nodiscard]] Problem unauthorized(std::string detail);
[[nodiscard]] Problem forbidden(std::string detail, std::string hint = {});
[[nodiscard]] Problem notFound(std::string_view path);
[[nodiscard]] Problem methodNotAllowed(std::string_view method, std::string_view allowed);
[[nodiscard]] Problem notAcceptable(std::string_view offered);
[[nodiscard]] Problem requestTimeout(std::string detail);
[[nodiscard]] Problem lengthRequired();
[[nodiscard]] Problem contentTooLarge(std::size_t mostBytes);
[[nodiscard]] Problem uriTooLong(std::size_t mostBytes);
[[nodiscard]] Problem unsupportedMediaType(std::string_view given, std::string_view allowed);
[[nodiscard]] Problem misdirected(std::string_view host, std::string_view setting);
[[nodiscard]] Problem expectationFailed();
[[nodiscard]] Problem headersTooLarge(std::size_t mostBytes);
[[nodiscard]] Problem overloaded(std::string detail, int retryAfterSeconds = 1);
[[nodiscard]] Problem draining();
[[nodiscard]] Problem timedOut(Milliseconds after);

}  // namespace problems

/// application/problem+json. `instance` is the request's id.
[[nodiscard]] Response toResponse(const Problem& problem, std::string_view instance);
[[nodiscard]] Response toResponse(const Error& error, std::string_view instance);
/// The document alone, e.g. for a stream's last event.
[[nodiscard]] boost::json::object toJson(const Problem& problem, std::string_view instance);
[[nodiscard]] Schema problemSchema();

}  // namespace caas::kafka::http
