#pragma once

#include <functional>
#include <memory>
#include <string>

#include "caas/kafka/service.hpp"
#include "caas/kafka/settings.hpp"
#include "caas/kafka/snapshot.hpp"
#include "http/daemon_state.hpp"
#include "http/parts.hpp"
#include "http/route.hpp"

namespace caas::kafka::http {

/// What resources stand on. Handlers keep a copy of the pointer that they get.
struct Api {
  std::shared_ptr<KafkaService> service;
  /// Where each setting came from.
  LoadedSettings loaded;
  std::shared_ptr<const Catalog> catalog;
  /// The cluster as it was a moment ago: lists come from here, never from Kafka item by item. Null
  /// in tests that need none.
  std::shared_ptr<SnapshotKeeper> snapshots{};
  std::shared_ptr<DaemonState> state = std::make_shared<DaemonState>();
  /// All metrics in Prometheus' text format.
  std::function<std::string()> metricsText{};
  Clock* clock = &systemClock();
};
using ApiPtr = std::shared_ptr<const Api>;

/// Every resource's routes; each add…Routes has a file of its own (README.md).
[[nodiscard]] Routes apiRoutes(const ApiPtr& api);

/// Probes and metrics (Door::kOps).
void addOpsRoutes(Routes& routes, const ApiPtr& api);
void addConfigRoutes(Routes& routes, const ApiPtr& api);
void addClusterRoutes(Routes& routes, const ApiPtr& api);
void addTopicRoutes(Routes& routes, const ApiPtr& api);
void addTenantRoutes(Routes& routes, const ApiPtr& api);
void addGroupRoutes(Routes& routes, const ApiPtr& api, const PartsPtr& parts);
void addMessageRoutes(Routes& routes, const ApiPtr& api, const PartsPtr& parts);
void addDlqRoutes(Routes& routes, const ApiPtr& api, const PartsPtr& parts);
void addEventRoutes(Routes& routes, const ApiPtr& api);
void addSchemaRoutes(Routes& routes, const PartsPtr& parts);

}  // namespace caas::kafka::http
