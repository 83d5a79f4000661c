// consume: reads and prints. One reader, one thread; the parallel engine is something else.

#include <limits>
#include <memory>

#include <CLI/Option.hpp>
#include <CLI/Validators.hpp>
#include <fmt/format.h>

#include "caas/kafka/record_reader.hpp"
#include "cli/commands.hpp"
#include "cli/parse.hpp"
#include "cli/record_text.hpp"
#include "cli/value_view.hpp"
#include "core/errors.hpp"

namespace caas::kafka::cli {
namespace {

constexpr Milliseconds kPoll{100};
/// Offsets are committed after so many printed records at the latest.
constexpr int kCommitEvery = 500;
constexpr Milliseconds kDefaultIdle{10'000};

struct ConsumeOptions {
  std::vector<std::string> topics;
  std::string tenant;
  std::string type;
  std::string from = "earliest";
  std::string until;
  std::optional<std::string> key{};
  std::int64_t limit = std::numeric_limits<std::int64_t>::max();
  std::string group;
  std::vector<int> partitions;
  std::string idle;
  bool follow = false;
  bool headers = false;
  bool raw = false;
  bool uncommitted = false;
};

/// What is left out of the output.
struct Filter {
  std::optional<std::string> key{};
  std::string type;  ///< of an entry that carries several event types

  [[nodiscard]] bool takes(const ReceivedRecord& record) const {
    return (!key || record.key == key) && (type.empty() || record.header("caas.type") == type);
  }
};

struct Job {
  ReadOptions read;
  Filter filter;
  std::int64_t limit = 0;
  std::optional<Milliseconds> idle{};  ///< stop after so long without a record
};

/// --tenant and --type name a topic by the catalog.
Result<void> addCatalogTopic(Session& session, const ConsumeOptions& options, Job& job) {
  if (options.type.empty()) {
    return fail(errors::invalidArgument("--tenant needs --type",
                                        "e.g. --tenant acme --type message; or give --topic"));
  }
  CAAS_ASSIGN(const auto catalog, session.catalog());
  const auto* definition = catalog->findByEventType(options.type);
  if (definition == nullptr) {
    return fail(errors::invalidArgument(
        fmt::format("--type: the catalog has no event type '{}'", options.type),
        "It has: " + join(catalog->eventTypes(), ", ")));
  }
  if (definition->perTenant()) {
    if (options.tenant.empty()) {
      return fail(errors::invalidArgument(fmt::format("--type {} needs --tenant", options.type)));
    }
    CAAS_ASSIGN(const auto tenant, TenantId::parse(options.tenant));
    job.read.topics.push_back(definition->topicFor(tenant));
  } else {
    job.read.topics.push_back(definition->pattern);
  }
  if (definition->eventTypes.size() > 1) {
    job.filter.type = options.type;
  }
  return {};
}

Result<void> addStop(const ConsumeOptions& options, Job& job) {
  if (!options.group.empty()) {
    job.read.group = options.group;
    if (!options.until.empty()) {
      return fail(errors::invalidArgument("--until does not go with --group",
                                          "A group stops by --limit or --idle"));
    }
    if (!options.follow) {
      job.idle = kDefaultIdle;
    }
  } else {
    job.read.untilEnd = !options.follow;
    if (!options.until.empty()) {
      CAAS_ASSIGN(job.read.until, parseUntil(options.until));
      if (!job.read.until && options.follow) {
        return fail(errors::invalidArgument("--until end does not go with --follow"));
      }
    }
  }
  if (!options.idle.empty()) {
    CAAS_ASSIGN(job.idle, parseDuration("--idle", options.idle));
  }
  return {};
}

Result<Job> makeJob(Session& session, const ConsumeOptions& options) {
  Job job;
  job.limit = options.limit;
  job.filter.key = options.key;
  job.read.topics = options.topics;
  job.read.partitions = options.partitions;
  job.read.readUncommitted = options.uncommitted;
  if (!options.tenant.empty() || !options.type.empty()) {
    CAAS_TRY(addCatalogTopic(session, options, job));
  }
  if (job.read.topics.empty()) {
    return fail(errors::invalidArgument("consume needs --topic, or --tenant and --type",
                                        "caas-kafka consume --topic chat.messages.acme"));
  }
  CAAS_ASSIGN(job.read.from, parseFrom(options.from));
  CAAS_TRY(addStop(options, job));
  return job;
}

/// Prints until something ends it; returns how many were printed.
class Printer {
 public:
  Printer(Session& session, RecordReader& reader, const Job& job, const ConsumeOptions& options,
          const Interrupt& interrupt)
      : session_(session),
        reader_(reader),
        job_(job),
        withHeaders_(options.headers),
        raw_(options.raw),
        viewer_(session),
        interrupt_(interrupt),
        lastRecord_(session.context().clock->steadyNow()) {}

  Result<std::int64_t> run() {
    while (interrupt_.count() == 0 && printed_ < job_.limit && !reader_.finished() && writable()) {
      CAAS_ASSIGN(const auto record, reader_.poll(kPoll));
      if (record) {
        lastRecord_ = session_.context().clock->steadyNow();
        ++uncommitted_;
        if (job_.filter.takes(*record)) {
          print(*record);
        }
        if (uncommitted_ >= kCommitEvery) {
          CAAS_TRY(settle());
        }
        continue;
      }
      CAAS_TRY(settle());
      if (idleTooLong()) {
        break;
      }
    }
    CAAS_TRY(settle());
    return printed_;
  }

 private:
  [[nodiscard]] bool writable() { return session_.out().good(); }

  void print(const ReceivedRecord& record) {
    const auto view = raw_ ? ValueView{} : viewer_.view(record);
    session_.out() << (session_.json() ? recordToJson(record, view)
                                       : recordToText(record, withHeaders_, session_.style(), view))
                   << '\n';
    if (session_.context().outIsTerminal) {
      session_.out().flush();
    }
    ++printed_;
  }

  /// What was printed has left the process before its offset is committed: a reader that went away
  /// gets it again.
  Result<void> settle() {
    session_.out().flush();
    if (job_.read.group && uncommitted_ > 0 && writable()) {
      CAAS_TRY(reader_.commit());
    }
    uncommitted_ = 0;
    return {};
  }

  [[nodiscard]] bool idleTooLong() const {
    return job_.idle && session_.context().clock->steadyNow() - lastRecord_ >= *job_.idle;
  }

  Session& session_;
  RecordReader& reader_;
  const Job& job_;
  bool withHeaders_;
  bool raw_;
  ValueViewer viewer_;
  const Interrupt& interrupt_;
  std::chrono::steady_clock::time_point lastRecord_;
  std::int64_t printed_ = 0;
  int uncommitted_ = 0;
};

Result<int> consume(Session& session, const ConsumeOptions& options) {
  const auto interrupt = session.context().watchSignals();
  CAAS_ASSIGN(const auto job, makeJob(session, options));
  CAAS_ASSIGN(const auto* loaded, session.settings());
  CAAS_TRY(session.reach());
  auto opened =
      RecordReader::open(loaded->settings, job.read, session.deadline(Milliseconds{30'000}));
  if (!opened) {
    auto error = opened.error();
    if (error.code == ErrorCode::kTopicNotFound && !options.tenant.empty()) {
      error.hint =
          fmt::format("Create the tenant's topics: `caas-kafka tenants create {}`", options.tenant);
    }
    return fail(std::move(error));
  }
  interrupt->arm();
  auto& reader = **opened;
  const auto printed = Printer{session, reader, job, options, *interrupt}.run();
  const auto closed = reader.close();
  if (!printed) {
    return fail(printed.error());
  }
  CAAS_TRY(closed);
  if (session.context().errIsTerminal && !session.json()) {
    session.err() << plural(*printed, "record") << '\n';
  }
  return kExitDone;
}

void addSelection(CLI::App& app, ConsumeOptions& options) {
  app.add_option("--topic", options.topics, "The topic; several with commas between")
      ->type_name("NAME")
      ->delimiter(',')
      ->allow_extra_args(false);
  app.add_option("--tenant", options.tenant, "With --type: the tenant's topic for that event type")
      ->type_name("ID");
  app.add_option("--type", options.type, "Event type, e.g. message, typing, presence")
      ->type_name("NAME");
  app.add_option("--key", options.key, "Only records with this key")->type_name("KEY");
  app.add_option("--partition", options.partitions, "Only this partition (of one topic)")
      ->type_name("N")
      ->delimiter(',')
      ->allow_extra_args(false)
      ->check(CLI::NonNegativeNumber);
  app.add_option("--from", options.from,
                 "Where to start: earliest (if not given), latest, an offset, or a time like "
                 "2026-11-23T14:40:00Z. With --group: where the group has no offset")
      ->type_name("WHERE");
  app.add_option(
         "--until", options.until,
         "Stop at end (if not given), or before the first record of that time; with --follow "
         "a time to come is waited for")
      ->type_name("TIME");
}

void addBehaviour(CLI::App& app, ConsumeOptions& options) {
  app.add_option("--limit", options.limit, "Stop after so many printed records")
      ->type_name("N")
      ->check(CLI::PositiveNumber);
  app.add_flag("-f,--follow", options.follow, "Do not stop at the end, wait for new records");
  app.add_option("--group", options.group,
                 "Read as a member of this consumer group and commit what was printed; stops after "
                 "--idle (10s) without a record, unless --follow")
      ->type_name("ID");
  app.add_option("--idle", options.idle, "Stop when no record came for so long, e.g. 5s")
      ->type_name("TIME");
  app.add_flag("--headers", options.headers, "Print headers too (always with --json)");
  app.add_flag("--raw", options.raw,
               "Values with a schema as their bytes; the registry is not asked");
  app.add_flag("--uncommitted", options.uncommitted,
               "Records of open and aborted transactions too");
}

}  // namespace

void addConsumeCommand(CommandSet& commands) {
  auto options = std::make_shared<ConsumeOptions>();
  auto& app = commands.command(
      {"consume",
       "Prints records: time, topic/partition@offset, key, value. Reads to the end and stops, "
       "unless told otherwise. With --json one object a line; its valueEncoding says whether the "
       "value is json, text, base64 (bytes that are not UTF-8) or null; or avro, json-schema or "
       "protobuf, for a value that was decoded by its schema in the registry.",
       "  caas-kafka consume --tenant acme --type message --limit 10\n"
       "  caas-kafka consume --topic internal.dlq --follow\n"
       "  caas-kafka consume --topic chat.messages.acme --from 2026-11-23 --json | jq .value.text",
       kRecordsHeading},
      [options](Session& session) { return consume(session, *options); });
  addSelection(app, *options);
  addBehaviour(app, *options);
}

}  // namespace caas::kafka::cli
