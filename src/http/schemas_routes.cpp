// /v1/schemas: subjects, versions, and whether a change would break somebody.

#include "core/errors.hpp"
#include "http/api.hpp"
#include "http/json/error_json.hpp"
#include "http/json/schemas_json.hpp"
#include "http/json/values.hpp"
#include "http/page.hpp"
#include "http/parts.hpp"

namespace caas::kafka::http {
namespace {

constexpr std::size_t kMostSchemaBytes = 2'000'000;

Parameter subjectParameter() {
  return Parameter::path("subject", "The subject.").longest(249).example("chat.messages-value");
}

Answer listSubjects(SharedParts& parts, const Request& request) {
  CAAS_ASSIGN(const auto registry, parts.registry());
  CAAS_ASSIGN(auto subjects, registry->subjects());
  std::ranges::sort(subjects);
  auto page = pageOf(
      subjects, request.arguments,
      [](const std::string& subject) -> const auto& { return subject; },
      [&](const std::string& subject) { return holds(subject, request.arguments.text("search")); },
      [](const std::string& subject) { return boost::json::value(subject); });
  page["registry"] = registry->urls();
  return Response::json(page);
}

Answer getSubject(SharedParts& parts, const Request& request) {
  const auto& subject = request.arguments.text("subject");
  CAAS_ASSIGN(const auto registry, parts.registry());
  CAAS_ASSIGN(const auto versions, registry->versions(subject));
  CAAS_ASSIGN(const auto level, registry->compatibility(subject));
  CAAS_ASSIGN(const auto latest, registry->latest(subject));
  return Response::json({{"subject", subject},
                         {"versions", boost::json::array(versions.begin(), versions.end())},
                         {"compatibility", toString(level)},
                         {"latest", toJson(latest)}});
}

Answer getVersion(SharedParts& parts, const Request& request) {
  CAAS_ASSIGN(const auto registry, parts.registry());
  CAAS_ASSIGN(const auto version,
              registry->version(request.arguments.text("subject"),
                                static_cast<int>(request.arguments.integer("version"))));
  return Response::json(toJson(version));
}

Result<SchemaText> schemaOf(const boost::json::object& body) {
  SchemaText schema;
  CAAS_ASSIGN(schema.type, parseSchemaType(body.at("type").as_string()));
  schema.text = body.at("schema").as_string();
  if (const auto* references = body.if_contains("references")) {
    for (const auto& reference : references->as_array()) {
      schema.references.push_back(
          {.name = std::string(reference.at("name").as_string()),
           .subject = std::string(reference.at("subject").as_string()),
           .version = static_cast<int>(reference.at("version").as_int64())});
    }
  }
  return schema;
}

Answer checkSchema(SharedParts& parts, const Request& request) {
  CAAS_ASSIGN(const auto schema, schemaOf(request.json.as_object()));
  CAAS_ASSIGN(const auto registry, parts.registry());
  CAAS_TRY(SchemaSerde(registry).validate(schema));
  CAAS_ASSIGN(const auto verdict, registry->check(request.arguments.text("subject"), schema));
  return Response::json(
      {{"compatible", verdict.compatible}, {"reasons", toJsonArray(verdict.reasons)}});
}

Answer registerSchema(SharedParts& parts, const Request& request) {
  const auto& subject = request.arguments.text("subject");
  CAAS_ASSIGN(const auto schema, schemaOf(request.json.as_object()));
  CAAS_ASSIGN(const auto registry, parts.registry());
  CAAS_TRY(SchemaSerde(registry).validate(schema));
  CAAS_TRY(registry->registerSchema(subject, schema));
  CAAS_ASSIGN(const auto registered, registry->lookUp(subject, schema));
  return Response::json(toJson(registered), 201);
}

Schema schemaRequestSchema() {
  using namespace schema;
  return named("SchemaRequest",
               object({{"type", oneOf({"AVRO", "JSON", "PROTOBUF"})},
                       {"schema", text("", 1, kMostSchemaBytes)},
                       optional("references", array(object({{"name", text("", 1, 1'024)},
                                                            {"subject", text("", 1, 249)},
                                                            {"version", integer(1, INT32_MAX)}}),
                                                    0, 100))}));
}

void addLooking(Routes& routes, const PartsPtr& parts) {
  using namespace schema;
  routes.push_back(
      {.pattern = "/v1/schemas",
       .operationId = "listSubjects",
       .tag = "Schemas",
       .summary = "Subjects of the schema registry, by name.",
       .parameters = {parameters::limit(), parameters::after(),
                      Parameter::query("search", "A part of the name, in any case.").longest(249)},
       .successes = {{.description = "A page.",
                      .schema = named("SubjectPage", object({{"items", array(text())},
                                                             {"matched", integer()},
                                                             {"next", text().orNull()},
                                                             {"registry", text()}}))}},
       .handler =
           Blocking{[parts](const Request& request) { return listSubjects(*parts, request); }}});
  routes.push_back(
      {.pattern = "/v1/schemas/{subject}",
       .operationId = "getSubject",
       .tag = "Schemas",
       .summary = "One subject: its versions, its compatibility, its newest schema.",
       .parameters = {subjectParameter()},
       .successes = {{.description = "The subject.",
                      .schema = named("Subject", object({{"subject", text()},
                                                         {"versions", array(integer())},
                                                         {"compatibility", text()},
                                                         {"latest", registeredSchemaSchema()}}))}},
       .errors = {ErrorCode::kSchemaNotFound},
       .handler =
           Blocking{[parts](const Request& request) { return getSubject(*parts, request); }}});
  routes.push_back(
      {.pattern = "/v1/schemas/{subject}/versions/{version}",
       .operationId = "getSchemaVersion",
       .tag = "Schemas",
       .summary = "One version of a subject.",
       .parameters = {subjectParameter(),
                      Parameter::path("version", "Its number.").integer(1, INT32_MAX)},
       .successes = {{.description = "The schema.", .schema = registeredSchemaSchema()}},
       .errors = {ErrorCode::kSchemaNotFound},
       .handler =
           Blocking{[parts](const Request& request) { return getVersion(*parts, request); }}});
}

}  // namespace

void addSchemaRoutes(Routes& routes, const PartsPtr& parts) {
  using namespace schema;
  addLooking(routes, parts);
  const RequestBody body{.contents = {{.schema = schemaRequestSchema()}},
                         .mostBytes = kMostSchemaBytes};
  routes.push_back(
      {.method = Method::kPost,
       .pattern = "/v1/schemas/{subject}/check",
       .operationId = "checkSchema",
       .tag = "Schemas",
       .summary = "Whether a schema could be registered, and if not, why. Changes nothing.",
       .parameters = {subjectParameter()},
       .body = body,
       .successes = {{.description = "The registry's verdict.",
                      .schema = named("SchemaVerdict", object({{"compatible", boolean()},
                                                               {"reasons", array(text())}}))}},
       .errors = {ErrorCode::kInvalidArgument, ErrorCode::kSchemaNotFound, ErrorCode::kUnsupported},
       .handler =
           Blocking{[parts](const Request& request) { return checkSchema(*parts, request); }}});
  routes.push_back(
      {.method = Method::kPost,
       .pattern = "/v1/schemas/{subject}/versions",
       .operationId = "registerSchema",
       .tag = "Schemas",
       .summary = "Registers a schema, or finds that it is there already.",
       .description = "One that breaks compatibility is refused with the registry's reason.",
       .parameters = {subjectParameter()},
       .body = body,
       .successes = {{.status = 201,
                      .description = "It stands.",
                      .schema = registeredSchemaSchema()}},
       .errors = {ErrorCode::kInvalidArgument, ErrorCode::kSchemaNotFound, ErrorCode::kUnsupported},
       .role = Role::kAdmin,
       .handler =
           Blocking{[parts](const Request& request) { return registerSchema(*parts, request); }}});
}

}  // namespace caas::kafka::http
