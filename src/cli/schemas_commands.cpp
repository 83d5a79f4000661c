// schemas list | show | diff (register and check: schemas_register_commands.cpp)

#include "cli/schemas_commands.hpp"

#include <algorithm>
#include <memory>

#include <CLI/Option.hpp>
#include <CLI/Validators.hpp>
#include <fmt/format.h>

#include "cli/schema_text.hpp"
#include "cli/value_view.hpp"
#include "core/errors.hpp"
#include "http/json/schemas_json.hpp"

namespace caas::kafka::cli {
namespace {

namespace json = boost::json;

struct ListOptions {
  std::string prefix;
  bool versions = false;
};

struct ShowOptions {
  std::string subject;
  std::optional<int> version{};
  std::optional<int> id{};
};

struct DiffOptions {
  std::string subject;
  std::optional<int> from{};
  std::optional<int> to{};
  std::string file;
  std::string type;
};

Result<int> list(Session& session, const ListOptions& options) {
  CAAS_ASSIGN(const auto registry, openRegistry(session));
  CAAS_ASSIGN(auto subjects, registry->subjects());
  std::erase_if(subjects,
                [&](const std::string& subject) { return !subject.starts_with(options.prefix); });
  json::array rows;
  Table table =
      options.versions ? Table{{"SUBJECT", "TYPE", ">VERSION", ">ID"}} : Table{{"SUBJECT"}};
  for (const auto& subject : subjects) {
    if (!options.versions) {
      rows.push_back(json::object{{"subject", subject}});
      table.add({Cell{subject}});
      continue;
    }
    CAAS_ASSIGN(const auto latest, registry->latest(subject));
    rows.push_back(json::object{{"subject", subject},
                                {"type", toString(latest.schema.type)},
                                {"version", latest.version},
                                {"id", latest.id}});
    table.add({Cell{subject}, Cell{std::string(toString(latest.schema.type))},
               Cell{std::to_string(latest.version)}, Cell{std::to_string(latest.id)}});
  }
  if (session.json()) {
    session.print({{"registry", registry->urls()}, {"subjects", std::move(rows)}});
  } else if (table.empty()) {
    session.out() << "no subjects\n";
  } else {
    session.out() << table.render(session.style());
  }
  return kExitDone;
}

Result<int> show(Session& session, const ShowOptions& options) {
  if (options.subject.empty() == !options.id) {
    return fail(errors::invalidArgument("give a SUBJECT or --id, one of them"));
  }
  CAAS_ASSIGN(const auto registry, openRegistry(session));
  if (options.id) {
    CAAS_ASSIGN(const auto schema, registry->byId(*options.id));
    if (session.json()) {
      session.print(
          {{"id", *options.id}, {"type", toString(schema->type)}, {"schema", schema->text}});
    } else {
      session.out() << escapeForTerminal(laidOut(*schema), true);
    }
    return kExitDone;
  }
  CAAS_ASSIGN(const auto registered, options.version
                                         ? registry->version(options.subject, *options.version)
                                         : registry->latest(options.subject));
  if (session.json()) {
    session.print(toJson(registered));
    return kExitDone;
  }
  session.err() << fmt::format("{} version {}, id {}, {}\n", escapeForTerminal(registered.subject),
                               registered.version, registered.id, toString(registered.schema.type));
  for (const auto& reference : registered.schema.references) {
    session.err() << fmt::format("  refers to {} = {} version {}\n",
                                 escapeForTerminal(reference.name),
                                 escapeForTerminal(reference.subject), reference.version);
  }
  session.out() << escapeForTerminal(laidOut(registered.schema), true);
  return kExitDone;
}

Result<int> diff(Session& session, const DiffOptions& options) {
  CAAS_ASSIGN(const auto registry, openRegistry(session));
  RegisteredSchema before;
  std::string after;
  std::string afterName;
  if (!options.file.empty()) {
    CAAS_ASSIGN(const auto schema, readSchemaFile(options.file, options.type));
    CAAS_ASSIGN(before, options.from ? registry->version(options.subject, *options.from)
                                     : registry->latest(options.subject));
    after = laidOut(schema);
    afterName = options.file;
  } else {
    CAAS_ASSIGN(const auto versions, registry->versions(options.subject));
    if (versions.size() < 2 && !options.from && !options.to) {
      return fail(errors::invalidArgument(
          fmt::format("subject '{}' has one version: there is nothing to compare", options.subject),
          "Give --file to compare it with a file"));
    }
    const int to = options.to.value_or(versions.back());
    int from = options.from.value_or(to);
    if (!options.from) {
      for (const int version : versions) {
        from = version < to ? version : from;
      }
    }
    CAAS_ASSIGN(before, registry->version(options.subject, from));
    CAAS_ASSIGN(const auto newer, registry->version(options.subject, to));
    after = laidOut(newer.schema);
    afterName = fmt::format("{} version {}", options.subject, to);
  }
  const auto lines = diffLines(laidOut(before.schema), after);
  const bool same = std::ranges::all_of(lines, [](const auto& line) { return line.mark == ' '; });
  if (session.json()) {
    json::array changes;
    for (const auto& [mark, text] : lines) {
      changes.push_back(json::value(std::string(1, mark) + text));
    }
    session.print({{"same", same}, {"lines", std::move(changes)}});
    return kExitDone;
  }
  if (same) {
    session.out() << "no difference\n";
    return kExitDone;
  }
  session.out() << fmt::format("--- {} version {}\n+++ {}\n", escapeForTerminal(before.subject),
                               before.version, escapeForTerminal(afterName));
  for (const auto& [mark, text] : lines) {
    const auto tone = mark == '+' ? Tone::kGood : mark == '-' ? Tone::kBad : Tone::kPlain;
    session.out() << session.style().paint(tone, mark + escapeForTerminal(text)) << '\n';
  }
  return kExitDone;
}

}  // namespace

void addSchemasCommands(CommandSet& commands) {
  auto& group = commands.group(
      {"schemas",
       "The schema registry: what is registered, registering, and whether a change is safe "
       "(docs/schemas.md).",
       "  caas-kafka schemas list\n  caas-kafka schemas check chat.messages-value --file "
       "message.avsc",
       kRecordsHeading});

  auto listed = std::make_shared<ListOptions>();
  auto& listApp = commands.command(group,
                                   {"list", "Lists the subjects.",
                                    "  caas-kafka schemas list\n"
                                    "  caas-kafka schemas list --prefix chat. --versions"},
                                   [listed](Session& session) { return list(session, *listed); });
  listApp.add_option("--prefix", listed->prefix, "Only subjects that begin so")->type_name("TEXT");
  listApp.add_flag("--versions", listed->versions,
                   "With type, newest version and id: one request for each subject");

  auto shown = std::make_shared<ShowOptions>();
  auto& showApp = commands.command(
      group,
      {"show", "Prints a schema: the newest of a subject, a version, or the one of an id.",
       "  caas-kafka schemas show chat.messages-value\n"
       "  caas-kafka schemas show chat.messages-value --version 1\n"
       "  caas-kafka schemas show --id 7"},
      [shown](Session& session) { return show(session, *shown); });
  showApp.add_option("subject", shown->subject, "The subject")->type_name("SUBJECT");
  showApp.add_option("--version", shown->version, "Which version")
      ->type_name("N")
      ->check(CLI::PositiveNumber);
  showApp.add_option("--id", shown->id, "The id that a record carries")
      ->type_name("N")
      ->check(CLI::NonNegativeNumber);

  addSchemaCandidateCommands(commands, group);

  auto compared = std::make_shared<DiffOptions>();
  auto& diffApp = commands.command(
      group,
      {"diff",
       "Compares two versions of a subject (the newest with the one before), or a version with a "
       "file.",
       "  caas-kafka schemas diff chat.messages-value\n"
       "  caas-kafka schemas diff chat.messages-value --from 1 --to 3\n"
       "  caas-kafka schemas diff chat.messages-value --file message.avsc"},
      [compared](Session& session) { return diff(session, *compared); });
  diffApp.add_option("subject", compared->subject, "The subject")->type_name("SUBJECT")->required();
  diffApp.add_option("--from", compared->from, "The older version")
      ->type_name("N")
      ->check(CLI::PositiveNumber);
  diffApp.add_option("--to", compared->to, "The newer version")
      ->type_name("N")
      ->check(CLI::PositiveNumber);
  diffApp.add_option("--file", compared->file, "Compare with a file")->type_name("FILE");
  diffApp
      .add_option("--type", compared->type,
                  "avro, json-schema or protobuf; else the file's name says")
      ->type_name("TYPE");
}

}  // namespace caas::kafka::cli
