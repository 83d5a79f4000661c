#include "cli/session.hpp"

#include <algorithm>
#include <filesystem>

#include <fmt/format.h>

#include "cli/parse.hpp"
#include "core/errors.hpp"
#include "core/log.hpp"

namespace caas::kafka::cli {
namespace {

/// A command that is done does not wait long for a broker that hangs.
constexpr Milliseconds kGoodbye{2'000};
/// Long enough for a machine that is very busy; --timeout overrides it.
constexpr Milliseconds kReach{10'000};

bool logLevelGiven(const LoadedSettings& loaded) {
  return std::ranges::any_of(loaded.inForce, [](const SettingInForce& row) {
    return row.name == "LOG_LEVEL" && row.source != SettingSource::kDefault;
  });
}

}  // namespace

std::string operatorName(const CliContext& context) {
  for (const auto* name : {"USER", "LOGNAME"}) {
    if (const auto found = context.environment.find(name);
        found != context.environment.end() && !found->second.empty()) {
      return found->second;
    }
  }
  return {};
}

Error notReached(const PingResult& ping, const Settings& settings) {
  Error error{.code = ErrorCode::kConnectionTimeout, .message = ping.error, .retriable = true};
  if (!settings.brokers.empty() && ping.error.find(settings.brokers.front()) == std::string::npos) {
    error.message = join(settings.brokers, ",") + ": " + ping.error;
  }
  // A ping gives one text; people are to see the remedy on a line of its own.
  error.hint = errors::connectionTimeout({}, {}, {}).hint;
  if (const auto at = error.message.rfind(". " + error.hint); at != std::string::npos) {
    error.message.resize(at);
  }
  return error;
}

Session::Session(CliContext& context, GlobalOptions globals)
    : context_(context),
      globals_(std::move(globals)),
      style_(Style::forStream(context, context.outIsTerminal)) {
  if (globals_.timeout) {
    // The text was checked when the command line was parsed.
    timeout_ = parseDuration("--timeout", *globals_.timeout).value_or(Milliseconds{30'000});
  }
}

Session::~Session() {
  if (service_) {
    [[maybe_unused]] const auto report = service_->shutdown(kGoodbye);
  }
}

void Session::print(const boost::json::object& document) {
  context_.out << boost::json::serialize(document) << '\n';
}

void Session::warn(std::string_view text) {
  const auto style = Style::forStream(context_, context_.errIsTerminal);
  context_.err << style.paint(Tone::kWarn, "warning:") << ' ' << escapeForTerminal(text) << '\n';
}

Milliseconds Session::deadline(Milliseconds fallback) const { return timeout_.value_or(fallback); }

Result<const LoadedSettings*> Session::settings(bool daemon) {
  if (loaded_) {
    return &*loaded_;
  }
  auto environment = context_.environment;
  if (globals_.brokers) {
    environment.insert_or_assign("KAFKA_BROKERS", *globals_.brokers);
  }
  for (const auto& [option, file] : {std::pair{"--env-file", &globals_.envFile},
                                     std::pair{"--catalog", &globals_.catalogFile}}) {
    std::error_code ignored;
    if (*file && !std::filesystem::exists(**file, ignored)) {
      return fail(errors::invalidArgument(fmt::format("{}: '{}' does not exist", option, **file)));
    }
  }
  CAAS_ASSIGN(loaded_, loadSettings(environment, globals_.envFile.value_or(".env")));
  if (globals_.catalogFile) {
    loaded_->settings.catalogFile = *globals_.catalogFile;
  }
  const auto& settings = loaded_->settings;
  const bool quiet = !daemon && !logLevelGiven(*loaded_);
  log::configure(quiet ? LogLevel::kError : settings.logLevel, settings.logFormat);
  return &*loaded_;
}

Result<std::shared_ptr<const Catalog>> Session::catalog() {
  if (!catalog_) {
    CAAS_ASSIGN(const auto* loaded, settings());
    CAAS_ASSIGN(auto catalog, Catalog::load(loaded->settings));
    catalog_ = std::make_shared<const Catalog>(std::move(catalog));
  }
  return catalog_;
}

Result<std::shared_ptr<KafkaService>> Session::service(bool daemon) {
  if (!service_) {
    CAAS_ASSIGN(const auto* loaded, settings(daemon));
    service_ = context_.makeService(loaded->settings);
  }
  return service_;
}

Result<void> Session::reach() {
  if (reached_) {
    return {};
  }
  CAAS_ASSIGN(const auto made, service());
  const auto ping = made->healthCheck()->ping(deadline(kReach));
  if (!ping.success) {
    return fail(notReached(ping, loaded_->settings));
  }
  reached_ = true;
  return {};
}

Result<std::shared_ptr<TopicManager>> Session::topics() {
  CAAS_TRY(reach());
  return service_->topicManager();
}

Result<std::string> Session::ask(std::string_view question, std::string_view insteadHint) {
  if (!context_.inIsTerminal) {
    return fail(errors::invalidArgument("this needs an answer and there is no terminal to ask on",
                                        std::string{insteadHint}));
  }
  context_.out.flush();
  context_.err << escapeForTerminal(question) << std::flush;
  std::string answer;
  std::getline(context_.in, answer);
  const auto last = answer.find_last_not_of(" \t\r");
  answer.erase(last == std::string::npos ? 0 : last + 1);
  return answer;
}

}  // namespace caas::kafka::cli
