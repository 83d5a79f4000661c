#include "cli/cluster_text.hpp"

#include <fmt/format.h>

namespace caas::kafka::cli {

Tone toneOf(HealthStatus status) {
  switch (status) {
    case HealthStatus::kHealthy: return Tone::kGood;
    case HealthStatus::kDegraded: return Tone::kWarn;
    case HealthStatus::kUnhealthy: return Tone::kBad;
  }
  return Tone::kBad;
}

Table brokersTable(const std::vector<BrokerHealth>& brokers) {
  Table table{{">ID", "ADDRESS", "RACK", "STATE", ">LATENCY", "ERROR"}};
  for (const auto& broker : brokers) {
    // A broker that metadata no longer lists has no address.
    const auto address =
        broker.host.empty() ? std::string{"-"} : fmt::format("{}:{}", broker.host, broker.port);
    table.add({Cell{std::to_string(broker.nodeId)}, Cell{address},
               Cell{broker.rack.empty() ? "-" : broker.rack},
               broker.healthy ? Cell{"up", Tone::kGood} : Cell{"down", Tone::kBad},
               Cell{broker.healthy ? formatDuration(broker.latency) : "-"}, Cell{broker.error}});
  }
  return table;
}

std::string topicHealthText(const TopicHealthResult& topics, const Style& style) {
  auto out = fmt::format(
      "{} with {}: {} under-replicated, {} under min ISR, {} offline; {} missing, "
      "{} with drift\n",
      plural(topics.topics, "topic"), plural(topics.partitions, "partition"),
      formatCount(topics.underReplicatedPartitions), formatCount(topics.underMinIsrPartitions),
      formatCount(topics.offlinePartitions), plural(topics.missingTopics, "topic"),
      plural(topics.driftedTopics, "topic"));
  if (topics.problems.empty()) {
    return out;
  }
  Table table{{"TOPIC", "PROBLEM"}};
  for (const auto& problem : topics.problems) {
    table.add({Cell{problem.topic}, Cell{problem.problem, Tone::kWarn}});
  }
  out += "\n" + table.render(style);
  if (topics.problemsNotShown > 0) {
    out += fmt::format("and {} more\n", formatCount(topics.problemsNotShown));
  }
  return out;
}

std::string healthText(const HealthCheckResult& health, const Style& style) {
  auto out = fmt::format("{} (checked in {})\n",
                         style.paint(toneOf(health.status), toString(health.status)),
                         formatDuration(health.latency));
  for (const auto& reason : health.reasons) {
    out += "  - " + escapeForTerminal(reason) + "\n";
  }
  const auto& details = health.details;
  if (details.cluster) {
    out += fmt::format(
        "\ncluster {}: {} up, {} offline, controller {}\n",
        escapeForTerminal(details.cluster->clusterId), plural(details.cluster->brokers, "broker"),
        formatCount(details.cluster->offlineBrokers),
        details.cluster->controllerId ? std::to_string(*details.cluster->controllerId) : "unknown");
  }
  if (!details.brokers.empty()) {
    out += "\n" + brokersTable(details.brokers).render(style);
  }
  if (details.topics) {
    out += "\n" + topicHealthText(*details.topics, style);
  }
  return out;
}

}  // namespace caas::kafka::cli
