#pragma once

#include <memory>
#include <optional>
#include <string>

#include "caas/kafka/catalog.hpp"
#include "caas/kafka/consumer.hpp"
#include "caas/kafka/dlq.hpp"
#include "caas/kafka/groups.hpp"
#include "caas/kafka/health.hpp"
#include "caas/kafka/probe.hpp"
#include "caas/kafka/producer.hpp"
#include "caas/kafka/publisher.hpp"
#include "caas/kafka/schema_registry.hpp"
#include "caas/kafka/settings.hpp"
#include "caas/kafka/snapshot.hpp"
#include "caas/kafka/topic_manager.hpp"

namespace caas::kafka {

/// How a tenant is taken off the platform.
struct OffboardOptions {
  Milliseconds deadline{120'000};
  /// Also closes the tenant's open entries in the DLQ, as DeadLetterQueue::discard does. Records
  /// that wait in the retry topics come due once more: a log gives none of them up alone.
  bool discardDeadLetters = false;
  std::string by{};  ///< who does it, for the DLQ's ledger; the client id unless given
};
struct OffboardReport {
  DeleteTenantReport deleted;
  std::int64_t deadLettersDiscarded = 0;
};

/// Puts the parts together: one per cluster and application. Thread-safe.
class KafkaService {
 public:
  ~KafkaService();
  KafkaService(const KafkaService&) = delete;
  KafkaService& operator=(const KafkaService&) = delete;

  /// Reports bad settings, connects, creates the platform's and internal topics and waits until
  /// they can be used; with SCHEMA_REGISTRY_AUTO_REGISTER the built-in events' schemas too.
  /// Idempotent. Errors: kInvalidConfiguration, kConnectionTimeout,
  /// kNotEnoughReplicas, and those of TopicManager.
  [[nodiscard]] Result<void> initialize(Milliseconds deadline = Milliseconds{60'000});
  [[nodiscard]] bool initialized() const;
  [[nodiscard]] Result<HealthCheckResult> getHealth(Milliseconds deadline = Milliseconds{5'000});
  /// Delivers what is queued until the deadline and says what was left undelivered. Afterwards
  /// every call gives kShutdown.
  [[nodiscard]] Result<ShutdownReport> shutdown(Milliseconds deadline = Milliseconds{30'000});

  // The parts. The first two are never null: with bad settings, each of their calls gives
  // that error. They stay usable as long as somebody holds them.
  [[nodiscard]] std::shared_ptr<TopicManager> topicManager();
  [[nodiscard]] std::shared_ptr<HealthCheck> healthCheck();
  // Errors: kInvalidConfiguration (bad settings or catalog), kShutdown.
  [[nodiscard]] Result<std::shared_ptr<EventPublisher>> publisher();
  /// A consumer of its own, which the caller closes: before shutdown(), so that what it has handled
  /// is committed.
  [[nodiscard]] Result<std::unique_ptr<Consumer>> makeConsumer(ConsumerOptions options = {});
  /// Who reads, how far behind, and where they go on.
  [[nodiscard]] Result<std::unique_ptr<GroupManager>> makeGroupManager();
  /// What failed for good: to look at, to send back or to close.
  [[nodiscard]] Result<std::unique_ptr<DeadLetterQueue>> makeDeadLetterQueue();
  /// TopicManager::deleteTenantTopics, and what the tenant leaves in the DLQ. Errors: those of
  /// both; kPartialFailure when the topics are gone and the DLQ could not be written.
  [[nodiscard]] Result<OffboardReport> offboardTenant(std::string_view tenantId,
                                                      const OffboardOptions& options = {});
  /// A client of the schema registry, for EventDecoder and SchemaSerde.
  [[nodiscard]] Result<std::shared_ptr<SchemaRegistry>> makeSchemaRegistry();
  /// The cluster's state for those who ask often, and the canary. Neither is started; the daemon
  /// starts both. shutdown() stops them.
  [[nodiscard]] Result<std::shared_ptr<SnapshotKeeper>> snapshots();
  [[nodiscard]] Result<std::shared_ptr<Probe>> probe();
  /// Everything that is measured, in Prometheus' text format (docs/metrics.md): what this process
  /// does, and what the last snapshot says of the cluster, if snapshots() was started. Asks nobody.
  [[nodiscard]] std::string metricsText();
  [[nodiscard]] Result<std::shared_ptr<const Catalog>> catalog();
  [[nodiscard]] Result<std::shared_ptr<const Settings>> settings();

 private:
  friend std::shared_ptr<KafkaService> makeKafkaService(Result<Settings> settings);
  class Impl;
  explicit KafkaService(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

/// A service of its own, for tests and for several clusters. A failed `settings` is reported by
/// initialize().
[[nodiscard]] std::shared_ptr<KafkaService> makeKafkaService(Result<Settings> settings);

/// The process's service, configured from the environment and `.env`; made at the first call.
[[nodiscard]] std::shared_ptr<KafkaService> getKafkaService();
/// Parts of getKafkaService(); never null.
[[nodiscard]] std::shared_ptr<TopicManager> getTopicManager();
[[nodiscard]] std::shared_ptr<HealthCheck> createHealthCheck();
/// metricsText() of getKafkaService().
[[nodiscard]] std::string metricsText();

}  // namespace caas::kafka
