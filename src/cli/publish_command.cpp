// publish: events of a type of the catalog, from NDJSON or one from the command line.

#include <algorithm>
#include <memory>

#include <CLI/Option.hpp>
#include <fmt/format.h>

#include "cli/commands.hpp"
#include "cli/event_sink.hpp"
#include "cli/import_command.hpp"
#include "cli/parse.hpp"
#include "core/errors.hpp"

namespace caas::kafka::cli {
namespace {

struct PublishArguments {
  std::string tenant;
  std::string type;
  std::vector<std::string> map;
  std::vector<std::string> fields;
  ImportOptions import;
};

struct Destination {
  EventTarget target;
  std::string topic;
};

Result<Destination> destinationOf(const Catalog& catalog, const PublishArguments& arguments) {
  const auto* definition = catalog.findByEventType(arguments.type);
  if (definition == nullptr) {
    const auto types = catalog.eventTypes();
    const auto near = nearest(arguments.type, types);
    return fail(errors::invalidArgument(
        fmt::format("--type: the catalog has no event type '{}'", arguments.type),
        (near.empty() ? "" : fmt::format("Did you mean '{}'? ", near)) +
            "It has: " + join(types, ", ")));
  }
  Destination destination;
  destination.target.type = arguments.type;
  CAAS_ASSIGN(destination.target.map, parseFieldMap(arguments.map));
  CAAS_ASSIGN(destination.target.headers, parseHeaders(arguments.import.headers));
  if (definition->perTenant() != !arguments.tenant.empty()) {
    return fail(errors::invalidArgument(
        definition->perTenant()
            ? fmt::format("--type {} needs --tenant: its topic is {}", arguments.type,
                          definition->pattern)
            : fmt::format("--type {} takes no --tenant: its topic {} is the platform's",
                          arguments.type, definition->pattern)));
  }
  destination.topic = definition->pattern;
  if (definition->perTenant()) {
    CAAS_ASSIGN(destination.target.tenant, TenantId::parse(arguments.tenant));
    destination.topic = definition->topicFor(*destination.target.tenant);
  }
  return destination;
}

/// Better than a failure for each of a million lines.
Result<void> mustExist(Session& session, const Destination& destination) {
  ListTopicsOptions wanted;
  if (destination.target.tenant) {
    wanted.tenantId = destination.target.tenant->str();
  }
  CAAS_ASSIGN(const auto manager, session.topics());
  CAAS_ASSIGN(const auto topics,
              manager->listTopics(wanted, session.deadline(Milliseconds{30'000})));
  if (std::ranges::find(topics, destination.topic, &TopicInfo::name) != topics.end()) {
    return {};
  }
  auto error = errors::topicNotFound(destination.topic);
  error.hint = destination.target.tenant
                   ? fmt::format("Create the tenant's topics: `caas-kafka tenants create {}`",
                                 destination.target.tenant->str())
                   : "Create the platform's topics: `caas-kafka init`";
  return fail(std::move(error));
}

Result<int> publish(Session& session, const PublishArguments& arguments) {
  const auto interrupt = session.context().watchSignals();
  const bool single = !arguments.fields.empty();
  if (single && !arguments.import.from.empty()) {
    return fail(errors::invalidArgument("--field and --from do not go together"));
  }
  if (!single && arguments.import.from.empty() && session.context().inIsTerminal) {
    return fail(errors::invalidArgument(
        "publish has nothing to read",
        "Give --from FILE, --field NAME=VALUE, or --from - to type lines here"));
  }
  CAAS_ASSIGN(const auto* loaded, session.settings());
  CAAS_ASSIGN(const auto catalog, session.catalog());
  CAAS_ASSIGN(const auto destination, destinationOf(*catalog, arguments));
  std::string event;
  if (single) {
    CAAS_ASSIGN(event, fieldsToJson(arguments.type, arguments.fields));
  }
  CAAS_TRY(mustExist(session, destination));
  CAAS_ASSIGN(const auto service, session.service());
  CAAS_ASSIGN(const auto publisher, service->publisher());
  EventSink sink{publisher, destination.target};
  return single ? importOne(session, sink, event)
                : importLines(session, sink, *interrupt, arguments.import, loaded->settings,
                              sink.ignoredFields());
}

}  // namespace

void addPublishCommand(CommandSet& commands) {
  auto arguments = std::make_shared<PublishArguments>();
  auto& app = commands.command(
      {"publish",
       "Publishes events: one JSON object a line, or one event from the command line. Topic, key "
       "and settings come from the catalog. Fields have the event's names (messageId, "
       "conversationId, userId, text, …) or are mapped; others are left out and counted. A missing "
       "id is made up, a missing time is now. Ends with a summary; exit code 1 if any line was "
       "refused or failed. Ctrl-C stops reading and delivers what was read; a second one does not "
       "wait for that.",
       "  caas-kafka publish --tenant acme --type message --from chat.ndjson \\\n"
       "      --map conversation=conversationId,user=userId\n"
       "  caas-kafka publish --tenant acme --type typing --field conversationId=c1 \\\n"
       "      --field userId=u1 --field typing=true\n"
       "  tail -f events.ndjson | caas-kafka publish --type platform-event --errors-to bad.ndjson",
       kRecordsHeading},
      [arguments](Session& session) { return publish(session, *arguments); });
  app.add_option("--tenant", arguments->tenant, "Whose topic; not for the platform's own types")
      ->type_name("ID");
  app.add_option("--type", arguments->type, "Event type, e.g. message, typing, presence, analytics")
      ->type_name("NAME")
      ->required();
  app.add_option("--map", arguments->map,
                 "Which field of the input is which of the event: IN=EVENT, several with commas")
      ->type_name("LIST")
      ->allow_extra_args(false);
  app.add_option("--field", arguments->fields,
                 "A field of a single event; may be given several times")
      ->type_name("NAME=VALUE")
      ->allow_extra_args(false);
  addImportOptions(app, arguments->import);
}

}  // namespace caas::kafka::cli
