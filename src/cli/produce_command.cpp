// produce: raw records into any topic, to find out what is wrong.

#include <algorithm>
#include <memory>

#include <CLI/Option.hpp>
#include <CLI/Validators.hpp>
#include <fmt/format.h>

#include "caas/kafka/producer.hpp"
#include "cli/commands.hpp"
#include "cli/import_command.hpp"
#include "cli/parse.hpp"
#include "core/errors.hpp"

namespace caas::kafka::cli {
namespace {

struct ProduceArguments {
  std::string topic;
  std::optional<std::string> key{};
  std::optional<std::string> value{};
  bool tombstone = false;
  std::optional<int> partition{};
  ImportOptions import;
};

/// Each line is a record's value, bytes as they are.
class RawSink : public ImportSink {
 public:
  RawSink(Producer& producer, const ProduceArguments& arguments, const std::vector<Header>& headers)
      : producer_(producer), arguments_(arguments), headers_(viewsOf(headers)) {}

  Result<void> submit(std::string_view line, DeliveryCallback onDelivery) override {
    Record record{.topic = arguments_.topic};
    record.key = arguments_.key;
    if (!arguments_.tombstone) {
      record.value = line;
    }
    record.headers = headers_;
    record.partition = arguments_.partition;
    return producer_.send(record, std::move(onDelivery));
  }
  Result<void> flush(Milliseconds deadline) override { return producer_.flush(deadline); }
  Result<ShutdownReport> close(Milliseconds deadline) override { return producer_.close(deadline); }

 private:
  Producer& producer_;
  const ProduceArguments& arguments_;
  std::vector<HeaderView> headers_;
};

/// The client would wait for a topic to appear until the delivery timeout, for each record.
Result<void> mustExist(Session& session, const ProduceArguments& arguments) {
  CAAS_ASSIGN(const auto manager, session.topics());
  CAAS_ASSIGN(const auto topics, manager->listTopics({.includeForeign = true},
                                                     session.deadline(Milliseconds{30'000})));
  const auto found = std::ranges::find(topics, arguments.topic, &TopicInfo::name);
  if (found == topics.end()) {
    return fail(errors::topicNotFound(arguments.topic));
  }
  if (arguments.partition && *arguments.partition >= found->partitions) {
    return fail(errors::invalidArgument(
        fmt::format("--partition {}: '{}' has {}", *arguments.partition, arguments.topic,
                    plural(found->partitions, "partition")),
        fmt::format("Allowed are 0 to {}", found->partitions - 1)));
  }
  return {};
}

Result<int> produce(Session& session, const ProduceArguments& arguments) {
  const auto interrupt = session.context().watchSignals();
  const bool single = arguments.value || arguments.tombstone;
  if (single && !arguments.import.from.empty()) {
    return fail(errors::invalidArgument("--from does not go with --value or --tombstone"));
  }
  if (!single && arguments.import.from.empty() && session.context().inIsTerminal) {
    return fail(
        errors::invalidArgument("produce has nothing to send",
                                "Give --value, --from FILE, or --from - to type lines here"));
  }
  if (arguments.tombstone && !arguments.key) {
    return fail(errors::invalidArgument("--tombstone needs --key: it removes that key's record"));
  }
  CAAS_ASSIGN(const auto headers, parseHeaders(arguments.import.headers));
  CAAS_ASSIGN(const auto* loaded, session.settings());
  CAAS_TRY(mustExist(session, arguments));
  CAAS_ASSIGN(const auto producer, Producer::create(loaded->settings));
  RawSink sink{*producer, arguments, headers};
  return single ? importOne(session, sink, arguments.value.value_or(""))
                : importLines(session, sink, *interrupt, arguments.import, loaded->settings);
}

}  // namespace

void addProduceCommand(CommandSet& commands) {
  auto arguments = std::make_shared<ProduceArguments>();
  auto& app = commands.command(
      {"produce",
       "Sends raw records to any topic; for debugging. Nothing is checked or added: use publish "
       "for "
       "events. Each line of the input is one record's value; empty lines are left out.",
       "  caas-kafka produce --topic test --key k1 --value hello\n"
       "  seq 1000 | caas-kafka produce --topic test\n"
       "  caas-kafka produce --topic presence.acme --key user-1 --tombstone",
       kRecordsHeading},
      [arguments](Session& session) { return produce(session, *arguments); });
  app.add_option("--topic", arguments->topic, "The topic")->type_name("NAME")->required();
  app.add_option("--key", arguments->key, "Key of every record; without it they are spread")
      ->type_name("KEY");
  auto* value = app.add_option("--value", arguments->value, "The value of a single record")
                    ->type_name("TEXT");
  app.add_flag("--tombstone", arguments->tombstone, "A single record without a value")
      ->excludes(value);
  app.add_option("--partition", arguments->partition, "Instead of where the key belongs")
      ->type_name("N")
      ->check(CLI::NonNegativeNumber);
  addImportOptions(app, arguments->import);
}

}  // namespace caas::kafka::cli
