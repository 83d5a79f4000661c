#include "http/json/health_json.hpp"

#include "http/json/error_json.hpp"
#include "http/json/values.hpp"

namespace caas::kafka {
namespace {

using boost::json::array;
using boost::json::object;
using boost::json::value;

}  // namespace

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

http::Schema clusterDetailsSchema() {
  using namespace http::schema;
  return named(
      "ClusterDetails",
      http::schema::object({{"clusterId", text()},
                            {"brokers", integer().saying("Living ones.")},
                            {"offlineBrokers", integer()},
                            {"controllerId", integer().orNull().saying("Null: unknown.")}}));
}

std::vector<http::Member> brokerMembers() {
  using namespace http::schema;
  return {
      {"nodeId", integer()},     {"host", text().orNull().saying("Null: it was never seen alive.")},
      {"port", integer()},       {"rack", text().orNull()},
      {"healthy", boolean()},    {"latencyMs", integer().saying("Of its own answer.")},
      {"error", text().orNull()}};
}

namespace {

http::Schema topicHealthSchema() {
  using namespace http::schema;
  return named("TopicHealth",
               http::schema::object({{"healthy", boolean()},
                                     {"topics", integer()},
                                     {"partitions", integer()},
                                     {"underReplicatedPartitions", integer()},
                                     {"underMinIsrPartitions", integer()},
                                     {"offlinePartitions", integer()},
                                     {"missingTopics", integer()},
                                     {"driftedTopics", integer()},
                                     {"offlineBrokers", http::schema::array(integer())},
                                     {"problems", http::schema::array(http::schema::object(
                                                      {{"topic", text()}, {"problem", text()}}))},
                                     {"problemsNotShown", integer()}}));
}

}  // namespace

http::Schema healthSchema() {
  using namespace http::schema;
  const auto registry = named("RegistryHealth", http::schema::object({{"urls", text()},
                                                                      {"up", boolean()},
                                                                      {"latencyMs", integer()},
                                                                      {"error", text().orNull()}}));
  return named("Health",
               http::schema::object(
                   {{"healthy", boolean()},
                    {"status", oneOf({"healthy", "degraded", "unhealthy"})},
                    {"latencyMs", integer()},
                    {"checkedAt", time()},
                    {"reasons", http::schema::array(text()).saying(
                                    "Why it is not healthy, worst first; or what was checked.")},
                    {"details",
                     http::schema::object(
                         {{"cluster", clusterDetailsSchema().orNull()},
                          {"brokers", http::schema::array(named(
                                          "BrokerHealth", http::schema::object(brokerMembers())))},
                          {"topics", topicHealthSchema().orNull()},
                          {"registry", registry.orNull()}})}}));
}

std::vector<http::Member> statsMembers() {
  using namespace http::schema;
  return {{"cluster", clusterDetailsSchema()},
          {"topics", integer()},
          {"partitions", integer()},
          {"tenants", integer()},
          {"underReplicatedPartitions", integer()},
          {"offlinePartitions", integer()},
          {"consumerGroups", integer()}};
}

}  // namespace caas::kafka
