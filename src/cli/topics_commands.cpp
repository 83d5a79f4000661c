// topics list | describe | plan | apply | health

#include <memory>

#include <CLI/Option.hpp>
#include <CLI/Validators.hpp>
#include <fmt/format.h>

#include "cli/cluster_text.hpp"
#include "cli/commands.hpp"
#include "cli/progress.hpp"
#include "cli/topics_describe.hpp"
#include "core/errors.hpp"
#include "http/json/error_json.hpp"
#include "http/json/health_json.hpp"
#include "http/json/topics_json.hpp"

namespace caas::kafka::cli {
namespace {

constexpr Milliseconds kLook{30'000};
constexpr Milliseconds kChange{120'000};

struct ListOptions {
  std::string category;
  std::string tenant;
  bool all = false;
};

struct PlanArguments {
  bool growPartitions = false;
  std::vector<std::string> tenants;
  bool yes = false;
};

Result<int> list(Session& session, const ListOptions& options) {
  ListTopicsOptions wanted;
  wanted.includeForeign = options.all;
  for (const auto category :
       {TopicCategory::kPlatform, TopicCategory::kTenant, TopicCategory::kInternal}) {
    if (options.category == toString(category)) {
      wanted.category = category;
    }
  }
  if (!options.tenant.empty()) {
    CAAS_ASSIGN(const auto tenant, TenantId::parse(options.tenant));
    wanted.tenantId = tenant.str();
  }
  CAAS_ASSIGN(const auto manager, session.topics());
  CAAS_ASSIGN(const auto topics, manager->listTopics(wanted, session.deadline(kLook)));
  if (session.json()) {
    session.print({{"topics", toJsonArray(topics)}});
    return kExitDone;
  }
  Table table{{"TOPIC", "CATEGORY", "TENANT", ">PARTITIONS", ">RF", "STATE"}};
  for (const auto& topic : topics) {
    const auto state =
        topic.offlinePartitions > 0
            ? Cell{fmt::format("{} offline", topic.offlinePartitions), Tone::kBad}
        : topic.underReplicatedPartitions > 0
            ? Cell{fmt::format("{} under-replicated", topic.underReplicatedPartitions), Tone::kWarn}
            : Cell{"ok", Tone::kGood};
    table.add({Cell{topic.name},
               Cell{std::string{topic.category ? toString(*topic.category) : "foreign"}},
               Cell{topic.tenantId.empty() ? "-" : topic.tenantId},
               Cell{std::to_string(topic.partitions)},
               Cell{std::to_string(topic.replicationFactor)}, state});
  }
  session.out() << (topics.empty() ? "no topics\n" : table.render(session.style()));
  return kExitDone;
}

Result<TopicPlan> makePlan(Session& session, const PlanArguments& arguments) {
  PlanOptions options;
  options.growPartitions = arguments.growPartitions;
  if (!arguments.tenants.empty()) {
    options.platform = false;
    options.allTenants = false;
  }
  for (const auto& text : arguments.tenants) {
    CAAS_ASSIGN(auto tenant, TenantId::parse(text));
    options.tenants.push_back(std::move(tenant));
  }
  CAAS_ASSIGN(const auto manager, session.topics());
  return manager->plan(options, session.deadline(kLook));
}

void printPlan(std::ostream& out, const TopicPlan& plan) {
  const auto text = escapeForTerminal(plan.render(), true);
  out << text << (text.ends_with('\n') ? "" : "\n");
}

Result<int> plan(Session& session, const PlanArguments& arguments) {
  CAAS_ASSIGN(const auto made, makePlan(session, arguments));
  if (session.json()) {
    session.print(toJson(made));
  } else {
    printPlan(session.out(), made);
  }
  return made.steps.empty() ? kExitDone : kExitNotHealthy;
}

Result<int> apply(Session& session, const PlanArguments& arguments) {
  constexpr char kHint[] = "Look at `caas-kafka topics plan`, then add --yes";
  if (!arguments.yes && !session.context().inIsTerminal) {
    return fail(
        errors::invalidArgument("topics apply asks before it changes anything, and there "
                                "is no terminal to ask on",
                                kHint));
  }
  CAAS_ASSIGN(const auto made, makePlan(session, arguments));
  // With --json only the report goes to stdout, but a plan is always shown before it is applied.
  printPlan(session.json() ? session.err() : session.out(), made);
  if (made.changes() > 0 && !arguments.yes) {
    const auto question = fmt::format("Apply {}? [y/N] ", plural(made.changes(), "change"));
    CAAS_ASSIGN(const auto answer, session.ask(question, kHint));
    if (answer != "y" && answer != "Y" && answer != "yes") {
      session.err() << "nothing was changed\n";
      return kExitFailed;
    }
  }
  CAAS_ASSIGN(const auto manager, session.topics());
  const auto applied = whileWaiting(session.context(), "applying the plan", [&] {
    return manager->apply(made, session.deadline(kChange));
  });
  CAAS_ASSIGN(const auto report, applied);
  if (session.json()) {
    session.print({{"plan", toJson(made)}, {"report", toJson(report)}});
    return kExitDone;
  }
  if (made.changes() > 0) {
    session.out() << fmt::format("done: {} created, {} altered, {} grown, {} done already\n",
                                 report.created, report.altered, report.grown,
                                 report.unchanged.size());
  }
  return kExitDone;
}

Result<int> health(Session& session) {
  CAAS_ASSIGN(const auto manager, session.topics());
  CAAS_ASSIGN(const auto found, manager->getTopicHealth(session.deadline(kLook)));
  if (session.json()) {
    session.print(toJson(found));
  } else {
    session.out() << session.style().paint(found.healthy ? Tone::kGood : Tone::kBad,
                                           found.healthy ? "healthy" : "not healthy")
                  << ": " << topicHealthText(found, session.style());
  }
  return found.healthy ? kExitDone : kExitNotHealthy;
}

void addPlanOptions(CLI::App& app, PlanArguments& arguments) {
  app.add_flag("--grow-partitions", arguments.growPartitions,
               "Also grow topics that have fewer partitions than declared: keys then move to other "
               "partitions");
  app.add_option("--tenant", arguments.tenants,
                 "Only this tenant's topics, missing ones too; may be given several times")
      ->type_name("ID")
      ->allow_extra_args(false);
}

void addList(CommandSet& commands, CLI::App& topics) {
  auto options = std::make_shared<ListOptions>();
  auto& app =
      commands.command(topics,
                       {"list", "Lists the topics on the cluster that the catalog knows.",
                        "  caas-kafka topics list\n  caas-kafka topics list --tenant acme --json"},
                       [options](Session& session) { return list(session, *options); });
  app.add_option("--category", options->category, "Only platform, tenant or internal topics")
      ->type_name("NAME")
      ->check(CLI::IsMember({"platform", "tenant", "internal"}));
  app.add_option("--tenant", options->tenant, "Only this tenant's topics")->type_name("ID");
  app.add_flag("--all", options->all, "Topics that are not in the catalog too");
}

void addDescribe(CommandSet& commands, CLI::App& topics) {
  auto name = std::make_shared<std::string>();
  auto& app = commands.command(
      topics,
      {"describe",
       "Shows one topic: leaders, replicas and offsets of its partitions, its settings, and where "
       "these differ from the catalog.",
       "  caas-kafka topics describe chat.messages.acme\n"
       "  caas-kafka topics describe internal.dlq --json"},
      [name](Session& session) { return describeTopic(session, *name); });
  app.add_option("NAME", *name, "The topic's name on the cluster")->required();
}

void addPlanAndApply(CommandSet& commands, CLI::App& topics) {
  auto planned = std::make_shared<PlanArguments>();
  auto& planApp = commands.command(
      topics,
      {"plan",
       "Compares the catalog with the cluster and shows what apply would do; changes nothing. Exit "
       "code 0: no difference, 3: there is one.",
       "  caas-kafka topics plan\n  caas-kafka topics plan --grow-partitions --json"},
      [planned](Session& session) { return plan(session, *planned); });
  addPlanOptions(planApp, *planned);

  auto applied = std::make_shared<PlanArguments>();
  auto& applyApp = commands.command(
      topics,
      {"apply",
       "Prints the plan, asks, and carries it out: creates what is missing, sets what differs. "
       "Never deletes a topic, never shrinks one.",
       "  caas-kafka topics apply\n  caas-kafka topics apply --yes"},
      [applied](Session& session) { return apply(session, *applied); });
  addPlanOptions(applyApp, *applied);
  applyApp.add_flag("-y,--yes", applied->yes, "Do not ask; needed without a terminal");
}

}  // namespace

void addTopicsCommands(CommandSet& commands) {
  auto& topics =
      commands.group({"topics", "Lists, compares and repairs topics.",
                      "  caas-kafka topics list\n  caas-kafka topics plan", kTopicsHeading});
  addList(commands, topics);
  addDescribe(commands, topics);
  addPlanAndApply(commands, topics);
  commands.command(
      topics,
      {"health",
       "Says which topics have a problem: partitions offline or under-replicated, topics missing, "
       "settings that drifted. Exit code 3 if there is one.",
       "  caas-kafka topics health\n  caas-kafka topics health --json"},
      health);
}

}  // namespace caas::kafka::cli
