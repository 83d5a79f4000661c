#pragma once

// A request and its answer, as handlers see them. Nothing of the server's libraries is in here.

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include "caas/kafka/clock.hpp"
#include "caas/kafka/result.hpp"
#include "http/arguments.hpp"
#include "http/principal.hpp"

namespace caas::kafka::http {

enum class Method { kGet, kHead, kPost, kPut, kPatch, kDelete, kOptions };
[[nodiscard]] std::string_view toString(Method method);
/// nullopt: one that we do not know. Methods are written in capitals (RFC 9110).
[[nodiscard]] std::optional<Method> parseMethod(std::string_view text);

/// Header fields in the order they came. Names are compared without case.
class Headers {
 public:
  struct Field {
    std::string name;
    std::string value;
  };

  void add(std::string_view name, std::string_view value);
  /// In place of all of that name.
  void set(std::string_view name, std::string_view value);
  /// The first of that name.
  [[nodiscard]] std::optional<std::string_view> get(std::string_view name) const;
  /// How many of that name: more than one Authorization, say, is somebody's trick.
  [[nodiscard]] std::size_t count(std::string_view name) const;
  [[nodiscard]] std::size_t size() const { return fields_.size(); }
  [[nodiscard]] auto begin() const { return fields_.begin(); }
  [[nodiscard]] auto end() const { return fields_.end(); }

 private:
  std::vector<Field> fields_;
};

/// A request that has passed all checks: its route takes it, its arguments and its body are as the
/// route describes them, and we know who asks.
struct Request {
  Method method = Method::kGet;
  std::string path{};   ///< as it came, without the query
  std::string query{};  ///< as it came, without '?'
  Headers headers{};
  Arguments arguments{};  ///< of path, query and headers, by the route's parameters
  std::string body{};
  /// The body, where it is JSON; null otherwise (and for a body that is optional and missing).
  boost::json::value json{};
  Principal principal{};
  std::string id{};      ///< X-Request-Id: the caller's, or ours
  std::string client{};  ///< the caller's address; behind a trusted proxy the one that it names
  bool secure = false;   ///< came over TLS, to us or to a trusted proxy
  /// When the route's time is over and the caller gets 504.
  std::chrono::steady_clock::time_point deadline{std::chrono::steady_clock::now() +
                                                 std::chrono::seconds{30}};

  /// For calls that take a deadline: what is left, less `reserve` for the answer; never below 1 ms.
  [[nodiscard]] Milliseconds timeLeft(Milliseconds reserve = Milliseconds{250}) const;
  /// The body's media type in small letters, without parameters; "" when there is none.
  [[nodiscard]] std::string contentType() const;
};
using RequestPtr = std::shared_ptr<const Request>;

/// What goes back. The server adds Date, Content-Length, X-Request-Id and the security headers.
struct Response {
  int status = 200;
  Headers headers{};
  std::string body{};
  /// Instead of `body`, for what is the same for everybody (OpenAPI, the console's files).
  std::shared_ptr<const std::string> sharedBody{};

  [[nodiscard]] std::string_view content() const { return sharedBody ? *sharedBody : body; }

  /// `document` as application/json.
  [[nodiscard]] static Response json(const boost::json::object& document, int status = 200);
  /// Text of any kind: `contentType` with its charset.
  [[nodiscard]] static Response text(std::string body, std::string_view contentType,
                                     int status = 200);
  /// 204.
  [[nodiscard]] static Response noContent();
};

/// An Error becomes a problem document (problem.hpp).
using Answer = Result<Response>;

/// "Application/JSON; charset=utf-8" → "application/json".
[[nodiscard]] std::string mediaType(std::string_view value);

}  // namespace caas::kafka::http
