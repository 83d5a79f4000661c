// init, health, ping, brokers, stats: the cluster as a whole.

#include <algorithm>

#include <fmt/format.h>

#include "cli/cluster_text.hpp"
#include "cli/commands.hpp"
#include "cli/progress.hpp"
#include "core/errors.hpp"
#include "http/json/error_json.hpp"
#include "http/json/health_json.hpp"

namespace caas::kafka::cli {
namespace {

Result<int> init(Session& session) {
  CAAS_ASSIGN(const auto manager, session.topics());
  CAAS_ASSIGN(const auto service, session.service());
  const auto deadline = session.deadline(Milliseconds{60'000});
  // Asked for by itself: initialize() creates the same topics and does not say which.
  const auto made = whileWaiting(session.context(), "creating the platform's topics",
                                 [&]() -> Result<std::vector<std::string>> {
                                   CAAS_ASSIGN(auto names, manager->createPlatformTopics(deadline));
                                   CAAS_TRY(service->initialize(deadline));
                                   return names;
                                 });
  CAAS_ASSIGN(const auto created, made);
  if (session.json()) {
    session.print({{"created", toJsonArray(created)}});
    return kExitDone;
  }
  for (const auto& topic : created) {
    session.out() << "created " << topic << '\n';
  }
  session.out() << (created.empty() ? "nothing to do: all platform and internal topics are there"
                                    : "ready: " + plural(std::ssize(created), "topic") + " created")
                << '\n';
  return kExitDone;
}

Result<int> health(Session& session) {
  CAAS_ASSIGN(const auto service, session.service());
  const auto result = service->healthCheck()->check(session.deadline(Milliseconds{5'000}));
  const int code = result.status == HealthStatus::kHealthy ? kExitDone : kExitNotHealthy;
  if (session.json()) {
    session.print(toJson(result));
    return code;
  }
  session.out() << healthText(result, session.style());
  return code;
}

Result<int> ping(Session& session) {
  CAAS_ASSIGN(const auto* loaded, session.settings());
  CAAS_ASSIGN(const auto service, session.service());
  const auto result = service->healthCheck()->ping(session.deadline(Milliseconds{3'000}));
  if (session.json()) {
    session.print({{"success", result.success},
                   {"latencyMs", result.latency.count()},
                   {"brokers", toJsonArray(loaded->settings.brokers)},
                   {"error", result.error}});
    return result.success ? kExitDone : kExitFailed;
  }
  if (!result.success) {
    return fail(notReached(result, loaded->settings));
  }
  session.out() << fmt::format("Kafka at {} answered in {}\n",
                               escapeForTerminal(join(loaded->settings.brokers, ",")),
                               formatDuration(result.latency));
  return kExitDone;
}

Result<int> brokers(Session& session) {
  CAAS_ASSIGN(const auto service, session.service());
  CAAS_ASSIGN(const auto list,
              service->healthCheck()->checkBrokers(session.deadline(Milliseconds{3'000})));
  const bool healthy = std::ranges::all_of(list, &BrokerHealth::healthy);
  if (session.json()) {
    session.print({{"brokers", toJsonArray(list)}});
  } else {
    session.out() << brokersTable(list).render(session.style());
  }
  return healthy ? kExitDone : kExitNotHealthy;
}

Result<int> stats(Session& session) {
  CAAS_ASSIGN(const auto service, session.service());
  CAAS_ASSIGN(const auto found,
              service->healthCheck()->getStats(session.deadline(Milliseconds{5'000})));
  if (session.json()) {
    session.print(toJson(found));
    return kExitDone;
  }
  Table table{{"WHAT", ">COUNT"}};
  table.add({"brokers", formatCount(found.cluster.brokers)});
  table.add({"brokers offline", formatCount(found.cluster.offlineBrokers)});
  table.add({"topics", formatCount(found.topics)});
  table.add({"partitions", formatCount(found.partitions)});
  table.add({"partitions under-replicated", formatCount(found.underReplicatedPartitions)});
  table.add({"partitions offline", formatCount(found.offlinePartitions)});
  table.add({"tenants", formatCount(found.tenants)});
  table.add({"consumer groups", formatCount(found.consumerGroups)});
  session.out() << "cluster " << escapeForTerminal(found.cluster.clusterId) << ", controller "
                << (found.cluster.controllerId ? std::to_string(*found.cluster.controllerId)
                                               : "unknown")
                << "\n\n"
                << table.render(session.style());
  return kExitDone;
}

}  // namespace

void addClusterCommands(CommandSet& commands) {
  commands.command(
      {"init",
       "Creates the platform's and internal topics and waits until they can be used. "
       "Doing it again changes nothing.",
       "  caas-kafka init\n  caas-kafka init --brokers 127.0.0.1:9092 --json", kServiceHeading},
      init);
  commands.command(
      {"health",
       "Says whether the cluster is healthy and why. Asks each broker itself and looks "
       "at every topic. Exit code 0 is healthy, 3 is degraded or unhealthy.",
       "  caas-kafka health\n"
       "  caas-kafka health --json --timeout 2s | jq .reasons",
       kServiceHeading},
      health);
  commands.command({"ping", "Asks whether any broker answers, and how fast.",
                    "  caas-kafka ping\n  caas-kafka ping --brokers 127.0.0.1:9092 --timeout 1s",
                    kServiceHeading},
                   ping);
  commands.command(
      {"brokers",
       "Lists the brokers, each with the latency of its own answer. Exit code 3 if one "
       "of them does not answer.",
       "  caas-kafka brokers\n  caas-kafka brokers --json", kServiceHeading},
      brokers);
  commands.command({"stats", "Counts brokers, topics, partitions, tenants and consumer groups.",
                    "  caas-kafka stats\n  caas-kafka stats --json", kServiceHeading},
                   stats);
}

}  // namespace caas::kafka::cli
