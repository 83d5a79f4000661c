// schemas register | check

#include <algorithm>
#include <memory>

#include <CLI/Option.hpp>
#include <fmt/format.h>

#include "caas/kafka/schema_serde.hpp"
#include "cli/schema_text.hpp"
#include "cli/schemas_commands.hpp"
#include "cli/value_view.hpp"
#include "core/errors.hpp"

namespace caas::kafka::cli {
namespace {

namespace json = boost::json;

/// What register and check work on: one file, or all built-in events.
struct CandidateOptions {
  std::string subject;
  std::string file;
  std::string type;
  std::vector<std::string> references{};
};

Result<std::vector<EventSubject>> candidatesOf(Session& session, const CandidateOptions& options) {
  if (options.subject.empty() != options.file.empty()) {
    return fail(errors::invalidArgument(
        "a SUBJECT and --file go together; without both it is the built-in events' schemas"));
  }
  std::vector<EventSubject> candidates;
  if (!options.file.empty()) {
    CAAS_ASSIGN(auto schema, readSchemaFile(options.file, options.type));
    for (const auto& text : options.references) {
      CAAS_ASSIGN(auto reference, parseReference(text));
      schema.references.push_back(std::move(reference));
    }
    candidates.push_back({options.subject, std::move(schema)});
    return candidates;
  }
  CAAS_ASSIGN(const auto catalog, session.catalog());
  CAAS_ASSIGN(const auto* loaded, session.settings());
  const auto& settings = loaded->settings.schemaRegistry;
  auto format = schemaTypeOf(settings.eventFormat).value_or(SchemaType::kAvro);
  if (!options.type.empty()) {
    CAAS_ASSIGN(format, parseTypeOption(options.type));
  }
  return eventSubjects(settings.subjects, *catalog, format);
}

Result<int> registerThem(Session& session, const CandidateOptions& options) {
  CAAS_ASSIGN(const auto candidates, candidatesOf(session, options));
  CAAS_ASSIGN(const auto registry, openRegistry(session));
  SchemaSerde serde(registry);
  json::array rows;
  Table table{{"SUBJECT", "TYPE", ">ID"}};
  for (const auto& [subject, schema] : candidates) {
    // What we could not use ourselves later is not handed on.
    CAAS_TRY(serde.validate(schema));
    CAAS_ASSIGN(const int id, registry->registerSchema(subject, schema));
    rows.push_back(json::object{{"subject", subject}, {"type", toString(schema.type)}, {"id", id}});
    table.add({Cell{subject}, Cell{std::string(toString(schema.type))}, Cell{std::to_string(id)}});
  }
  if (session.json()) {
    session.print({{"registered", std::move(rows)}});
  } else {
    session.out() << table.render(session.style());
  }
  return kExitDone;
}

/// The versions that a level compares with: the newest, or all.
Result<std::vector<RegisteredSchema>> versionsFor(SchemaRegistry& registry,
                                                  const std::string& subject, Compatibility level) {
  std::vector<RegisteredSchema> versions;
  auto numbers = registry.versions(subject);
  if (!numbers) {
    if (numbers.error().code == ErrorCode::kSchemaNotFound) {
      return versions;
    }
    return fail(numbers.error());
  }
  if (!isTransitive(level) && numbers->size() > 1) {
    numbers->erase(numbers->begin(), numbers->end() - 1);
  }
  for (const int number : *numbers) {
    CAAS_ASSIGN(auto version, registry.version(subject, number));
    versions.push_back(std::move(version));
  }
  return versions;
}

/// Ours first: it names the path in the schema. Then the registry's, which decides.
Result<CompatibilityVerdict> judge(Session& session, SchemaRegistry& registry,
                                   const EventSubject& candidate) {
  CAAS_ASSIGN(const auto level, registry.compatibility(candidate.subject));
  CAAS_ASSIGN(const auto versions, versionsFor(registry, candidate.subject, level));
  CAAS_ASSIGN(auto ours, checkCompatibility(level, candidate.schema, versions, registry));
  auto asked = registry.check(candidate.subject, candidate.schema);
  if (!asked && asked.error().code == ErrorCode::kInvalidArgument) {
    // We could read it. Apicurio 3.1 cannot judge a Protobuf schema that refers to others, nor one
    // after a version of another kind.
    session.warn(fmt::format("the registry did not judge {}, so this verdict is ours alone: {}",
                             candidate.subject, asked.error().message));
    return ours;
  }
  if (!asked) {
    return fail(std::move(asked).error());
  }
  ours.compatible = ours.compatible && asked->compatible;
  for (auto& reason : asked->reasons) {
    ours.reasons.push_back("the registry: " + std::move(reason));
  }
  if (!asked->compatible && asked->reasons.empty()) {
    ours.reasons.emplace_back("the registry refuses it and gives no reason");
  }
  return ours;
}

Result<int> check(Session& session, const CandidateOptions& options) {
  CAAS_ASSIGN(const auto candidates, candidatesOf(session, options));
  CAAS_ASSIGN(const auto registry, openRegistry(session));
  SchemaSerde serde(registry);
  json::array rows;
  bool good = true;
  for (const auto& candidate : candidates) {
    CAAS_TRY(serde.validate(candidate.schema));
    CAAS_ASSIGN(const auto verdict, judge(session, *registry, candidate));
    good = good && verdict.compatible;
    if (session.json()) {
      json::array reasons(verdict.reasons.begin(), verdict.reasons.end());
      rows.push_back(json::object{{"subject", candidate.subject},
                                  {"compatible", verdict.compatible},
                                  {"reasons", std::move(reasons)}});
      continue;
    }
    session.out() << fmt::format(
        "{} {}\n", escapeForTerminal(candidate.subject),
        session.style().paint(verdict.compatible ? Tone::kGood : Tone::kBad,
                              verdict.compatible ? "compatible" : "not compatible"));
    for (const auto& reason : verdict.reasons) {
      session.out() << "  - " << escapeForTerminal(reason) << '\n';
    }
  }
  if (session.json()) {
    session.print({{"checked", std::move(rows)}});
  }
  return good ? kExitDone : kExitNotHealthy;
}

void addCandidateOptions(CLI::App& app, CandidateOptions& options) {
  app.add_option("subject", options.subject, "The subject; without it: all built-in events")
      ->type_name("SUBJECT");
  app.add_option("--file", options.file, "The schema: .avsc, .proto or .json")->type_name("FILE");
  app.add_option(
         "--type", options.type,
         "avro, json-schema or protobuf; else the file's name says, and for built-in events "
         "SCHEMA_REGISTRY_EVENT_FORMAT (Avro where they are plain JSON)")
      ->type_name("TYPE");
  app.add_option("--reference", options.references,
                 "What it refers to, as name=subject:version; may be repeated")
      ->type_name("REF");
}

}  // namespace

void addSchemaCandidateCommands(CommandSet& commands, CLI::App& group) {
  auto registered = std::make_shared<CandidateOptions>();
  auto& registerApp = commands.command(
      group,
      {"register",
       "Registers a schema as a subject's new version, or finds that it is there already. A change "
       "that breaks compatibility is refused with the registry's reason. Without a subject: the "
       "schemas of all built-in events.",
       "  caas-kafka schemas register\n"
       "  caas-kafka schemas register --type protobuf\n"
       "  caas-kafka schemas register polls-value --file poll.avsc"},
      [registered](Session& session) { return registerThem(session, *registered); });
  addCandidateOptions(registerApp, *registered);

  auto checked = std::make_shared<CandidateOptions>();
  auto& checkApp = commands.command(
      group,
      {"check",
       "Says whether a schema could be registered, and if not, why. Changes nothing. Exits with 3 "
       "when it could not.",
       "  caas-kafka schemas check\n"
       "  caas-kafka schemas check polls-value --file poll.avsc"},
      [checked](Session& session) { return check(session, *checked); });
  addCandidateOptions(checkApp, *checked);
}

}  // namespace caas::kafka::cli
