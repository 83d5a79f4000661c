#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "http/body_check.hpp"
#include "http/parameter_check.hpp"
#include "http/router.hpp"

namespace caas::kafka::http {

/// A route made ready: checks what a request has against what the route says.
class CompiledRoute {
 public:
  /// `pathNames`: its path parameters, in the pattern's order. kInternal: it has a mistake.
  [[nodiscard]] static Result<CompiledRoute> compile(const Route& route,
                                                     std::vector<std::string> pathNames);

  [[nodiscard]] const Route& route() const { return *route_; }
  /// All that can be checked before the body is there.
  [[nodiscard]] std::variant<Arguments, Refusal> check(std::vector<std::string> pathValues,
                                                       std::string_view query,
                                                       const Headers& headers) const;
  [[nodiscard]] std::optional<Refusal> readBody(Request& request) const;

 private:
  [[nodiscard]] const ParameterCheck* find(Parameter::In in, std::string_view name) const;
  [[nodiscard]] std::optional<Refusal> takeQuery(std::string_view query,
                                                 Arguments& arguments) const;
  [[nodiscard]] std::optional<Refusal> takeHeaders(const Headers& headers,
                                                   Arguments& arguments) const;
  [[nodiscard]] std::optional<Refusal> fillIn(Arguments& arguments) const;

  const Route* route_ = nullptr;
  std::vector<std::string> pathNames_;
  std::vector<ParameterCheck> checks_;
  std::map<std::string, BodyCheck> bodies_;  ///< by content type; of JSON only
};

}  // namespace caas::kafka::http
