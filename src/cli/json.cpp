#include "cli/json.hpp"

namespace caas::kafka::cli {
namespace {

using boost::json::array;
using boost::json::object;
using boost::json::value;

value orNull(const std::string& text) { return text.empty() ? value(nullptr) : value(text); }

}  // namespace

array toJsonArray(const std::vector<std::string>& items) {
  return array(items.begin(), items.end());
}

object toJson(const Error& error) {
  return {{"code", toString(error.code)},
          {"message", error.message},
          {"hint", orNull(error.hint)},
          {"retriable", error.retriable}};
}

object toJson(const SettingInForce& row, std::string_view source) {
  return {{"name", row.name}, {"value", row.value},   {"default", row.defaultValue},
          {"source", source}, {"secret", row.secret}, {"description", row.description}};
}

object toJson(const ClusterDetails& cluster) {
  return {{"clusterId", cluster.clusterId},
          {"brokers", cluster.brokers},
          {"offlineBrokers", cluster.offlineBrokers},
          {"controllerId", cluster.controllerId ? value(*cluster.controllerId) : value(nullptr)}};
}

object toJson(const BrokerHealth& broker) {
  return {{"nodeId", broker.nodeId},      {"host", orNull(broker.host)},
          {"port", broker.port},          {"rack", orNull(broker.rack)},
          {"healthy", broker.healthy},    {"latencyMs", broker.latency.count()},
          {"error", orNull(broker.error)}};
}

object toJson(const TopicHealthResult& topics) {
  array problems;
  for (const auto& problem : topics.problems) {
    problems.push_back(object{{"topic", problem.topic}, {"problem", problem.problem}});
  }
  return {{"healthy", topics.healthy},
          {"topics", topics.topics},
          {"partitions", topics.partitions},
          {"underReplicatedPartitions", topics.underReplicatedPartitions},
          {"underMinIsrPartitions", topics.underMinIsrPartitions},
          {"offlinePartitions", topics.offlinePartitions},
          {"missingTopics", topics.missingTopics},
          {"driftedTopics", topics.driftedTopics},
          {"offlineBrokers", array(topics.offlineBrokers.begin(), topics.offlineBrokers.end())},
          {"problems", std::move(problems)},
          {"problemsNotShown", topics.problemsNotShown}};
}

object toJson(const RegistryHealth& registry) {
  return {{"urls", registry.urls},
          {"up", registry.up},
          {"latencyMs", registry.latency.count()},
          {"error", registry.up ? value(nullptr) : value(registry.error)}};
}

object toJson(const HealthCheckResult& health) {
  const auto& details = health.details;
  return {
      {"healthy", health.healthy},
      {"status", toString(health.status)},
      {"latencyMs", health.latency.count()},
      {"checkedAt", formatTimestamp(health.checkedAt)},
      {"reasons", toJsonArray(health.reasons)},
      {"details",
       object{{"cluster", details.cluster ? value(toJson(*details.cluster)) : value(nullptr)},
              {"brokers", toJsonArray(details.brokers)},
              {"topics", details.topics ? value(toJson(*details.topics)) : value(nullptr)},
              {"registry", details.registry ? value(toJson(*details.registry)) : value(nullptr)}}}};
}

object toJson(const ClusterStats& stats) {
  return {{"cluster", toJson(stats.cluster)},
          {"topics", stats.topics},
          {"partitions", stats.partitions},
          {"tenants", stats.tenants},
          {"underReplicatedPartitions", stats.underReplicatedPartitions},
          {"offlinePartitions", stats.offlinePartitions},
          {"consumerGroups", stats.consumerGroups}};
}

object toJson(const TopicInfo& topic) {
  return {{"name", topic.name},
          {"category", topic.category ? value(toString(*topic.category)) : value(nullptr)},
          {"entry", orNull(topic.entry)},
          {"tenantId", orNull(topic.tenantId)},
          {"partitions", topic.partitions},
          {"replicationFactor", topic.replicationFactor},
          {"underReplicatedPartitions", topic.underReplicatedPartitions},
          {"offlinePartitions", topic.offlinePartitions}};
}

object toJson(const TopicPlan& plan) {
  array steps;
  for (const auto& step : plan.steps) {
    array configs;
    for (const auto& config : step.configs) {
      configs.push_back(object{
          {"name", config.name}, {"actual", orNull(config.actual)}, {"declared", config.declared}});
    }
    steps.push_back(object{{"action", toString(step.action)},
                           {"topic", step.topic},
                           {"entry", step.entry},
                           {"tenantId", orNull(step.tenantId)},
                           {"partitionsActual", step.partitionsActual},
                           {"partitionsDeclared", step.partitionsDeclared},
                           {"replicationFactor", step.replicationFactor},
                           {"configs", std::move(configs)},
                           {"note", orNull(step.note)}});
  }
  return {{"clusterId", plan.clusterId}, {"changes", plan.changes()}, {"steps", std::move(steps)}};
}

object toJson(const ApplyReport& report) {
  return {{"created", report.created},
          {"altered", report.altered},
          {"grown", report.grown},
          {"unchanged", toJsonArray(report.unchanged)}};
}

object toJson(const TenantInfo& tenant) {
  return {{"tenantId", tenant.tenantId},
          {"topics", tenant.topics},
          {"partitions", tenant.partitions},
          {"missingTopics", toJsonArray(tenant.missingTopics)}};
}

object toJson(const TenantTopicSet& set) {
  array topics;
  for (const auto& topic : set.topics) {
    topics.push_back(object{{"entry", topic.entry},
                            {"topic", topic.topic},
                            {"partitions", topic.partitions},
                            {"created", topic.created}});
  }
  return {{"tenantId", set.tenantId}, {"topics", std::move(topics)}};
}

object toJson(const TopicManager::DeletePreview& preview) {
  return {{"topics", toJsonArray(preview.topics)},
          {"records", preview.records},
          {"activeGroups", toJsonArray(preview.activeGroups)}};
}

object toJson(const DeleteTenantReport& report) {
  return {{"tenantId", report.tenantId},
          {"deletedTopics", toJsonArray(report.deletedTopics)},
          {"groupsCleaned", report.groupsCleaned},
          {"retryEntries", report.retryEntries},
          {"dlqEntries", report.dlqEntries}};
}

}  // namespace caas::kafka::cli
