#pragma once

#include <memory>
#include <optional>
#include <string>

#include <boost/json.hpp>

#include "cli/context.hpp"
#include "cli/text.hpp"

namespace caas::kafka::cli {

/// Options that every command takes, before or after its name.
struct GlobalOptions {
  std::optional<std::string> envFile{};
  std::optional<std::string> catalogFile{};
  std::optional<std::string> brokers{};
  std::optional<std::string> timeout{};
  bool json = false;
};

/// One run of a command: reads the settings and makes the service when it is first asked for them.
class Session {
 public:
  Session(CliContext& context, GlobalOptions globals);
  ~Session();
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  [[nodiscard]] CliContext& context() { return context_; }
  [[nodiscard]] std::ostream& out() { return context_.out; }
  [[nodiscard]] std::ostream& err() { return context_.err; }
  [[nodiscard]] const GlobalOptions& globals() const { return globals_; }
  [[nodiscard]] bool json() const { return globals_.json; }
  [[nodiscard]] const Style& style() const { return style_; }

  /// Prints one JSON document on a line of its own.
  void print(const boost::json::object& document);
  /// To stderr: "warning: …".
  void warn(std::string_view text);

  /// Environment over .env over defaults, with --brokers, --catalog and --env-file in force. Sets
  /// the log up; a command that is not a daemon logs errors only, unless LOG_LEVEL was given.
  [[nodiscard]] Result<const LoadedSettings*> settings(bool daemon = false);
  [[nodiscard]] Result<std::shared_ptr<const Catalog>> catalog();
  [[nodiscard]] Result<std::shared_ptr<KafkaService>> service(bool daemon = false);
  [[nodiscard]] Result<std::shared_ptr<TopicManager>> topics();
  /// Does any broker answer? Asked before what may wait long for other reasons, so that a wrong
  /// address is told in seconds. topics() asks.
  [[nodiscard]] Result<void> reach();
  /// --timeout, else `fallback`.
  [[nodiscard]] Milliseconds deadline(Milliseconds fallback) const;

  /// Reads a line from the terminal after `question`. Usage error where there is none: the hint is
  /// then what to do instead.
  [[nodiscard]] Result<std::string> ask(std::string_view question, std::string_view insteadHint);

 private:
  CliContext& context_;
  GlobalOptions globals_;
  Style style_;
  std::optional<Milliseconds> timeout_{};
  std::optional<LoadedSettings> loaded_{};
  std::shared_ptr<const Catalog> catalog_{};
  std::shared_ptr<KafkaService> service_{};
  bool reached_ = false;
};

/// Who sits at the terminal, as the shell says it; empty: not known.
[[nodiscard]] std::string operatorName(const CliContext& context);

/// What a ping that failed says, with the addresses and the remedy in it.
[[nodiscard]] Error notReached(const PingResult& ping, const Settings& settings);

}  // namespace caas::kafka::cli
