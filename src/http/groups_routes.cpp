// /v1/groups: who reads, how far behind, and setting them back or forth.

#include <algorithm>

#include "core/errors.hpp"
#include "http/api.hpp"
#include "http/json/error_json.hpp"
#include "http/json/groups_json.hpp"
#include "http/page.hpp"

namespace caas::kafka::http {
namespace {

/// A line of the list: the group with the sums of its lag.
boost::json::object lineOf(const GroupSummary& group, const ClusterSnapshot& snapshot) {
  auto json = toJson(group);
  const auto* lag = snapshot.group(group.id);
  json["lag"] = lag == nullptr ? boost::json::value(nullptr) : boost::json::value(lagSums(*lag));
  return json;
}

Answer listGroups(const Api& api, const Request& request) {
  CAAS_ASSIGN(const auto snapshot, snapshotFor(api, request));
  const auto& arguments = request.arguments;
  const auto tenant = arguments.find("tenant");
  const auto state = arguments.find("lagState");
  auto page = pageOf(
      snapshot->groups, arguments,
      [](const GroupSummary& group) -> const std::string& { return group.id; },
      [&](const GroupSummary& group) {
        const auto* lag = snapshot->group(group.id);
        return holds(group.id, arguments.text("search")) &&
               (!tenant || std::ranges::find(group.tenants, *tenant) != group.tenants.end()) &&
               (!state || (lag != nullptr && toString(lag->state) == *state));
      },
      [&](const GroupSummary& group) { return lineOf(group, *snapshot); });
  page["snapshot"] = ageOf(*snapshot, *api.clock);
  return Response::json(page);
}

Answer getGroup(SharedParts& parts, const Request& request) {
  const auto& id = request.arguments.text("group");
  CAAS_ASSIGN(const auto manager, parts.groups());
  CAAS_ASSIGN(const auto group, manager->describeGroup(id, request.timeLeft()));
  return Response::json(toJson(group));
}

Answer getLag(const Api& api, const Request& request) {
  const auto& id = request.arguments.text("group");
  CAAS_ASSIGN(const auto snapshot, snapshotFor(api, request));
  const auto* lag = snapshot->group(id);
  if (lag == nullptr) {
    return fail({.code = ErrorCode::kGroupNotFound,
                 .message = "no group '" + id + "' had commits when the cluster was looked at",
                 .hint = "?refresh=true looks again; GET /v1/groups lists what there is"});
  }
  auto json = toJson(*lag);
  json["snapshot"] = ageOf(*snapshot, *api.clock);
  return Response::json(json);
}

Result<ResetTarget> targetOf(const boost::json::object& body) {
  const auto number = [&](const char* name) -> Result<std::int64_t> {
    const auto* value = body.if_contains(name);
    if (value == nullptr) {
      return fail(errors::invalidArgument(std::string("to needs '") + name + "' beside it"));
    }
    return value->to_number<std::int64_t>();
  };
  const std::string_view to = body.at("to").as_string();
  if (to == "earliest") {
    return ResetToEarliest{};
  }
  if (to == "latest") {
    return ResetToLatest{};
  }
  if (to == "offset") {
    CAAS_ASSIGN(const auto offset, number("offset"));
    return ResetToOffset{offset};
  }
  if (to == "shift") {
    CAAS_ASSIGN(const auto records, number("records"));
    return ResetShiftBy{records};
  }
  const auto* time = body.if_contains("time");
  if (time == nullptr) {
    return fail(errors::invalidArgument("to=time needs 'time', e.g. 2026-03-01T12:00:00Z"));
  }
  CAAS_ASSIGN(const auto at, parseTimestamp(time->as_string()));
  return ResetToTime{at};
}

Answer reset(SharedParts& parts, const Request& request) {
  const auto& body = request.json.as_object();
  ResetRequest wanted{.group = request.arguments.text("group")};
  CAAS_ASSIGN(wanted.target, targetOf(body));
  if (const auto* topics = body.if_contains("topics")) {
    for (const auto& topic : topics->as_array()) {
      wanted.topics.emplace_back(topic.as_string());
    }
  }
  if (const auto* partitions = body.if_contains("partitions")) {
    for (const auto& partition : partitions->as_array()) {
      wanted.partitions.push_back({std::string(partition.at("topic").as_string()),
                                   static_cast<int>(partition.at("partition").as_int64())});
    }
  }
  const auto* dry = body.if_contains("dryRun");
  const bool execute = dry != nullptr && !dry->as_bool();
  CAAS_ASSIGN(const auto manager, parts.groups());
  CAAS_ASSIGN(const auto plan, manager->planReset(wanted, request.timeLeft()));
  if (execute) {
    CAAS_TRY(manager->reset(plan, request.timeLeft()));
  }
  return Response::json(toJson(plan, execute));
}

Schema resetRequestSchema() {
  using namespace schema;
  return named(
      "ResetRequest",
      object({{"to", oneOf({"earliest", "latest", "time", "offset", "shift"})},
              optional("time", time().saying("Of to=time: the first record at or after it.")),
              optional("offset", integer(0, INT64_MAX).saying("Of to=offset.")),
              optional("records", integer().saying("Of to=shift: negative goes back.")),
              optional("topics", array(text("", 1, 249), 1, 1'000)
                                     .saying("Only these; else all that the group has committed.")),
              optional("partitions", array(object({{"topic", text("", 1, 249)},
                                                   {"partition", integer(0, INT32_MAX)}}),
                                           1, 10'000)),
              optional("dryRun", boolean().saying("true unless given: changes nothing."))}));
}

Schema groupPageSchema() {
  using namespace schema;
  auto members = groupMembers();
  members.push_back(
      {"lag", named("LagSums", object(lagSumMembers()))
                  .orNull()
                  .saying("Null: it has committed nothing, or that could not be read.")});
  return pageSchema("GroupPage", named("Group", object(members)));
}

Schema groupLagDetailsSchema() {
  using namespace schema;
  auto members = groupLagMembers();
  members.push_back({"snapshot", ageSchema()});
  return named("GroupLagDetails", object(members));
}

void addLooking(Routes& routes, const ApiPtr& api, const PartsPtr& parts) {
  routes.push_back(
      {.pattern = "/v1/groups",
       .operationId = "listGroups",
       .tag = "Consumer groups",
       .summary = "Consumer groups with their lag, by id.",
       .parameters =
           {parameters::limit(), parameters::after(), refreshParameter(),
            Parameter::query("search", "A part of the id, in any case.").longest(249),
            Parameter::query("tenant", "Only those at work on this tenant's topics.").longest(64),
            Parameter::query("lagState", "Only in this state.")
                .oneOf({"unknown", "ok", "warning", "rewound", "stalled", "stopped"})},
       .successes = {{.description = "A page.", .schema = groupPageSchema()}},
       .errors = {ErrorCode::kUnavailable},
       .handler = Blocking{[api](const Request& request) { return listGroups(*api, request); }}});
  routes.push_back(
      {.pattern = "/v1/groups/{group}",
       .operationId = "getGroup",
       .tag = "Consumer groups",
       .summary = "One group: its members and what each of them has. Asked of its coordinator.",
       .parameters = {parameters::groupId()},
       .successes = {{.description = "The group.", .schema = groupDescriptionSchema()}},
       .errors = {ErrorCode::kGroupNotFound},
       .handler = Blocking{[parts](const Request& request) { return getGroup(*parts, request); }}});
  routes.push_back(
      {.pattern = "/v1/groups/{group}/lag",
       .operationId = "getGroupLag",
       .tag = "Consumer groups",
       .summary = "One group's lag in records and seconds, by topic and partition.",
       .parameters = {parameters::groupId(), refreshParameter()},
       .successes = {{.description = "The lag.", .schema = groupLagDetailsSchema()}},
       .errors = {ErrorCode::kGroupNotFound, ErrorCode::kUnavailable},
       .handler = Blocking{[api](const Request& request) { return getLag(*api, request); }}});
}

}  // namespace

void addGroupRoutes(Routes& routes, const ApiPtr& api, const PartsPtr& parts) {
  addLooking(routes, api, parts);
  routes.push_back(
      {.method = Method::kPost,
       .pattern = "/v1/groups/{group}/reset",
       .operationId = "resetGroup",
       .tag = "Consumer groups",
       .summary = "Sets a group's offsets. A dry run unless dryRun is false.",
       .description = "Refused while the group has members. The answer says what would be read "
                      "again and what skipped.",
       .parameters = {parameters::groupId()},
       .body = RequestBody{.contents = {{.schema = resetRequestSchema()}}},
       .successes = {{.description = "The plan, executed or not.", .schema = resetPlanSchema()}},
       .errors = {ErrorCode::kGroupNotFound, ErrorCode::kTopicNotFound, ErrorCode::kGroupActive,
                  ErrorCode::kConflict, ErrorCode::kPartialFailure},
       .role = Role::kOperator,
       .handler = Blocking{[parts](const Request& request) { return reset(*parts, request); }}});
}

}  // namespace caas::kafka::http
