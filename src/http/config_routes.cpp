// GET /v1/config: what is in force, secrets redacted. As `caas-kafka config --json`.

#include "http/api.hpp"
#include "http/json/error_json.hpp"
#include "http/json/settings_json.hpp"

namespace caas::kafka::http {
namespace {

Schema configSchema() {
  using namespace schema;
  return named("Config",
               object({{"settings", array(settingSchema())},
                       {"warnings", array(text()).saying("E.g. names with a typing error.")},
                       {"catalog", text().saying("The catalog's file, or \"embedded\".")}}));
}

Answer getConfig(const Api& api) {
  boost::json::array rows;
  for (const auto& row : api.loaded.inForce) {
    rows.push_back(toJson(row, toString(row.source)));
  }
  const auto& file = api.loaded.settings.catalogFile;
  return Response::json({{"settings", std::move(rows)},
                         {"warnings", toJsonArray(api.loaded.warnings)},
                         {"catalog", file.empty() ? std::string("embedded") : file.string()}});
}

}  // namespace

void addConfigRoutes(Routes& routes, const ApiPtr& api) {
  routes.push_back({.method = Method::kGet,
                    .pattern = "/v1/config",
                    .operationId = "getConfig",
                    .tag = "Service",
                    .summary = "Every setting in force and where it came from.",
                    .successes = {{.description = "The settings; secrets are redacted.",
                                   .schema = configSchema()}},
                    .role = Role::kOperator,
                    .handler = Immediate{[api](const Request&) { return getConfig(*api); }}});
}

}  // namespace caas::kafka::http
