#include "http/compiled_route.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "config/values.hpp"
#include "core/errors.hpp"
#include "http/accept.hpp"
#include "http/json_body.hpp"
#include "http/url.hpp"

namespace caas::kafka::http {
namespace {

Refusal refuse(Problem problem) { return {.problem = std::move(problem)}; }

Refusal badArgument(std::string_view name, std::string_view value, std::string_view wrong) {
  return refuse(
      problems::badRequest(fmt::format("{}='{}': {}", name, config::quotable(value), wrong),
                           "/v1/openapi.json says what each parameter may be"));
}

/// Adds a value that was given, or says what is wrong with it.
std::optional<Refusal> take(const ParameterCheck& check, std::string value, Arguments& arguments) {
  const auto& parameter = check.parameter();
  if (auto wrong = check.problemWith(value); !wrong.empty()) {
    return badArgument(parameter.name, value, wrong);
  }
  if (!parameter.repeats && arguments.has(parameter.name)) {
    return badArgument(parameter.name, value, "it is given more than once");
  }
  arguments.add(parameter.name, std::move(value));
  return std::nullopt;
}

std::optional<Refusal> checkAccept(const Route& route, const Headers& headers) {
  const auto accept = headers.get("Accept").value_or("");
  std::vector<std::string_view> offered;
  for (const auto& success : route.successes) {
    if (success.contentType.empty() || accepts(accept, mediaType(success.contentType))) {
      return std::nullopt;
    }
    offered.push_back(success.contentType);
  }
  return offered.empty()
             ? std::nullopt
             : std::optional(
                   refuse(problems::notAcceptable(fmt::format("{}", fmt::join(offered, ", ")))));
}

std::string contentTypesOf(const RequestBody& body) {
  std::vector<std::string_view> types;
  for (const auto& content : body.contents) {
    types.push_back(content.type);
  }
  return fmt::format("{}", fmt::join(types, " or "));
}

/// What can be said of a body by its headers.
std::optional<Refusal> checkBodyHead(const Route& route, const Headers& headers) {
  const auto length = config::parseInteger(headers.get("Content-Length").value_or(""));
  const bool chunked = headers.get("Transfer-Encoding").has_value();
  const bool comes = chunked || length.value_or(0) > 0;
  if (!route.body) {
    return comes ? std::optional(refuse(problems::badRequest("this request takes no body")))
                 : std::nullopt;
  }
  if (!comes) {
    if (!route.body->required) {
      return std::nullopt;
    }
    return refuse(length ? problems::badRequest("the body is missing")
                         : problems::lengthRequired());
  }
  if (length.value_or(0) > static_cast<std::int64_t>(route.body->mostBytes)) {
    return refuse(problems::contentTooLarge(route.body->mostBytes));
  }
  const auto type = mediaType(headers.get("Content-Type").value_or(""));
  const auto types = contentTypesOf(*route.body);
  const bool known = std::ranges::any_of(
      route.body->contents, [&](const BodyContent& content) { return content.type == type; });
  const auto coding = mediaType(headers.get("Content-Encoding").value_or("identity"));
  if (known && coding == "identity") {
    return std::nullopt;
  }
  auto refusal = refuse(known ? problems::unsupportedMediaType(coding, types + " without coding")
                              : problems::unsupportedMediaType(config::quotable(type), types));
  refusal.headers.set("Accept-Post", types);
  return refusal;
}

}  // namespace

Result<CompiledRoute> CompiledRoute::compile(const Route& route,
                                             std::vector<std::string> pathNames) {
  CompiledRoute compiled;
  compiled.route_ = &route;
  compiled.pathNames_ = std::move(pathNames);
  for (const auto& parameter : route.parameters) {
    CAAS_ASSIGN(auto check, ParameterCheck::compile(parameter));
    compiled.checks_.push_back(std::move(check));
  }
  for (const auto& name : compiled.pathNames_) {
    if (compiled.find(Parameter::In::kPath, name) == nullptr) {
      return fail(errors::internal(fmt::format("{{{}}} is not described", name)));
    }
  }
  if (route.body) {
    for (const auto& content : route.body->contents) {
      CAAS_ASSIGN(auto check, BodyCheck::compile(content.schema));
      if (content.type == kJson && !route.body->checkedByHandler) {
        compiled.bodies_.emplace(content.type, std::move(check));
      }
    }
  }
  return compiled;
}

const ParameterCheck* CompiledRoute::find(Parameter::In in, std::string_view name) const {
  const auto found = std::ranges::find_if(checks_, [&](const ParameterCheck& check) {
    return check.parameter().in == in && check.parameter().name == name;
  });
  return found == checks_.end() ? nullptr : &*found;
}

std::variant<Arguments, Refusal> CompiledRoute::check(std::vector<std::string> pathValues,
                                                      std::string_view query,
                                                      const Headers& headers) const {
  Arguments arguments;
  for (std::size_t i = 0; i < pathValues.size(); ++i) {
    const auto* parameter = find(Parameter::In::kPath, pathNames_[i]);
    if (auto refusal = take(*parameter, std::move(pathValues[i]), arguments)) {
      return *std::move(refusal);
    }
  }
  if (auto refusal = takeQuery(query, arguments)) {
    return *std::move(refusal);
  }
  if (auto refusal = takeHeaders(headers, arguments)) {
    return *std::move(refusal);
  }
  if (auto refusal = fillIn(arguments)) {
    return *std::move(refusal);
  }
  if (auto refusal = checkAccept(*route_, headers)) {
    return *std::move(refusal);
  }
  if (auto refusal = checkBodyHead(*route_, headers)) {
    return *std::move(refusal);
  }
  return arguments;
}

std::optional<Refusal> CompiledRoute::readBody(Request& request) const {
  if (!route_->body || request.body.empty()) {
    return route_->body && route_->body->required
               ? std::optional(refuse(problems::badRequest("the body is missing")))
               : std::nullopt;
  }
  const auto check = bodies_.find(request.contentType());
  if (check == bodies_.end()) {
    return std::nullopt;
  }
  auto parsed = parseJson(request.body);
  if (!parsed) {
    return refuse(problems::badRequest(parsed.error().message, parsed.error().hint));
  }
  if (const auto wrong = check->second.problemWith(*parsed)) {
    return refuse(problems::badRequest(*wrong, "/v1/openapi.json describes the body"));
  }
  request.json = *std::move(parsed);
  return std::nullopt;
}

std::optional<Refusal> CompiledRoute::takeQuery(std::string_view query,
                                                Arguments& arguments) const {
  auto pairs = queryPairs(query);
  if (!pairs) {
    return refuse(
        problems::badRequest("the query is not well-formed", "Values are UTF-8, escaped as %XX"));
  }
  for (auto& [name, value] : *pairs) {
    const auto* check = find(Parameter::In::kQuery, name);
    if (check == nullptr) {
      std::vector<std::string_view> known;
      for (const auto& parameter : route_->parameters) {
        if (parameter.in == Parameter::In::kQuery) {
          known.push_back(parameter.name);
        }
      }
      return refuse(problems::badRequest(
          fmt::format("there is no query parameter '{}' here", config::quotable(name)),
          known.empty() ? "None is taken" : fmt::format("Known are {}", fmt::join(known, ", "))));
    }
    if (auto refusal = take(*check, std::move(value), arguments)) {
      return refusal;
    }
  }
  return std::nullopt;
}

std::optional<Refusal> CompiledRoute::takeHeaders(const Headers& headers,
                                                  Arguments& arguments) const {
  for (const auto& check : checks_) {
    const auto& name = check.parameter().name;
    const auto value =
        check.parameter().in == Parameter::In::kHeader ? headers.get(name) : std::nullopt;
    if (value) {
      if (headers.count(name) > 1) {
        return badArgument(name, *value, "it is given more than once");
      }
      if (auto refusal = take(check, std::string(*value), arguments)) {
        return refusal;
      }
    }
  }
  return std::nullopt;
}

std::optional<Refusal> CompiledRoute::fillIn(Arguments& arguments) const {
  for (const auto& check : checks_) {
    const auto& parameter = check.parameter();
    if (arguments.has(parameter.name)) {
      continue;
    }
    if (parameter.defaultValue) {
      arguments.add(parameter.name, *parameter.defaultValue);
    } else if (parameter.required) {
      return refuse(problems::badRequest(
          fmt::format("the parameter '{}' is missing", parameter.name), parameter.description));
    }
  }
  return std::nullopt;
}

}  // namespace caas::kafka::http
