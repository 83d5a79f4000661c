// tenants create | list | show | delete

#include <algorithm>
#include <memory>

#include <CLI/Option.hpp>
#include <fmt/format.h>

#include "cli/commands.hpp"
#include "cli/progress.hpp"
#include "cli/tenant_list.hpp"
#include "core/errors.hpp"
#include "http/json/error_json.hpp"
#include "http/json/tenants_json.hpp"
#include "http/json/topics_json.hpp"

namespace caas::kafka::cli {
namespace {

constexpr Milliseconds kLook{30'000};
constexpr Milliseconds kChange{120'000};

struct CreateOptions {
  std::vector<std::string> ids;
  std::string fromFile;
};

struct DeleteOptions {
  std::string id;
  bool yes = false;
  bool discardDeadLetters = false;
};

Result<int> createOne(Session& session, const std::string& id) {
  CAAS_ASSIGN(const auto manager, session.topics());
  const auto created =
      whileWaiting(session.context(), fmt::format("creating the topics of {}", id),
                   [&] { return manager->createTenantTopics(id, session.deadline(kChange)); });
  CAAS_ASSIGN(const auto set, created);
  if (session.json()) {
    session.print(toJson(set));
    return kExitDone;
  }
  Table table{{"TOPIC", ">PARTITIONS", "STATE"}};
  int news = 0;
  for (const auto& topic : set.topics) {
    news += topic.created ? 1 : 0;
    table.add({Cell{topic.topic}, Cell{std::to_string(topic.partitions)},
               topic.created ? Cell{"created", Tone::kGood} : Cell{"was there", Tone::kDim}});
  }
  session.out() << table.render(session.style())
                << fmt::format("tenant {} is ready: {} created, {} there already\n", id,
                               plural(news, "topic"), std::ssize(set.topics) - news);
  return kExitDone;
}

void printOnboarding(Session& session, const OnboardReport& report, const TenantList& list,
                     Milliseconds took) {
  boost::json::array failures;
  for (const auto& failure : report.failures) {
    const auto line = list.lineOf(failure.tenantId);
    if (session.json()) {
      auto object = toJson(failure.error);
      object["tenantId"] = failure.tenantId;
      object["line"] = line ? boost::json::value(*line) : boost::json::value(nullptr);
      failures.push_back(std::move(object));
    } else {
      session.err() << (line ? fmt::format("line {}: ", *line) : "")
                    << escapeForTerminal(failure.tenantId) << ": "
                    << escapeForTerminal(failure.error.describe()) << '\n';
    }
  }
  if (session.json()) {
    session.print({{"created", report.created},
                   {"existed", report.existed},
                   {"failed", report.failures.size()},
                   {"repeated", list.repeated},
                   {"elapsedMs", took.count()},
                   {"failures", std::move(failures)}});
    return;
  }
  session.out() << fmt::format(
      "{} created, {} complete already, {} failed, in {}{}\n", plural(report.created, "tenant"),
      report.existed, report.failures.size(), formatDuration(took),
      list.repeated > 0 ? fmt::format(" ({} given more than once)", list.repeated) : "");
}

Result<int> createMany(Session& session, const TenantList& list) {
  CAAS_ASSIGN(const auto manager, session.topics());
  auto& clock = *session.context().clock;
  Progress progress{session.context()};
  const auto started = clock.steadyNow();
  auto onboarded = manager->onboardTenants(
      list.ids,
      [&](const OnboardProgress& step) {
        progress.update([&] {
          return fmt::format("{} of {} tenants, last {}", step.done, step.total, step.tenantId);
        });
      },
      session.deadline(kChange));
  progress.clear();
  if (!onboarded) {
    return fail(onboarded.error());
  }
  const auto took = std::chrono::duration_cast<Milliseconds>(clock.steadyNow() - started);
  printOnboarding(session, *onboarded, list, took);
  return onboarded->failures.empty() ? kExitDone : kExitFailed;
}

Result<int> create(Session& session, const CreateOptions& options) {
  if (options.ids.empty() == options.fromFile.empty()) {
    return fail(errors::invalidArgument("tenants create needs ids, or --from-file (not both)",
                                        "caas-kafka tenants create acme globex"));
  }
  if (options.fromFile.empty()) {
    // A wrong id on the command line is a slip: nothing is created then.
    for (const auto& id : options.ids) {
      CAAS_TRY(TenantId::parse(id));
    }
    return options.ids.size() == 1 ? createOne(session, options.ids.front())
                                   : createMany(session, TenantList::ofArguments(options.ids));
  }
  CAAS_ASSIGN(const auto list, TenantList::read(session.context(), options.fromFile));
  return createMany(session, list);
}

Table tenantsTable(const std::vector<TenantInfo>& tenants) {
  Table table{{"TENANT", ">TOPICS", ">PARTITIONS", "STATE"}};
  for (const auto& tenant : tenants) {
    const auto& missing = tenant.missingTopics;
    table.add({Cell{tenant.tenantId}, Cell{std::to_string(tenant.topics)},
               Cell{std::to_string(tenant.partitions)},
               missing.empty() ? Cell{"complete", Tone::kGood}
                               : Cell{"lacks " + join(missing, ", "), Tone::kWarn}});
  }
  return table;
}

Result<int> list(Session& session) {
  CAAS_ASSIGN(const auto manager, session.topics());
  CAAS_ASSIGN(const auto tenants, manager->listTenants(session.deadline(kLook)));
  if (session.json()) {
    session.print({{"tenants", toJsonArray(tenants)}});
  } else {
    session.out() << (tenants.empty() ? "no tenants\n"
                                      : tenantsTable(tenants).render(session.style()));
  }
  return kExitDone;
}

Result<int> show(Session& session, const std::string& id) {
  CAAS_ASSIGN(const auto tenant, TenantId::parse(id));
  CAAS_ASSIGN(const auto catalog, session.catalog());
  CAAS_ASSIGN(const auto manager, session.topics());
  CAAS_ASSIGN(const auto topics, manager->listTopics({.tenantId = id}, session.deadline(kLook)));
  if (topics.empty()) {
    return fail(errors::tenantNotFound(id));
  }
  TenantInfo info;
  info.tenantId = id;
  info.topics = static_cast<int>(topics.size());
  for (const auto* definition : catalog->ofCategory(TopicCategory::kTenant)) {
    const auto name = definition->topicFor(tenant);
    const auto found = std::ranges::find(topics, name, &TopicInfo::name);
    if (found == topics.end()) {
      info.missingTopics.push_back(definition->entry);
    } else {
      info.partitions += found->partitions;
    }
  }
  if (session.json()) {
    auto object = toJson(info);
    object["topicList"] = toJsonArray(topics);
    session.print(object);
    return kExitDone;
  }
  Table table{{"TOPIC", ">PARTITIONS", ">RF", ">UNDER-REPLICATED", ">OFFLINE"}};
  for (const auto& topic : topics) {
    table.add(
        {topic.name, std::to_string(topic.partitions), std::to_string(topic.replicationFactor),
         std::to_string(topic.underReplicatedPartitions), std::to_string(topic.offlinePartitions)});
  }
  session.out() << table.render(session.style());
  if (!info.missingTopics.empty()) {
    session.warn(fmt::format("lacks {}: `caas-kafka tenants create {}` completes it",
                             join(info.missingTopics, ", "), id));
  }
  return kExitDone;
}

/// Shows what would be lost and has the name typed. false: it was not.
Result<bool> confirmed(Session& session, const std::string& id) {
  CAAS_ASSIGN(const auto manager, session.topics());
  CAAS_ASSIGN(const auto preview, manager->previewDelete(id, session.deadline(kLook)));
  auto& err = session.err();
  err << "Deleting tenant " << id << " deletes these topics and "
      << plural(preview.records, "record") << " for good:\n";
  for (const auto& topic : preview.topics) {
    err << "  " << escapeForTerminal(topic) << '\n';
  }
  if (!preview.activeGroups.empty()) {
    err << "Consumer groups with members on them (stop these first): "
        << escapeForTerminal(join(preview.activeGroups, ", ")) << '\n';
  }
  CAAS_ASSIGN(const auto answer, session.ask("Type the tenant's name to delete it: ", "Add --yes"));
  return answer == id;
}

Result<int> remove(Session& session, const DeleteOptions& options) {
  CAAS_ASSIGN(const auto tenant, TenantId::parse(options.id));
  if (!options.yes) {
    if (!session.context().inIsTerminal) {
      return fail(
          errors::invalidArgument("tenants delete asks before it deletes anything, and there "
                                  "is no terminal to ask on",
                                  "Add --yes"));
    }
    CAAS_ASSIGN(const bool sure, confirmed(session, options.id));
    if (!sure) {
      session.err() << "nothing was deleted\n";
      return kExitFailed;
    }
  }
  CAAS_TRY(session.reach());
  CAAS_ASSIGN(const auto service, session.service());
  const auto removed =
      whileWaiting(session.context(), fmt::format("deleting tenant {}", options.id), [&] {
        return service->offboardTenant(options.id,
                                       {.deadline = session.deadline(kChange),
                                        .discardDeadLetters = options.discardDeadLetters,
                                        .by = operatorName(session.context())});
      });
  CAAS_TRY(removed);
  const auto& report = removed->deleted;
  if (session.json()) {
    auto object = toJson(report);
    object["deadLettersDiscarded"] = removed->deadLettersDiscarded;
    session.print(object);
    return kExitDone;
  }
  for (const auto& topic : report.deletedTopics) {
    session.out() << "deleted " << escapeForTerminal(topic) << '\n';
  }
  session.out() << fmt::format(
      "tenant {} is gone: {}, committed offsets of {}; {} waiting for a "
      "retry and {} in the DLQ are still there{}\n",
      options.id, plural(std::ssize(report.deletedTopics), "topic"),
      plural(report.groupsCleaned, "group"), plural(report.retryEntries, "record"),
      plural(report.dlqEntries, "record"),
      options.discardDeadLetters
          ? fmt::format(", {} of these discarded", formatCount(removed->deadLettersDiscarded))
          : "");
  return kExitDone;
}

void addCreate(CommandSet& commands, CLI::App& tenants) {
  auto options = std::make_shared<CreateOptions>();
  auto& app = commands.command(
      tenants,
      {"create",
       "Creates the topics of one tenant or many, and waits until they can be used. Many are paced "
       "so that the cluster keeps up. Doing it again completes what is missing and changes nothing "
       "else.",
       "  caas-kafka tenants create acme\n"
       "  caas-kafka tenants create --from-file tenants.txt\n"
       "  printf 'acme\\nglobex\\n' | caas-kafka tenants create --from-file -"},
      [options](Session& session) { return create(session, *options); });
  app.add_option("ID", options->ids, "1 to 64 letters, digits, - and _");
  app.add_option("--from-file", options->fromFile,
                 "Read ids from a file (- is stdin): one a line, # begins a comment")
      ->type_name("FILE");
}

void addDelete(CommandSet& commands, CLI::App& tenants) {
  auto options = std::make_shared<DeleteOptions>();
  auto& app = commands.command(
      tenants,
      {"delete",
       "Deletes a tenant's topics with all their records. Shows first what would be lost and asks "
       "for the tenant's name. Refused while a consumer group has members on them; the name is "
       "free "
       "again after a minute.",
       "  caas-kafka tenants delete acme\n  caas-kafka tenants delete acme --yes"},
      [options](Session& session) { return remove(session, *options); });
  app.add_option("ID", options->id, "The tenant's id")->required();
  app.add_flag("-y,--yes", options->yes, "Do not ask; needed without a terminal");
  app.add_flag("--discard-dead-letters", options->discardDeadLetters,
               "Also close the tenant's open entries in the dead letter queue");
}

}  // namespace

void addTenantsCommands(CommandSet& commands) {
  auto& tenants = commands.group({"tenants", "Creates, lists and deletes tenants.",
                                  "  caas-kafka tenants create acme\n  caas-kafka tenants list",
                                  kTopicsHeading});
  addCreate(commands, tenants);
  commands.command(tenants,
                   {"list", "Lists the tenants that have topics on the cluster.",
                    "  caas-kafka tenants list\n  caas-kafka tenants list --json"},
                   list);
  auto shown = std::make_shared<std::string>();
  auto& showApp = commands.command(
      tenants,
      {"show", "Shows one tenant's topics and what is missing.", "  caas-kafka tenants show acme"},
      [shown](Session& session) { return show(session, *shown); });
  showApp.add_option("ID", *shown, "The tenant's id")->required();
  addDelete(commands, tenants);
}

}  // namespace caas::kafka::cli
