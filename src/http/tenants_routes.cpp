// /v1/tenants: onboard, look, off-board.

#include <algorithm>

#include "core/errors.hpp"
#include "http/api.hpp"
#include "http/json/error_json.hpp"
#include "http/json/tenants_json.hpp"
#include "http/json/topics_json.hpp"
#include "http/page.hpp"

namespace caas::kafka::http {
namespace {

/// Creating and deleting wait until every broker has followed.
constexpr Milliseconds kChange{120'000};

boost::json::object withLoad(const TenantInfo& tenant, const ClusterSnapshot& snapshot) {
  auto json = toJson(tenant);
  std::int64_t records = 0;
  for (const auto& topic : snapshot.topics) {
    records += topic.info.tenantId == tenant.tenantId ? topic.records : 0;
  }
  json["records"] = records;
  return json;
}

Answer listTenants(const Api& api, const Request& request) {
  CAAS_ASSIGN(const auto snapshot, snapshotFor(api, request));
  const auto& search = request.arguments.text("search");
  std::map<std::string_view, std::int64_t> records;
  for (const auto& topic : snapshot->topics) {
    records[topic.info.tenantId] += topic.records;
  }
  auto page = pageOf(
      snapshot->tenants, request.arguments,
      [](const TenantInfo& tenant) -> const std::string& { return tenant.tenantId; },
      [&](const TenantInfo& tenant) { return holds(tenant.tenantId, search); },
      [&](const TenantInfo& tenant) {
        auto json = toJson(tenant);
        json["records"] = records[tenant.tenantId];
        return json;
      });
  page["snapshot"] = ageOf(*snapshot, *api.clock);
  return Response::json(page);
}

Answer getTenant(const Api& api, const Request& request) {
  const auto& id = request.arguments.text("id");
  CAAS_ASSIGN(const auto snapshot, snapshotFor(api, request));
  const auto* tenant = snapshot->tenant(id);
  if (tenant == nullptr) {
    return fail(errors::tenantNotFound(id));
  }
  auto json = withLoad(*tenant, *snapshot);
  boost::json::array topics;
  for (const auto& topic : snapshot->topics) {
    if (topic.info.tenantId == id) {
      topics.push_back(toJson(topic));
    }
  }
  json["topicList"] = std::move(topics);
  boost::json::array groups;
  for (const auto& group : snapshot->groups) {
    if (std::ranges::find(group.tenants, id) != group.tenants.end()) {
      groups.emplace_back(group.id);
    }
  }
  json["groups"] = std::move(groups);
  json["snapshot"] = ageOf(*snapshot, *api.clock);
  return Response::json(json);
}

Answer putTenant(const Api& api, const Request& request) {
  CAAS_ASSIGN(const auto set, api.service->topicManager()->createTenantTopics(
                                  request.arguments.text("id"), request.timeLeft()));
  const bool created =
      std::ranges::any_of(set.topics, [](const TenantTopic& topic) { return topic.created; });
  return Response::json(toJson(set), created ? 201 : 200);
}

Answer getDeletion(const Api& api, const Request& request) {
  const auto& id = request.arguments.text("id");
  CAAS_ASSIGN(const auto preview,
              api.service->topicManager()->previewDelete(id, request.timeLeft()));
  return Response::json(toJson(preview));
}

Answer deleteTenant(const Api& api, const Request& request) {
  const auto& id = request.arguments.text("id");
  if (request.arguments.text("confirm") != id) {
    return fail(errors::invalidArgument(
        "confirm is not the tenant's id: nothing was deleted",
        "GET /v1/tenants/{id}/deletion says what would be lost; then repeat the id as ?confirm="));
  }
  CAAS_ASSIGN(const auto report,
              api.service->offboardTenant(
                  id, {.deadline = request.timeLeft(),
                       .discardDeadLetters = request.arguments.flag("discardDeadLetters"),
                       .by = request.principal.name}));
  auto json = toJson(report.deleted);
  json["deadLettersDiscarded"] = report.deadLettersDiscarded;
  return Response::json(json);
}

Schema tenantPageSchema() {
  using namespace schema;
  auto members = tenantMembers();
  members.push_back({"records", integer().saying("Upper bound, all its topics.")});
  return pageSchema("TenantPage", named("Tenant", object(members)));
}

Schema tenantDetailsSchema() {
  using namespace schema;
  auto members = tenantMembers();
  members.push_back({"records", integer()});
  members.push_back({"topicList", array(topicSchema())});
  members.push_back({"groups", array(text()).saying("Consumer groups at work on its topics.")});
  members.push_back({"snapshot", ageSchema()});
  return named("TenantDetails", object(members));
}

void addLooking(Routes& routes, const ApiPtr& api) {
  routes.push_back(
      {.pattern = "/v1/tenants",
       .operationId = "listTenants",
       .tag = "Tenants",
       .summary = "Tenants that have topics, by id.",
       .parameters = {parameters::limit(), parameters::after(), refreshParameter(),
                      Parameter::query("search", "A part of the id, in any case.").longest(64)},
       .successes = {{.description = "A page.", .schema = tenantPageSchema()}},
       .errors = {ErrorCode::kUnavailable},
       .handler = Blocking{[api](const Request& request) { return listTenants(*api, request); }}});
  routes.push_back(
      {.pattern = "/v1/tenants/{id}",
       .operationId = "getTenant",
       .tag = "Tenants",
       .summary = "One tenant: its topics, what it lacks, who reads them.",
       .parameters = {parameters::tenantId(), refreshParameter()},
       .successes = {{.description = "The tenant.", .schema = tenantDetailsSchema()}},
       .errors = {ErrorCode::kTenantNotFound, ErrorCode::kUnavailable},
       .handler = Blocking{[api](const Request& request) { return getTenant(*api, request); }}});
}

void addChanging(Routes& routes, const ApiPtr& api) {
  routes.push_back(
      {.method = Method::kPut,
       .pattern = "/v1/tenants/{id}",
       .operationId = "putTenant",
       .tag = "Tenants",
       .summary = "Onboards a tenant: creates what it lacks of its topics.",
       .description = "Idempotent. The answer comes when every broker serves every partition.",
       .parameters = {parameters::tenantId()},
       .successes = {{.description = "It was complete already.", .schema = tenantTopicsSchema()},
                     {.status = 201,
                      .description = "At least one topic was created.",
                      .schema = tenantTopicsSchema()}},
       .errors = {ErrorCode::kTenantNameReserved, ErrorCode::kNotEnoughReplicas,
                  ErrorCode::kPartialFailure, ErrorCode::kConflict},
       .role = Role::kAdmin,
       .timeout = kChange,
       .handler = Blocking{[api](const Request& request) { return putTenant(*api, request); }}});
  routes.push_back(
      {.pattern = "/v1/tenants/{id}/deletion",
       .operationId = "previewTenantDeletion",
       .tag = "Tenants",
       .summary = "What deleting the tenant would lose, and who would hinder it. Changes nothing.",
       .parameters = {parameters::tenantId()},
       .successes = {{.description = "The preview.", .schema = deletePreviewSchema()}},
       .errors = {ErrorCode::kTenantNotFound},
       .role = Role::kAdmin,
       .handler = Blocking{[api](const Request& request) { return getDeletion(*api, request); }}});
  routes.push_back(
      {.method = Method::kDelete,
       .pattern = "/v1/tenants/{id}",
       .operationId = "deleteTenant",
       .tag = "Tenants",
       .summary = "Deletes a tenant's topics with all their records.",
       .description = "Refused while a consumer group has members on them. The name is free again "
                      "after a minute.",
       .parameters =
           {parameters::tenantId(),
            Parameter::query("confirm", "The tenant's id once more.").longest(64).needed(),
            Parameter::query("discardDeadLetters", "Also close its open entries in the DLQ.")
                .boolean()},
       .successes = {{.description = "It is gone.", .schema = deleteReportSchema()}},
       .errors = {ErrorCode::kTenantNotFound, ErrorCode::kGroupActive, ErrorCode::kPartialFailure},
       .role = Role::kAdmin,
       .timeout = kChange,
       .handler = Blocking{[api](const Request& request) { return deleteTenant(*api, request); }}});
}

}  // namespace

void addTenantRoutes(Routes& routes, const ApiPtr& api) {
  addLooking(routes, api);
  addChanging(routes, api);
}

}  // namespace caas::kafka::http
