#include "cli/cli.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <span>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "caas/kafka/version.hpp"
#include "cli/commands.hpp"
#include "cli/help.hpp"
#include "cli/parse.hpp"
#include "core/errors.hpp"
#include "http/json/error_json.hpp"

namespace caas::kafka::cli {
namespace {

void printError(CliContext& context, const Error& error, bool json) {
  if (json) {
    const boost::json::object document{{"error", toJson(error)}};
    context.err << boost::json::serialize(document) << '\n';
    return;
  }
  const auto style = Style::forStream(context, context.errIsTerminal);
  context.err << style.paint(Tone::kBad, "error:") << ' ' << escapeForTerminal(error.message, true)
              << '\n';
  if (!error.hint.empty()) {
    context.err << style.paint(Tone::kBold, "hint:") << ' ' << escapeForTerminal(error.hint, true)
                << '\n';
  }
}

void addGlobalOptions(CLI::App& root, GlobalOptions& globals) {
  root.add_option("--brokers", globals.brokers,
                  "Kafka's addresses, host:port with commas between; over KAFKA_BROKERS")
      ->type_name("LIST");
  root.add_option("--env-file", globals.envFile, "Settings are read from this file instead of .env")
      ->type_name("FILE");
  root.add_option("--catalog", globals.catalogFile,
                  "Topics are defined by this file instead of the catalog in the binary")
      ->type_name("FILE");
  root.add_option("--timeout", globals.timeout,
                  "How long Kafka may take to answer, e.g. 500ms, 10s, 2m")
      ->type_name("TIME");
  root.add_flag("--json", globals.json, "Print JSON, errors too; for programs");
}

/// The command that was meant: the last one on the line that was understood.
const CLI::App* deepest(const CLI::App& root) {
  const auto* app = &root;
  while (!app->get_subcommands().empty()) {
    app = app->get_subcommands().back();
  }
  return app;
}

std::vector<std::string> optionNames(const CLI::App* app) {
  std::vector<std::string> names;
  for (; app != nullptr; app = app->get_parent()) {
    for (const auto* option : app->get_options()) {
      for (const auto& name : option->get_lnames()) {
        names.push_back("--" + name);
      }
    }
  }
  return names;
}

std::vector<std::string> commandNames(const CLI::App* app) {
  std::vector<std::string> names;
  for (const auto* sub : app->get_subcommands([](const CLI::App*) { return true; })) {
    names.push_back(sub->get_name());
  }
  return names;
}

Error unexpectedWord(const CLI::App* app, const std::string& word) {
  const bool option = word.starts_with('-');
  const auto commands = commandNames(app);
  const auto name = option ? word.substr(0, word.find('=')) : word;
  const auto near = nearest(name, option ? optionNames(app) : commands);
  auto hint = near.empty() ? std::string{} : fmt::format("Did you mean '{}'? ", near);
  hint += fmt::format("`{} --help` lists what there is", fullName(app));
  if (option) {
    return errors::invalidArgument(fmt::format("{} has no option '{}'", fullName(app), name), hint);
  }
  if (!commands.empty()) {
    return errors::invalidArgument(fmt::format("{} has no command '{}'", fullName(app), word),
                                   hint);
  }
  return errors::invalidArgument(fmt::format("{} does not take '{}'", fullName(app), word), hint);
}

Error usageError(const CLI::App& root, const CLI::ParseError& error) {
  const auto* app = deepest(root);
  // CLI11 hands words that no option or command took up to the root.
  for (const auto* at = app; at != nullptr; at = at->get_parent()) {
    if (const auto words = at->remaining(); !words.empty()) {
      return unexpectedWord(app, words.front());
    }
  }
  std::string message = error.what();
  if (!commandNames(app).empty()) {
    message = fmt::format("{} needs a command: {}", fullName(app), join(commandNames(app), ", "));
  }
  return errors::invalidArgument(std::move(message),
                                 fmt::format("`{} --help` shows how it is used", fullName(app)));
}

/// "caas-kafka help topics plan" is "caas-kafka topics plan --help".
std::vector<std::string> wordsOf(std::span<const char* const> argv) {
  std::vector<std::string> words{argv.begin(), argv.end()};
  if (!words.empty() && words.front() == "help") {
    words.erase(words.begin());
    words.emplace_back("--help");
  }
  return words;
}

void addCommands(CommandSet& commands) {
  addServeCommand(commands);
  addConfigCommand(commands);
  addClusterCommands(commands);
  addTopicsCommands(commands);
  addTenantsCommands(commands);
  addPublishCommand(commands);
  addProduceCommand(commands);
  addConsumeCommand(commands);
  addGroupsCommands(commands);
  addDlqCommands(commands);
  addSchemasCommands(commands);
  addStrategyCommands(commands);
  addTokensCommands(commands);
}

/// What went wrong with the output itself. A reader that went away (`| head`) is no error.
std::optional<Error> outputError(CliContext& context) {
  context.out.flush();
  if (context.out.good()) {
    return std::nullopt;
  }
  const int reason = context.outError ? context.outError() : 0;
  if (reason == EPIPE) {
    return std::nullopt;
  }
  return errors::io("cannot write", "standard output",
                    reason == 0 ? "the stream failed" : std::strerror(reason));
}

Result<int> dispatch(std::span<const char* const> argv, CliContext& context, bool& json) {
  CLI::App root{
      "Event streaming for a chat platform on Apache Kafka: the service and its command "
      "line.",
      "caas-kafka"};
  root.fallthrough();
  root.formatter(std::make_shared<HelpFormatter>(Style::forStream(context, context.outIsTerminal),
                                                 context.width));
  root.set_help_flag("-h,--help", "This page");
  root.set_version_flag("--version", fmt::format("caas-kafka {}", kVersion), "The version");
  root.require_subcommand(1);
  root.footer(
      "  caas-kafka config\n  caas-kafka init\n  caas-kafka tenants create acme\n"
      "  caas-kafka health --json");
  GlobalOptions globals;
  addGlobalOptions(root, globals);
  CommandSet commands{root};
  addCommands(commands);

  auto words = wordsOf(argv);
  std::ranges::reverse(words);  // as CLI11 takes them
  try {
    root.parse(std::move(words));
  } catch (const CLI::CallForHelp&) {
    context.out << root.help();
    return kExitDone;
  } catch (const CLI::CallForVersion& version) {
    context.out << version.what() << '\n';
    return kExitDone;
  } catch (const CLI::ParseError& error) {
    return fail(usageError(root, error));
  }
  json = globals.json;
  if (globals.timeout) {
    CAAS_TRY(parseDuration("--timeout", *globals.timeout));
  }
  const auto* handler = commands.handlerOf(deepest(root));
  if (handler == nullptr) {
    return fail(errors::internal("a command without a handler: " + fullName(deepest(root))));
  }
  Session session{context, globals};
  return (*handler)(session);
}

}  // namespace

CLI::App& CommandSet::add(CLI::App& parent, const CommandText& text) {
  auto* app = parent.add_subcommand(text.name, text.description);
  app->group(text.heading);
  app->footer(text.examples);
  return *app;
}

CLI::App& CommandSet::group(const CommandText& text) {
  auto& app = add(root_, text);
  app.require_subcommand(1);
  return app;
}

CLI::App& CommandSet::command(CLI::App& parent, const CommandText& text, Handler handler) {
  auto& app = add(parent, text);
  handlers_[&app] = std::move(handler);
  return app;
}

const Handler* CommandSet::handlerOf(const CLI::App* app) const {
  const auto found = handlers_.find(app);
  return found == handlers_.end() ? nullptr : &found->second;
}

int runCli(int argc, const char* const* argv, CliContext& context) {
  const std::span<const char* const> words{argv + std::min(argc, 1),
                                           static_cast<std::size_t>(std::max(argc - 1, 0))};
  // Before parsing is done: a usage error is told in the form that was asked for.
  bool json = std::ranges::any_of(words, [](std::string_view word) { return word == "--json"; });
  int code = kExitFailed;
  try {
    const auto done = dispatch(words, context, json);
    code = done ? *done : exitCodeOf(done.error());
    if (!done) {
      context.out.flush();
      printError(context, done.error(), json);
    }
  } catch (const std::exception& error) {
    printError(context, errors::internal(error.what()), json);
  }
  if (const auto failed = outputError(context)) {
    printError(context, *failed, json);
    code = code == kExitDone ? kExitFailed : code;
  }
  context.err.flush();
  return code;
}

}  // namespace caas::kafka::cli
