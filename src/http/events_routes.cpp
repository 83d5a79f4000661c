// POST /v1/tenants/{id}/events/{type} and POST /v1/events/{type}: publishing.

#include "caas/kafka/events.hpp"
#include "core/errors.hpp"
#include "http/api.hpp"
#include "http/event_batch.hpp"
#include "http/event_intake.hpp"
#include "http/event_lines.hpp"
#include "http/idempotency/key.hpp"

namespace caas::kafka::http {
namespace {

constexpr std::size_t kMostBodyBytes = 16'000'000;

Parameter typeParameter(const Catalog& catalog, bool ofTenants) {
  std::vector<std::string> types;
  for (const auto& type : catalog.eventTypes()) {
    if (catalog.findByEventType(type)->perTenant() == ofTenants) {
      types.push_back(type);
    }
  }
  return Parameter::path("type", "The event's type.").oneOf(std::move(types));
}

Schema deliverySchema() {
  using namespace schema;
  return named("Delivery", object({{"topic", text()},
                                   {"partition", integer()},
                                   {"offset", integer()},
                                   {"timestamp", time()},
                                   optional("id", text().saying("The event's own id."))}));
}

/// The fields are those of docs/api.md; they differ by type, so the description names them.
Schema eventSchema() {
  return {.json = {{"type", "object"},
                   {"description",
                    "Fields by type: docs/api.md. A missing id is made up, a missing "
                    "time is now; names that are no field are left out."}}};
}

Route publishRoute(const Catalog& catalog, bool ofTenants, std::shared_ptr<EventIntake> intake) {
  std::vector<Parameter> parameters{
      typeParameter(catalog, ofTenants),
      Parameter::header("traceparent", "W3C trace context, carried with the record.").longest(55),
      Parameter::header(std::string(kIdempotencyKey),
                        "A text of the caller's own for this request, e.g. a UUID: sent again with "
                        "it, also to another daemon and for ten minutes, the request is not "
                        "published again, and the answer is that of the first time.")
          .longest(257)};
  if (ofTenants) {
    parameters.push_back(parameters::tenantId());
  }
  return {
      .method = Method::kPost,
      .pattern = ofTenants ? "/v1/tenants/{id}/events/{type}" : "/v1/events/{type}",
      .operationId = ofTenants ? "publishTenantEvents" : "publishPlatformEvents",
      .tag = "Events",
      .summary = ofTenants ? "Publishes events of a tenant: one, or NDJSON with a result a line."
                           : "Publishes the platform's own events.",
      .description =
          "Answered when all in-sync replicas have the event: not before, whatever "
          "happens meanwhile. With an Idempotency-Key all events of the request are published in "
          "one transaction, up to 1,000 of them; an answer that is repeated says so in "
          "Idempotency-Replayed. An error is not kept: the same request may be sent again.",
      .parameters = std::move(parameters),
      .body = RequestBody{.contents = {{.schema = eventSchema()},
                                       {.type = std::string(kNdjson), .schema = eventSchema()}},
                          .mostBytes = kMostBodyBytes,
                          .checkedByHandler = true},
      .successes = {{.description = "It is in the log.", .schema = deliverySchema()},
                    {.description = "Every line is in the log.",
                     .contentType = std::string(kNdjson),
                     .schema = eventLineSchema()},
                    {.status = 207,
                     .description = "Some lines are not: each says which and why.",
                     .contentType = std::string(kNdjson),
                     .schema = eventLineSchema()}},
      .errors = {ErrorCode::kInvalidArgument, ErrorCode::kTopicNotFound, ErrorCode::kRecordTooLarge,
                 ErrorCode::kQueueFull, ErrorCode::kNotEnoughReplicas, ErrorCode::kAuthorization,
                 ErrorCode::kSchemaNotFound, ErrorCode::kConflict, ErrorCode::kInternal},
      .role = Role::kOperator,
      .handler = Asynchronous{
          [intake = std::move(intake), ofTenants](RequestPtr request, Responder responder) {
            std::optional<TenantId> tenant;
            if (ofTenants) {
              auto parsed = TenantId::parse(request->arguments.text("id"));
              if (!parsed) {
                responder.answer(fail(std::move(parsed).error()));
                return;
              }
              tenant = *std::move(parsed);
            }
            intake->take(std::move(tenant), std::move(request), std::move(responder));
          }}};
}

}  // namespace

void addEventRoutes(Routes& routes, const ApiPtr& api) {
  const auto intake = std::make_shared<EventIntake>(api->service);
  routes.push_back(publishRoute(*api->catalog, true, intake));
  routes.push_back(publishRoute(*api->catalog, false, intake));
}

}  // namespace caas::kafka::http
