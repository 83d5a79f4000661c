#pragma once

// What a route is: everything that the server checks, the handler may rely on and
// /v1/openapi.json tells. A resource is a function that adds its routes to a list (README.md).

#include <functional>
#include <string>
#include <variant>
#include <vector>

#include "http/message.hpp"
#include "http/parameter.hpp"
#include "http/principal.hpp"
#include "http/responder.hpp"
#include "http/schema.hpp"
#include "http/stream.hpp"

namespace caas::kafka::http {

/// On the server's own thread: it must wait for nothing and be done in well under a millisecond.
/// For what is already in memory.
struct Immediate {
  std::function<Answer(const Request&)> run;
};
/// On one of a bounded number of workers, for calls that wait for Kafka. Give those
/// Request::timeLeft() as their deadline.
struct Blocking {
  std::function<Answer(const Request&)> run;
};
/// Answered later through the responder. Begun on the server's own thread, which must not be held,
/// or on a worker where beginning takes long (a batch to be read).
struct Asynchronous {
  std::function<void(RequestPtr, Responder)> run;
  bool onWorker = false;
};
/// On a thread of its own until it returns; there is a bounded number of them.
struct Streaming {
  std::function<Result<void>(const Request&, EventStream&)> run;
};
using Handler = std::variant<Immediate, Blocking, Asynchronous, Streaming>;

inline constexpr std::string_view kJson = "application/json";
inline constexpr std::string_view kNdjson = "application/x-ndjson";
inline constexpr std::string_view kEventStream = "text/event-stream";
inline constexpr std::string_view kProblemJson = "application/problem+json";

/// A body of one type. JSON is parsed and checked by the schema before the handler sees it; of
/// NDJSON the schema describes a line, and checking is the handler's.
struct BodyContent {
  std::string type{kJson};
  Schema schema{};
};

struct RequestBody {
  std::vector<BodyContent> contents{};
  bool required = true;
  std::size_t mostBytes = 1'000'000;  ///< more is 413
  /// The handler parses JSON itself, and checks it: for what comes thousands of times a second.
  bool checkedByHandler = false;
  std::string description{};
};

/// An answer that is no error.
struct Success {
  int status = 200;
  std::string description{};
  std::string contentType{kJson};  ///< "": no body
  Schema schema{};                 ///< left out for what is not JSON
};

/// On which listener a route is served.
enum class Door {
  kApi,
  kOps,  ///< HTTP_OPS_LISTEN, and HTTP_LISTEN when that is loopback
};

struct Route {
  Method method = Method::kGet;  ///< HEAD and OPTIONS come by themselves
  /// E.g. /v1/tenants/{id}/events/{type}: whole segments in braces, each a path parameter.
  std::string pattern{};
  std::string operationId{};  ///< camelCase, of its own
  std::string tag{};          ///< the heading in the documentation
  std::string summary{};      ///< one line
  std::string description{};
  std::vector<Parameter> parameters{};
  std::optional<RequestBody> body{};
  std::vector<Success> successes{};
  /// What the handler may give beyond what its other members imply (400 for parameters and bodies,
  /// 401 and 403, 503 and 504 for Kafka): OpenAPI's statuses come from these through statusOf().
  std::vector<ErrorCode> errors{};
  Role role = Role::kViewer;
  /// Needs no token: the probes.
  bool open = false;
  Door door = Door::kApi;
  /// After it the caller gets 504. Not for streams.
  Milliseconds timeout{30'000};
  Handler handler{};
  /// statusesOf() this; the router fills it in.
  std::vector<int> statuses{};
};
using Routes = std::vector<Route>;

/// Every status that the route can answer with, sorted: successes, its errors, and what the server
/// itself says.
[[nodiscard]] std::vector<int> statusesOf(const Route& route);

}  // namespace caas::kafka::http
