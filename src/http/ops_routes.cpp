// /livez, /readyz, /health, /metrics: what machines ask. None of them asks Kafka.

#include "http/api.hpp"
#include "http/json/error_json.hpp"
#include "http/json/health_json.hpp"

namespace caas::kafka::http {
namespace {

constexpr std::string_view kPrometheusText = "text/plain; version=0.0.4; charset=utf-8";

Schema livenessSchema() {
  using namespace schema;
  return named("Liveness", object({{"live", boolean()}}));
}

Schema readinessSchema() {
  using namespace schema;
  return named("Readiness", object({{"ready", boolean()},
                                    {"reasons", array(text()).saying("Why it is not ready.")}}));
}

Schema lastHealthSchema() {
  using namespace schema;
  return named(
      "LastHealth",
      object({{"health", healthSchema().orNull().saying("The last look; null before the first.")},
              {"ageMs", integer().orNull().saying("How long ago that was.")},
              {"notReadyBecause", array(text())}}));
}

Route opsRoute(std::string pattern, std::string operationId, std::string summary) {
  return {.pattern = std::move(pattern),
          .operationId = std::move(operationId),
          .tag = "Probes",
          .summary = std::move(summary),
          .open = true,
          .door = Door::kOps};
}

Answer getReady(const Api& api) {
  const auto reasons = api.state->notReadyBecause();
  return Response::json({{"ready", reasons.empty()}, {"reasons", toJsonArray(reasons)}},
                        reasons.empty() ? 200 : 503);
}

Answer getHealth(const Api& api) {
  boost::json::object document{{"health", nullptr}, {"ageMs", nullptr}};
  document["notReadyBecause"] = toJsonArray(api.state->notReadyBecause());
  const auto health = api.state->health();
  if (health) {
    document["health"] = toJson(*health);
    document["ageMs"] = (api.clock->now() - health->checkedAt).count();
  }
  const bool works = health && health->status != HealthStatus::kUnhealthy;
  return Response::json(document, works ? 200 : 503);
}

}  // namespace

void addOpsRoutes(Routes& routes, const ApiPtr& api) {
  auto live = opsRoute("/livez", "getLiveness", "Whether the process works.");
  live.successes = {{.description = "It does.", .schema = livenessSchema()}};
  live.handler =
      Immediate{[](const Request&) -> Answer { return Response::json({{"live", true}}); }};
  routes.push_back(std::move(live));

  auto ready = opsRoute("/readyz", "getReadiness", "Whether requests should be sent here.");
  ready.description =
      "Once the platform's topics can be used, until shutdown begins. A broker that dies later "
      "does not change it: see /health.";
  ready.successes = {
      {.description = "It is ready.", .schema = readinessSchema()},
      {.status = 503, .description = "Not yet, or no more.", .schema = readinessSchema()}};
  ready.handler = Immediate{[api](const Request&) { return getReady(*api); }};
  routes.push_back(std::move(ready));

  auto health = opsRoute("/health", "getHealth", "The cluster's health as it was seen last.");
  health.successes = {
      {.description = "Healthy, or degraded with reasons.", .schema = lastHealthSchema()},
      {.status = 503,
       .description = "Unhealthy, or not looked at yet.",
       .schema = lastHealthSchema()}};
  health.handler = Immediate{[api](const Request&) { return getHealth(*api); }};
  routes.push_back(std::move(health));

  if (api->metricsText) {
    auto metrics = opsRoute("/metrics", "getMetrics", "Metrics in Prometheus' text format.");
    metrics.successes = {
        {.description = "The metrics.", .contentType = std::string(kPrometheusText)}};
    metrics.handler = Immediate{[api](const Request&) -> Answer {
      return Response::text(api->metricsText(), kPrometheusText);
    }};
    routes.push_back(std::move(metrics));
  }
}

}  // namespace caas::kafka::http
