#include <memory>

#include <CLI/Option.hpp>

#include "cli/commands.hpp"
#include "core/errors.hpp"
#include "http/json/error_json.hpp"
#include "http/json/settings_json.hpp"

namespace caas::kafka::cli {
namespace {

struct ConfigOptions {
  bool markdown = false;
  bool envExample = false;
};

/// A value from the command line stands in the environment when settings are read; people are to
/// see where it really came from.
std::string sourceOf(const SettingInForce& row, const GlobalOptions& globals) {
  const bool given = row.name == "KAFKA_BROKERS" && globals.brokers;
  return given ? "--brokers" : std::string{toString(row.source)};
}

Result<int> showConfig(Session& session, const ConfigOptions& options) {
  if (options.markdown || options.envExample) {
    session.out() << (options.markdown ? configurationMarkdown() : dotEnvExample());
    return kExitDone;
  }
  CAAS_ASSIGN(const auto* loaded, session.settings());
  // The catalog is part of what is in force: a broken file is told here and not at the first use.
  CAAS_TRY(session.catalog());
  for (const auto& warning : loaded->warnings) {
    session.warn(warning);
  }
  const std::string catalogFile = loaded->settings.catalogFile;
  if (session.json()) {
    boost::json::array rows;
    for (const auto& row : loaded->inForce) {
      rows.push_back(toJson(row, sourceOf(row, session.globals())));
    }
    session.print({{"settings", std::move(rows)},
                   {"warnings", toJsonArray(loaded->warnings)},
                   {"catalog", catalogFile.empty() ? "embedded" : catalogFile}});
    return kExitDone;
  }
  Table table{{"NAME", "VALUE", "FROM"}};
  for (const auto& row : loaded->inForce) {
    const bool changed = row.source != SettingSource::kDefault;
    table.add({Cell{row.name}, Cell{row.value.empty() ? "-" : row.value},
               Cell{sourceOf(row, session.globals()), changed ? Tone::kBold : Tone::kDim}});
  }
  session.out() << table.render(session.style());
  return kExitDone;
}

}  // namespace

void addConfigCommand(CommandSet& commands) {
  auto options = std::make_shared<ConfigOptions>();
  auto& app = commands.command(
      {"config",
       "Shows every setting that is in force and where it came from. Secrets are not shown; "
       "warnings (a name with a typing error, say) go to stderr.",
       "  caas-kafka config\n"
       "  KAFKA_BROKERS=10.0.0.5:9092 caas-kafka config --json\n"
       "  caas-kafka config --env-example > .env",
       kServiceHeading},
      [options](Session& session) { return showConfig(session, *options); });
  auto* markdown = app.add_flag("--markdown", options->markdown,
                                "Print docs/configuration.md: every variable, its default, what is "
                                "allowed");
  app.add_flag("--env-example", options->envExample, "Print a .env with all variables in it")
      ->excludes(markdown);
}

}  // namespace caas::kafka::cli
