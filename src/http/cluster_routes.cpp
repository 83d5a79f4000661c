// GET /v1/cluster, /v1/brokers, /v1/stats: how the cluster is.

#include <map>

#include "core/errors.hpp"
#include "http/api.hpp"
#include "http/json/error_json.hpp"
#include "http/json/health_json.hpp"
#include "http/json/values.hpp"
#include "http/page.hpp"

namespace caas::kafka::http {
namespace {

Answer getCluster(const Api& api, const Request& request) {
  CAAS_ASSIGN(const auto snapshot, snapshotFor(api, request));
  return Response::json(
      {{"health", toJson(snapshot->health)}, {"snapshot", ageOf(*snapshot, *api.clock)}});
}

/// What each broker carries, from the partitions of the snapshot.
struct Load {
  int leaders = 0;
  int replicas = 0;
  int outOfSync = 0;
};

std::map<int, Load> loadOf(const ClusterSnapshot& snapshot) {
  std::map<int, Load> load;
  for (const auto& topic : snapshot.topics) {
    for (const auto& partition : topic.partitions) {
      if (partition.leader) {
        ++load[*partition.leader].leaders;
      }
      for (const int replica : partition.replicas) {
        ++load[replica].replicas;
        ++load[replica].outOfSync;
      }
      for (const int replica : partition.inSync) {
        --load[replica].outOfSync;
      }
    }
  }
  return load;
}

Answer getBrokers(const Api& api, const Request& request) {
  CAAS_ASSIGN(const auto snapshot, snapshotFor(api, request));
  auto load = loadOf(*snapshot);
  boost::json::array items;
  for (const auto& broker : snapshot->health.details.brokers) {
    auto item = toJson(broker);
    const auto& carried = load[broker.nodeId];
    item["leaders"] = carried.leaders;
    item["replicas"] = carried.replicas;
    item["replicasOutOfSync"] = carried.outOfSync;
    items.push_back(std::move(item));
  }
  const auto& cluster = snapshot->health.details.cluster;
  return Response::json(
      {{"items", std::move(items)},
       {"controllerId", cluster ? orNull(cluster->controllerId) : boost::json::value(nullptr)},
       {"snapshot", ageOf(*snapshot, *api.clock)}});
}

Answer getStats(const Api& api, const Request& request) {
  CAAS_ASSIGN(const auto snapshot, snapshotFor(api, request));
  std::int64_t records = 0;
  for (const auto& topic : snapshot->topics) {
    records += topic.records;
  }
  auto json = toJson(snapshot->stats);
  json["records"] = records;
  json["deadLetters"] = orNull(snapshot->deadLetters);
  json["snapshot"] = ageOf(*snapshot, *api.clock);
  return Response::json(json);
}

Schema brokersSchema() {
  using namespace schema;
  auto broker = brokerMembers();
  broker.push_back({"leaders", integer().saying("Partitions that it leads.")});
  broker.push_back({"replicas", integer()});
  broker.push_back({"replicasOutOfSync", integer()});
  return named("Brokers", object({{"items", array(named("Broker", object(broker)))},
                                  {"controllerId", integer().orNull().saying("Null: unknown.")},
                                  {"snapshot", ageSchema()}}));
}

Schema statsSchema() {
  using namespace schema;
  auto members = statsMembers();
  members.push_back({"records", integer().saying("Upper bound: end minus start, all partitions.")});
  members.push_back({"deadLetters", integer().orNull().saying("Records lying in the DLQ.")});
  members.push_back({"snapshot", ageSchema()});
  return named("Stats", object(members));
}

Route get(std::string pattern, std::string id, std::string summary, Schema schema,
          std::function<Answer(const Request&)> run) {
  return {.pattern = std::move(pattern),
          .operationId = std::move(id),
          .tag = "Cluster",
          .summary = std::move(summary),
          .parameters = {refreshParameter()},
          .successes = {{.description = "As of the snapshot.", .schema = std::move(schema)}},
          .errors = {ErrorCode::kUnavailable},
          .handler = Blocking{std::move(run)}};
}

}  // namespace

void addClusterRoutes(Routes& routes, const ApiPtr& api) {
  using namespace schema;
  routes.push_back(
      get("/v1/cluster", "getCluster", "Whether the cluster is healthy, and why not.",
          named("Cluster", object({{"health", healthSchema()}, {"snapshot", ageSchema()}})),
          [api](const Request& request) { return getCluster(*api, request); }));
  routes.push_back(get("/v1/brokers", "getBrokers", "The brokers, dead ones too.", brokersSchema(),
                       [api](const Request& request) { return getBrokers(*api, request); }));
  routes.push_back(get("/v1/stats", "getStats", "The cluster in numbers.", statsSchema(),
                       [api](const Request& request) { return getStats(*api, request); }));
}

}  // namespace caas::kafka::http
