// /v1/topics: look, plan, apply.

#include <algorithm>

#include <boost/json/serialize.hpp>

#include "core/digest.hpp"
#include "core/errors.hpp"
#include "http/api.hpp"
#include "http/json/error_json.hpp"
#include "http/json/topics_json.hpp"
#include "http/page.hpp"

namespace caas::kafka::http {
namespace {

constexpr Milliseconds kChange{120'000};

bool hasProblem(const TopicSnapshot& topic) {
  return topic.info.underReplicatedPartitions > 0 || topic.info.offlinePartitions > 0 ||
         topic.underMinIsrPartitions > 0 || !topic.drift.empty();
}

/// Which topics of the list are asked for.
struct TopicFilter {
  const Arguments& wanted;

  bool operator()(const TopicSnapshot& topic) const {
    const auto& info = topic.info;
    const auto category = wanted.find("category");
    const std::string_view own = info.category ? toString(*info.category) : "foreign";
    return (!category || own == *category) && equals("tenant", info.tenantId) &&
           equals("entry", info.entry) && holds(info.name, wanted.text("search")) &&
           (!wanted.flag("problems") || hasProblem(topic));
  }
  [[nodiscard]] bool equals(std::string_view parameter, const std::string& value) const {
    const auto found = wanted.find(parameter);
    return !found || *found == value;
  }
};

Answer listTopics(const Api& api, const Request& request) {
  CAAS_ASSIGN(const auto snapshot, snapshotFor(api, request));
  auto page = pageOf(
      snapshot->topics, request.arguments,
      [](const TopicSnapshot& topic) -> const std::string& { return topic.info.name; },
      TopicFilter{request.arguments}, [](const TopicSnapshot& topic) { return toJson(topic); });
  page["snapshot"] = ageOf(*snapshot, *api.clock);
  return Response::json(page);
}

/// What the catalog says of it, for a page that compares.
boost::json::object declarationOf(const TopicDefinition& definition) {
  boost::json::object configs;
  for (const auto& [name, value] : definition.configs) {
    configs[name] = value;
  }
  return {{"description", definition.description},
          {"key", toString(definition.strategy)},
          {"eventTypes", toJsonArray(definition.eventTypes)},
          {"configs", std::move(configs)}};
}

Answer getTopic(const Api& api, const Request& request) {
  const auto& name = request.arguments.text("topic");
  CAAS_ASSIGN(const auto snapshot, snapshotFor(api, request));
  const auto* topic = snapshot->topic(name);
  if (topic == nullptr) {
    return fail(errors::topicNotFound(name));
  }
  auto json = toJson(*topic);
  boost::json::array partitions;
  for (const auto& partition : topic->partitions) {
    partitions.push_back(toJson(partition));
  }
  json["partitionList"] = std::move(partitions);
  const auto owner = api.catalog->ownerOf(name);
  json["declared"] =
      owner ? boost::json::value(declarationOf(*owner->definition)) : boost::json::value(nullptr);
  json["snapshot"] = ageOf(*snapshot, *api.clock);
  return Response::json(json);
}

Result<PlanOptions> planOptionsOf(const boost::json::value& body) {
  PlanOptions options;
  const auto* object = body.if_object();
  if (object == nullptr) {
    return options;
  }
  if (const auto* grow = object->if_contains("growPartitions")) {
    options.growPartitions = grow->as_bool();
  }
  if (const auto* tenants = object->if_contains("tenants")) {
    options.platform = false;
    options.allTenants = false;
    for (const auto& text : tenants->as_array()) {
      CAAS_ASSIGN(auto tenant, TenantId::parse(text.as_string()));
      options.tenants.push_back(std::move(tenant));
    }
  }
  return options;
}

/// A plan's digest names exactly what was shown: apply refuses any other.
std::string digestOf(const TopicPlan& plan) {
  return sha256Hex(boost::json::serialize(toJson(plan)));
}

Answer plan(const Api& api, const Request& request) {
  CAAS_ASSIGN(const auto options, planOptionsOf(request.json));
  CAAS_ASSIGN(const auto made, api.service->topicManager()->plan(options, request.timeLeft()));
  auto json = toJson(made);
  json["digest"] = digestOf(made);
  json["text"] = made.render();
  return Response::json(json);
}

Answer apply(const Api& api, const Request& request) {
  CAAS_ASSIGN(const auto options, planOptionsOf(request.json));
  const auto manager = api.service->topicManager();
  CAAS_ASSIGN(const auto made, manager->plan(options, request.timeLeft()));
  if (digestOf(made) != std::string_view(request.json.at("digest").as_string())) {
    return fail({.code = ErrorCode::kConflict,
                 .message = "the cluster or the catalog has changed since that plan was made: "
                            "nothing was applied",
                 .hint = "POST /v1/topics/plan again, look at it, and apply that one"});
  }
  CAAS_ASSIGN(const auto report, manager->apply(made, request.timeLeft()));
  return Response::json(toJson(report));
}

std::vector<Member> planRequestMembers() {
  using namespace schema;
  return {optional("growPartitions", boolean().saying("Also add partitions, which moves keys.")),
          optional("tenants", array(text("^[A-Za-z0-9][A-Za-z0-9_-]*$", 1, 64), 1, 1'000)
                                  .saying("Only these tenants' topics, missing ones too."))};
}

Schema topicDetailsSchema() {
  using namespace schema;
  auto members = topicMembers();
  members.push_back({"partitionList", array(partitionSchema())});
  members.push_back({"declared", object({{"description", text()},
                                         {"key", text()},
                                         {"eventTypes", array(text())},
                                         {"configs", map(text())}})
                                     .orNull()
                                     .saying("By the catalog; null: it is not in it.")});
  members.push_back({"snapshot", ageSchema()});
  return named("TopicDetails", object(members));
}

void addLooking(Routes& routes, const ApiPtr& api) {
  routes.push_back(
      {.pattern = "/v1/topics",
       .operationId = "listTopics",
       .tag = "Topics",
       .summary = "Topics, by name.",
       .parameters =
           {parameters::limit(), parameters::after(), refreshParameter(),
            Parameter::query("search", "A part of the name, in any case.").longest(249),
            Parameter::query("category", "Only these.")
                .oneOf({"platform", "tenant", "internal", "foreign"}),
            Parameter::query("tenant", "Only this tenant's.").longest(64),
            Parameter::query("entry", "Only of this entry of the catalog.").longest(249),
            Parameter::query("problems", "Only those with something wrong, drift too.").boolean()},
       .successes = {{.description = "A page.", .schema = pageSchema("TopicPage", topicSchema())}},
       .errors = {ErrorCode::kUnavailable},
       .handler = Blocking{[api](const Request& request) { return listTopics(*api, request); }}});
  routes.push_back(
      {.pattern = "/v1/topics/{topic}",
       .operationId = "getTopic",
       .tag = "Topics",
       .summary = "One topic: partitions, leaders, offsets, and where it differs from the catalog.",
       .parameters = {parameters::topicName(), refreshParameter()},
       .successes = {{.description = "The topic.", .schema = topicDetailsSchema()}},
       .errors = {ErrorCode::kTopicNotFound, ErrorCode::kUnavailable},
       .handler = Blocking{[api](const Request& request) { return getTopic(*api, request); }}});
}

void addPlanning(Routes& routes, const ApiPtr& api) {
  using namespace schema;
  routes.push_back(
      {.method = Method::kPost,
       .pattern = "/v1/topics/plan",
       .operationId = "planTopics",
       .tag = "Topics",
       .summary = "Compares catalog and cluster. Changes nothing.",
       .body =
           RequestBody{.contents = {{.schema = object(planRequestMembers())}}, .required = false},
       .successes = {{.description = "What apply would do.", .schema = planSchema()}},
       .errors = {ErrorCode::kUnavailable},
       .handler = Blocking{[api](const Request& request) { return plan(*api, request); }}});
  auto members = planRequestMembers();
  members.push_back({"digest", text("^[0-9a-f]*$", 64, 64).saying("Of the plan that was shown.")});
  routes.push_back(
      {.method = Method::kPost,
       .pattern = "/v1/topics/apply",
       .operationId = "applyTopics",
       .tag = "Topics",
       .summary = "Carries out the plan that was shown: the same request with its digest.",
       .description = "Creates what is missing, sets what differs, grows only when asked to. Never "
                      "deletes, never shrinks.",
       .body = RequestBody{.contents = {{.schema = object(members)}}},
       .successes = {{.description = "What was done.", .schema = applySchema()}},
       .errors = {ErrorCode::kConflict, ErrorCode::kNotEnoughReplicas, ErrorCode::kPartialFailure},
       .role = Role::kAdmin,
       .timeout = kChange,
       .handler = Blocking{[api](const Request& request) { return apply(*api, request); }}});
}

}  // namespace

void addTopicRoutes(Routes& routes, const ApiPtr& api) {
  addLooking(routes, api);
  addPlanning(routes, api);
}

}  // namespace caas::kafka::http
