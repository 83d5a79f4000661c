#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "http/message.hpp"
#include "http/problem.hpp"
#include "http/route.hpp"

namespace caas::kafka::http {

/// A problem and the header that belongs to it (Allow, Accept-Post).
struct Refusal {
  Problem problem{};
  Headers headers{};
};

/// The route that a request goes to.
struct Match {
  const Route* route = nullptr;
  std::vector<std::string> pathValues{};  ///< in the pattern's order
  bool headOnly = false;                  ///< HEAD: answered as GET, without its body
};

/// The table of routes, compiled. Immutable, so any thread may ask it.
class Router {
 public:
  /// A table with a mistake in it (two routes of one method and pattern, a path parameter that is
  /// not described, a regular expression that is none, a name given to two different schemas) is
  /// kInternal and says which route.
  [[nodiscard]] static Result<std::unique_ptr<Router>> create(Routes routes);
  ~Router();
  Router(const Router&) = delete;
  Router& operator=(const Router&) = delete;

  /// Which route takes it; else 404 or 405. The answer to OPTIONS is a Response: 204 with Allow.
  [[nodiscard]] std::variant<Match, Refusal, Response> match(std::string_view method,
                                                             std::string_view path) const;
  /// What can be checked by the head alone: its arguments, or 400, 406, 411, 413, 415.
  [[nodiscard]] std::variant<Arguments, Refusal> check(const Match& match, std::string_view query,
                                                       const Headers& headers) const;
  /// Once the body is there: parses and checks it, if the route takes JSON.
  [[nodiscard]] std::optional<Refusal> readBody(const Route& route, Request& request) const;

  [[nodiscard]] std::span<const Route> routes() const;

 private:
  class Impl;
  explicit Router(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace caas::kafka::http
