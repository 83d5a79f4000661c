#include "http/openapi.hpp"

#include <algorithm>
#include <cctype>
#include <map>
#include <set>
#include <string>

#include <boost/json/array.hpp>
#include <fmt/format.h>

#include "caas/kafka/version.hpp"
#include "config/values.hpp"
#include "http/parameter_check.hpp"
#include "http/problem.hpp"
#include "http/reason.hpp"

namespace caas::kafka::http {
namespace {

namespace json = boost::json;

class Writer {
 public:
  explicit Writer(bool tokens) : tokens_(tokens) {}

  json::object document(std::span<const Route> routes) {
    json::object paths;
    for (const auto& route : routes) {
      auto& item = paths[route.pattern];
      if (!item.is_object()) {
        item = json::object{};
      }
      std::string method{toString(route.method)};
      std::ranges::transform(method, method.begin(),
                             [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
      item.as_object()[method] = operation(route);
    }
    json::object components{{"schemas", std::move(schemas_)}};
    if (tokens_) {
      components["securitySchemes"] =
          json::object{{"bearer", json::object{{"type", "http"}, {"scheme", "bearer"}}}};
    }
    return {{"openapi", "3.1.0"},
            {"info", json::object{{"title", "caas-kafka"},
                                  {"version", kVersion},
                                  {"description",
                                   "Event streaming for a chat platform on Apache Kafka. Errors "
                                   "are RFC 9457 problem documents; times are ISO 8601 in UTC."}}},
            {"servers", json::array{json::object{{"url", "/"}}}},
            {"paths", std::move(paths)},
            {"components", std::move(components)}};
  }

 private:
  json::object use(const Schema& schema) {
    for (const auto& [name, component] : schema.components) {
      schemas_[name] = component;
    }
    return schema.json;
  }

  json::object operation(const Route& route) {
    json::object made{{"operationId", route.operationId},
                      {"tags", json::array{route.tag}},
                      {"summary", route.summary}};
    if (!route.description.empty()) {
      made["description"] = route.description;
    }
    if (!route.parameters.empty()) {
      json::array parameters;
      for (const auto& parameter : route.parameters) {
        parameters.push_back(describe(parameter));
      }
      made["parameters"] = std::move(parameters);
    }
    if (route.body) {
      made["requestBody"] = describe(*route.body);
    }
    made["responses"] = responses(route);
    if (tokens_ && !route.open) {
      made["security"] = json::array{json::object{{"bearer", json::array{}}}};
      made["x-role"] = toString(route.role);
    }
    return made;
  }

  json::object describe(const Parameter& parameter) {
    const auto* in = parameter.in == Parameter::In::kPath    ? "path"
                     : parameter.in == Parameter::In::kQuery ? "query"
                                                             : "header";
    json::object made{{"name", parameter.name},
                      {"in", in},
                      {"description", parameter.description},
                      {"required", parameter.required},
                      {"schema", use(schemaOf(parameter))}};
    if (!parameter.sample.empty()) {
      made["example"] = parameter.sample;
    }
    return made;
  }

  json::object describe(const RequestBody& body) {
    json::object contents;
    for (const auto& content : body.contents) {
      contents[content.type] = json::object{{"schema", use(content.schema)}};
    }
    json::object made{{"required", body.required}, {"content", std::move(contents)}};
    made["description"] = fmt::format("{}{}At most {} bytes.", body.description,
                                      body.description.empty() ? "" : " ", body.mostBytes);
    return made;
  }

  json::object responses(const Route& route) {
    // By status, so that they stand in order.
    std::map<int, json::object> byStatus;
    for (const auto& success : route.successes) {
      auto& made = byStatus[success.status];
      made["description"] = success.description;
      if (success.contentType.empty()) {
        continue;
      }
      auto& content = made["content"];
      if (!content.is_object()) {
        content = json::object{};
      }
      content.as_object()[success.contentType] =
          success.schema.json.empty() ? json::object{}
                                      : json::object{{"schema", use(success.schema)}};
    }
    for (const int status : statusesOf(route)) {
      if (!byStatus.contains(status)) {
        byStatus[status] = problem(status);
      }
    }
    json::object made;
    for (auto& [status, response] : byStatus) {
      made[std::to_string(status)] = std::move(response);
    }
    return made;
  }

  json::object problem(int status) {
    return {
        {"description", reasonOf(status)},
        {"content", json::object{{kProblemJson, json::object{{"schema", use(problemSchema())}}}}}};
  }

  bool tokens_;
  json::object schemas_;
};

}  // namespace

json::object openApi(std::span<const Route> routes, bool tokens) {
  return Writer(tokens).document(routes);
}

}  // namespace caas::kafka::http
