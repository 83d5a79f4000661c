// /v1/dlq: what failed for good, and the jobs that send it back or close it.

#include <boost/json/parse.hpp>

#include "core/errors.hpp"
#include "http/api.hpp"
#include "http/dlq_jobs.hpp"
#include "http/json/dlq_json.hpp"
#include "http/json/error_json.hpp"
#include "http/json/values.hpp"

namespace caas::kafka::http {
namespace {

/// The queue is read from its beginning, or from `since`.
constexpr Milliseconds kRead{60'000};

std::vector<Parameter> filterParameters() {
  return {
      Parameter::query("tenant", "Of this tenant's topics.").longest(64),
      Parameter::query("topic", "Published to this topic, or to any of this entry of the catalog."),
      Parameter::query("group", "Failed in this consumer group."),
      Parameter::query("reason", "Why it is here.")
          .oneOf({"exhausted", "rejected", "undecodable", "oversize"}),
      Parameter::query("code", "With this error code."),
      Parameter::query("fingerprint", "Failures of this kind.").longest(64),
      Parameter::query("since", "Came into the queue at or after this.").time(),
      Parameter::query("until", "Came into the queue before this.").time()};
}

Result<DlqFilter> filterOf(const Arguments& arguments) {
  DlqFilter filter{.tenant = arguments.find("tenant"),
                   .topic = arguments.find("topic"),
                   .group = arguments.find("group"),
                   .code = arguments.find("code"),
                   .fingerprint = arguments.find("fingerprint"),
                   .since = arguments.time("since"),
                   .until = arguments.time("until")};
  if (const auto reason = arguments.find("reason")) {
    CAAS_ASSIGN(filter.reason, parseDlqReason(*reason));
  }
  return filter;
}

/// The same from a job's body; the schema has checked its types.
Result<DlqFilter> filterOf(const boost::json::object& body) {
  DlqFilter filter;
  const auto text = [&](const char* name) -> std::optional<std::string> {
    const auto* value = body.if_contains(name);
    return value == nullptr ? std::nullopt : std::optional(std::string(value->as_string()));
  };
  const auto time = [&](const char* name) -> Result<std::optional<Timestamp>> {
    const auto found = text(name);
    if (!found) {
      return std::nullopt;
    }
    CAAS_ASSIGN(const auto at, parseTimestamp(*found));
    return at;
  };
  filter.tenant = text("tenant");
  filter.topic = text("topic");
  filter.group = text("group");
  filter.code = text("code");
  filter.fingerprint = text("fingerprint");
  CAAS_ASSIGN(filter.since, time("since"));
  CAAS_ASSIGN(filter.until, time("until"));
  if (const auto reason = text("reason")) {
    CAAS_ASSIGN(filter.reason, parseDlqReason(*reason));
  }
  if (const auto* ids = body.if_contains("ids")) {
    for (const auto& id : ids->as_array()) {
      filter.ids.emplace_back(id.as_string());
    }
  }
  return filter;
}

Answer listDeadLetters(SharedParts& parts, const Request& request) {
  const auto& arguments = request.arguments;
  CAAS_ASSIGN(auto filter, filterOf(arguments));
  const auto& state = arguments.text("state");
  filter.state = state == "all"         ? std::optional<DlqState>{}
                 : state == "redriven"  ? DlqState::kRedriven
                 : state == "discarded" ? DlqState::kDiscarded
                                        : DlqState::kOpen;
  CAAS_ASSIGN(const auto dlq, parts.deadLetters());
  CAAS_ASSIGN(const auto page,
              dlq->list(filter, {.limit = static_cast<int>(arguments.integer("limit")),
                                 .newestFirst = !arguments.flag("oldestFirst"),
                                 .after = arguments.text("after"),
                                 .deadline = request.timeLeft()}));
  return Response::json({{"items", toJsonArray(page.entries)},
                         {"matched", page.matched},
                         {"next", orNull(page.next)}});
}

Answer groupDeadLetters(SharedParts& parts, const Request& request) {
  CAAS_ASSIGN(const auto filter, filterOf(request.arguments));
  CAAS_ASSIGN(const auto dlq, parts.deadLetters());
  CAAS_ASSIGN(const auto kinds, dlq->groups(filter, request.timeLeft()));
  return Response::json({{"items", toJsonArray(kinds)}});
}

Answer getDeadLetter(SharedParts& parts, const Request& request) {
  CAAS_ASSIGN(const auto dlq, parts.deadLetters());
  const auto details = dlq->show(request.arguments.text("id"), request.timeLeft());
  if (!details) {
    auto error = details.error();
    if (error.code == ErrorCode::kInvalidArgument) {
      error.code = ErrorCode::kNotFound;  // the id, which is all that the caller gave
    }
    return fail(std::move(error));
  }
  auto json = toJson(details->entry);
  json["record"] = boost::json::parse(recordToJson(details->record, parts.view(details->record)));
  return Response::json(json);
}

boost::json::object toJson(const DlqJobStatus& job) {
  using boost::json::value;
  return {{"id", job.id},
          {"action", toString(job.action)},
          {"dryRun", job.dryRun},
          {"by", job.by},
          {"startedAt", formatTimestamp(job.startedAt)},
          {"endedAt", timeOrNull(job.endedAt)},
          {"matched", job.progress.matched},
          {"done", job.progress.done},
          {"failed", job.progress.failed},
          {"report", job.report ? value(kafka::toJson(*job.report)) : value(nullptr)},
          {"error", job.error ? value(kafka::toJson(*job.error)) : value(nullptr)}};
}

Answer startJob(DlqJobs& jobs, const Request& request) {
  const auto& body = request.json.as_object();
  const auto* wanted = body.if_contains("filter");
  const bool all = body.contains("all") && body.at("all").as_bool();
  const bool filtered = wanted != nullptr && !wanted->as_object().empty();
  if (filtered == all) {
    return fail(errors::invalidArgument(
        filtered ? "filter and all do not go together" : "which entries is not said",
        "Give filter with at least one member, or \"all\": true for every open entry"));
  }
  CAAS_ASSIGN(auto filter, filterOf(filtered ? wanted->as_object() : boost::json::object{}));
  DlqJobOptions options;
  options.dryRun = !body.contains("dryRun") || body.at("dryRun").as_bool();
  options.by = request.principal.name;
  if (const auto* rate = body.if_contains("ratePerSecond")) {
    options.ratePerSecond = rate->to_number<double>();
  }
  if (const auto* most = body.if_contains("maxFailures")) {
    options.maxFailures = most->to_number<std::int64_t>();
  }
  const bool redrive = body.at("action").as_string() == "redrive";
  if (const auto* group = body.if_contains("toGroup")) {
    if (!redrive) {
      return fail(errors::invalidArgument("toGroup is for redrive only"));
    }
    options.toGroup = std::string(group->as_string());
  }
  CAAS_ASSIGN(const auto job, jobs.start(redrive ? DlqAction::kRedrive : DlqAction::kDiscard,
                                         std::move(filter), std::move(options)));
  auto response = Response::json(toJson(job), 202);
  response.headers.set("Location", "/v1/dlq/jobs/" + job.id);
  return response;
}

Answer jobAnswer(const std::optional<DlqJobStatus>& job) {
  if (!job) {
    return fail({.code = ErrorCode::kNotFound,
                 .message = "there is no such job in this process",
                 .hint = "GET /v1/dlq/jobs lists the last hundred"});
  }
  return Response::json(toJson(*job));
}

Schema jobSchema() {
  using namespace schema;
  return named("DeadLetterJob", object({{"id", text()},
                                        {"action", oneOf({"redrive", "discard"})},
                                        {"dryRun", boolean()},
                                        {"by", text()},
                                        {"startedAt", time()},
                                        {"endedAt", time().orNull().saying("Null: it runs.")},
                                        {"matched", integer()},
                                        {"done", integer()},
                                        {"failed", integer()},
                                        {"report", dlqReportSchema().orNull()},
                                        {"error", errorSchema().orNull()}}));
}

Schema jobRequestSchema() {
  using namespace schema;
  const auto filter =
      object({optional("tenant", text("", 1, 64)), optional("topic", text("", 1, 249)),
              optional("group", text("", 1, 249)),
              optional("reason", oneOf({"exhausted", "rejected", "undecodable", "oversize"})),
              optional("code", text("", 1, 249)), optional("fingerprint", text("", 1, 64)),
              optional("since", time()), optional("until", time()),
              optional("ids", array(text("", 1, 64), 1, 10'000))});
  return named(
      "DeadLetterJobRequest",
      object({{"action", oneOf({"redrive", "discard"})},
              optional("filter", named("DeadLetterFilter", filter)),
              optional("all", boolean().saying("Every open entry.")),
              optional("dryRun", boolean().saying("true unless given: only counts.")),
              optional("ratePerSecond", number().saying("Entries a second at most.")),
              optional("maxFailures", integer(1, 1'000'000)),
              optional("toGroup", text("", 1, 249).saying("Instead of the group that failed."))}));
}

void addLooking(Routes& routes, const PartsPtr& parts) {
  using namespace schema;
  auto listing = filterParameters();
  listing.insert(listing.end(),
                 {parameters::limit(), parameters::after(),
                  Parameter::query("state", "What became of it.")
                      .oneOf({"open", "redriven", "discarded", "all"})
                      .byDefault("open"),
                  Parameter::query("oldestFirst", "In the order in which they came.").boolean()});
  routes.push_back(
      {.pattern = "/v1/dlq",
       .operationId = "listDeadLetters",
       .tag = "Dead letters",
       .summary = "Entries of the dead letter queue, the newest first, without their values.",
       .parameters = listing,
       .successes = {{.description = "A page.",
                      .schema = named("DeadLetterPage", object({{"items", array(dlqEntrySchema())},
                                                                {"matched", integer()},
                                                                {"next", text().orNull()}}))}},
       .errors = {ErrorCode::kTopicNotFound, ErrorCode::kInvalidArgument},
       .timeout = kRead,
       .handler =
           Blocking{[parts](const Request& request) { return listDeadLetters(*parts, request); }}});
  routes.push_back(
      {.pattern = "/v1/dlq/groups",
       .operationId = "groupDeadLetters",
       .tag = "Dead letters",
       .summary = "Open entries counted by the kind of failure, the most frequent first.",
       .parameters = filterParameters(),
       .successes = {{.description = "At most 1,000 kinds.",
                      .schema =
                          named("DeadLetterGroups", object({{"items", array(dlqGroupSchema())}}))}},
       .errors = {ErrorCode::kTopicNotFound, ErrorCode::kInvalidArgument},
       .timeout = kRead,
       .handler = Blocking{
           [parts](const Request& request) { return groupDeadLetters(*parts, request); }}});
  auto details = dlqEntryMembers();
  details.push_back({"record", anything().saying("As it lies in the queue, decoded.")});
  routes.push_back(
      {.pattern = "/v1/dlq/entries/{id}",
       .operationId = "getDeadLetter",
       .tag = "Dead letters",
       .summary = "One entry with its headers and its value.",
       .parameters = {Parameter::path("id", "The entry's id, or its failure's.").longest(64)},
       .successes = {{.description = "The entry.",
                      .schema = named("DeadLetterDetails", object(details))}},
       .errors = {ErrorCode::kNotFound, ErrorCode::kTopicNotFound},
       .role = Role::kOperator,
       .timeout = kRead,
       .handler =
           Blocking{[parts](const Request& request) { return getDeadLetter(*parts, request); }}});
}

void addJobs(Routes& routes, const std::shared_ptr<DlqJobs>& jobs) {
  using namespace schema;
  const auto id = Parameter::path("id", "The job.").longest(64);
  routes.push_back(
      {.method = Method::kPost,
       .pattern = "/v1/dlq/jobs",
       .operationId = "startDeadLetterJob",
       .tag = "Dead letters",
       .summary = "Begins a redrive or discard. A dry run unless dryRun is false.",
       .description = "Each entry gets one copy per redrive, also when the daemon dies in the "
                      "middle or another operator begins: the later one takes over.",
       .body = RequestBody{.contents = {{.schema = jobRequestSchema()}}},
       .successes = {{.status = 202, .description = "It runs.", .schema = jobSchema()}},
       .errors = {ErrorCode::kConflict, ErrorCode::kInvalidArgument},
       .role = Role::kOperator,
       .handler = Blocking{[jobs](const Request& request) { return startJob(*jobs, request); }}});
  routes.push_back(
      {.pattern = "/v1/dlq/jobs",
       .operationId = "listDeadLetterJobs",
       .tag = "Dead letters",
       .summary = "The last hundred jobs of this process, the newest first.",
       .successes = {{.description = "The jobs.",
                      .schema = named("DeadLetterJobs", object({{"items", array(jobSchema())}}))}},
       .handler = Immediate{[jobs](const Request&) -> Answer {
         boost::json::array items;
         for (const auto& job : jobs->list()) {
           items.push_back(toJson(job));
         }
         return Response::json({{"items", std::move(items)}});
       }}});
  routes.push_back({.pattern = "/v1/dlq/jobs/{id}",
                    .operationId = "getDeadLetterJob",
                    .tag = "Dead letters",
                    .summary = "How far a job is.",
                    .parameters = {id},
                    .successes = {{.description = "The job.", .schema = jobSchema()}},
                    .errors = {ErrorCode::kNotFound},
                    .handler = Immediate{[jobs](const Request& request) {
                      return jobAnswer(jobs->find(request.arguments.text("id")));
                    }}});
  routes.push_back({.method = Method::kDelete,
                    .pattern = "/v1/dlq/jobs/{id}",
                    .operationId = "stopDeadLetterJob",
                    .tag = "Dead letters",
                    .summary = "Asks a job to end after its batch. What is done stays done.",
                    .parameters = {id},
                    .successes = {{.description = "The job as it is.", .schema = jobSchema()}},
                    .errors = {ErrorCode::kNotFound},
                    .role = Role::kOperator,
                    .handler = Immediate{[jobs](const Request& request) {
                      return jobAnswer(jobs->stop(request.arguments.text("id")));
                    }}});
}

}  // namespace

void addDlqRoutes(Routes& routes, const ApiPtr& api, const PartsPtr& parts) {
  addLooking(routes, parts);
  addJobs(routes, std::make_shared<DlqJobs>(parts, *api->clock));
}

}  // namespace caas::kafka::http
