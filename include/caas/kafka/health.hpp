#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "caas/kafka/settings.hpp"
#include "caas/kafka/topic_manager.hpp"

namespace caas::kafka {

struct BrokerHealth {
  int nodeId = -1;
  std::string host;  ///< empty for one that this process never saw alive
  int port = 0;
  std::string rack;
  bool healthy = false;
  /// Of its own answer to DescribeCluster.
  Milliseconds latency{0};
  std::string error;
};

struct ClusterDetails {
  std::string clusterId;
  int brokers = 0;         ///< living
  int offlineBrokers = 0;  ///< replica ids without a living broker, and those that do not answer
  /// nullopt: unknown. Under KRaft the controller in metadata is a random broker, so it is never
  /// taken from there.
  std::optional<int> controllerId;
};

enum class HealthStatus { kHealthy, kDegraded, kUnhealthy };
[[nodiscard]] std::string_view toString(HealthStatus status);

struct RegistryHealth {
  std::string urls;
  bool up = false;
  Milliseconds latency{0};
  std::string error{};
};

struct HealthCheckResult {
  bool healthy = false;  ///< status == kHealthy
  HealthStatus status = HealthStatus::kUnhealthy;
  /// How long the check took.
  Milliseconds latency{0};
  Timestamp checkedAt{};
  /// Why it is not healthy; one sentence each, worst first. Healthy: what was checked.
  std::vector<std::string> reasons;
  struct Details {
    std::optional<ClusterDetails> cluster;
    std::vector<BrokerHealth> brokers;
    std::optional<TopicHealthResult> topics;
    /// Asked where events need it: SCHEMA_REGISTRY_EVENT_FORMAT=avro or _AUTO_REGISTER.
    std::optional<RegistryHealth> registry{};
  } details;
};

struct ClusterStats {
  ClusterDetails cluster;
  int topics = 0;
  int partitions = 0;
  int tenants = 0;
  int underReplicatedPartitions = 0;
  int offlinePartitions = 0;
  int consumerGroups = 0;
};

struct PingResult {
  bool success = false;
  Milliseconds latency{0};
  std::string error;
};

/// Looks at the cluster now. Every call is bounded by its deadline, also with brokers that hang
/// (SIGSTOP): those are named. Thread-safe.
class HealthCheck {
 public:
  /// `settings` and `catalog` must outlive it. Connects at the first call and keeps its
  /// connections, one to each broker.
  [[nodiscard]] static std::unique_ptr<HealthCheck> create(const Settings& settings,
                                                           const Catalog& catalog,
                                                           Clock& clock = systemClock());
  /// One whose every call gives this error: what a service with bad settings hands out.
  [[nodiscard]] static std::unique_ptr<HealthCheck> unavailable(Error error);
  ~HealthCheck();
  HealthCheck(const HealthCheck&) = delete;
  HealthCheck& operator=(const HealthCheck&) = delete;

  /// Everything. Never an Error: what could not be found out is a reason.
  [[nodiscard]] HealthCheckResult check(Milliseconds deadline = Milliseconds{5'000});
  /// Each broker is asked itself, side by side, each with its own latency. Dead ones, known by the
  /// replicas that partitions have on them, are in the list too. kConnectionTimeout when none
  /// answers.
  [[nodiscard]] Result<std::vector<BrokerHealth>> checkBrokers(Milliseconds deadline = Milliseconds{
                                                                   3'000});
  [[nodiscard]] Result<TopicHealthResult> checkTopics(Milliseconds deadline = Milliseconds{5'000});
  /// Needs every broker for the consumer groups (each lists its own): kTimeout otherwise.
  [[nodiscard]] Result<ClusterStats> getStats(Milliseconds deadline = Milliseconds{5'000});
  /// Does any broker answer?
  [[nodiscard]] PingResult ping(Milliseconds deadline = Milliseconds{3'000});

 private:
  class Impl;
  explicit HealthCheck(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace caas::kafka
