#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "caas/kafka/catalog.hpp"
#include "caas/kafka/clock.hpp"
#include "caas/kafka/result.hpp"

namespace caas::kafka {

/// One topic of a tenant after createTenantTopics.
struct TenantTopic {
  std::string entry;  ///< "chat.messages"
  std::string topic;  ///< "chat.messages.tenant-123"
  int partitions = 0;
  bool created = false;  ///< false: it was there already
};
struct TenantTopicSet {
  std::string tenantId;
  std::vector<TenantTopic> topics;  ///< in the catalog's order
};

/// Where a tenant stands.
struct TenantInfo {
  std::string tenantId;
  int topics = 0;
  int partitions = 0;
  std::vector<std::string> missingTopics;  ///< entries of the catalog that it lacks
};

/// One topic of the cluster as it is.
struct TopicInfo {
  std::string name;
  std::optional<TopicCategory> category;  ///< nullopt: not in the catalog
  std::string entry;
  std::string tenantId;
  int partitions = 0;
  int replicationFactor = 0;
  int underReplicatedPartitions = 0;
  int offlinePartitions = 0;
};

struct ListTopicsOptions {
  std::optional<TopicCategory> category{};
  std::optional<std::string> tenantId{};
  bool includeForeign = false;  ///< topics that are not in the catalog
};

enum class PlanAction {
  kCreate,
  kAlterConfigs,
  kGrowPartitions,  ///< only when asked for: keys move to other partitions
  kReportOnly,      ///< a difference that we never change: fewer partitions, another RF
};
[[nodiscard]] std::string_view toString(PlanAction action);

struct ConfigDifference {
  std::string name;
  std::string actual;  ///< empty: not set (the broker's default is in force)
  std::string declared;
};

/// One difference between catalog and cluster, and what apply does about it.
struct PlanStep {
  PlanAction action = PlanAction::kReportOnly;
  std::string topic;
  std::string entry;
  std::string tenantId;
  int partitionsActual = 0;
  int partitionsDeclared = 0;
  int replicationFactor = 0;              ///< of kCreate
  std::vector<ConfigDifference> configs;  ///< of kCreate (all) and kAlterConfigs (the differing)
  std::string note;                       ///< e.g. what growing moves, or why it is only reported
};

/// What would be changed, bound to the cluster it was made for.
struct TopicPlan {
  std::string clusterId;
  std::vector<PlanStep> steps;
  /// Steps that apply would carry out.
  [[nodiscard]] int changes() const;
  /// As printed before it is applied.
  [[nodiscard]] std::string render() const;
};

struct PlanOptions {
  bool platform = true;             ///< platform and internal entries
  bool allTenants = true;           ///< every tenant found on the cluster
  std::vector<TenantId> tenants{};  ///< these as well; missing topics of theirs are created
  bool growPartitions = false;
};

struct ApplyReport {
  int created = 0;
  int altered = 0;
  int grown = 0;
  std::vector<std::string> unchanged;  ///< found done already when it came to it
};

/// A topic with something wrong.
struct TopicProblem {
  std::string topic;
  std::string problem;  ///< for people, with partition numbers
};
struct TopicHealthResult {
  bool healthy = false;
  int topics = 0;
  int partitions = 0;
  int underReplicatedPartitions = 0;
  int underMinIsrPartitions = 0;
  int offlinePartitions = 0;
  int missingTopics = 0;               ///< platform, internal, and those of incomplete tenants
  int driftedTopics = 0;               ///< with declared settings that differ
  std::vector<int> offlineBrokers;     ///< replica ids without a living broker
  std::vector<TopicProblem> problems;  ///< worst first, at most 50
  int problemsNotShown = 0;
};

struct DeleteTenantOptions {
  Milliseconds deadline{60'000};
};
struct DeleteTenantReport {
  std::string tenantId;
  std::vector<std::string> deletedTopics;
  int groupsCleaned = 0;  ///< groups whose committed offsets went with the topics
  /// That tenant's records still waiting in the retry topics and lying in the DLQ.
  std::int64_t retryEntries = 0;
  std::int64_t dlqEntries = 0;
};

/// Called from onboardTenants after each tenant.
struct OnboardProgress {
  int done = 0;
  int total = 0;
  std::string tenantId;
  bool created = false;  ///< false: was complete already
  const Error* error = nullptr;
};
struct OnboardReport {
  int created = 0;
  int existed = 0;
  struct Failure {
    std::string tenantId;
    Error error;
  };
  std::vector<Failure> failures;
};

/// Creates, compares and deletes topics by the catalog. Never deletes what a caller did not name,
/// never shrinks, never replaces a topic to change it. Thread-safe.
class TopicManager {
 public:
  /// `settings` and `catalog` must outlive it. Connects at the first call.
  [[nodiscard]] static std::unique_ptr<TopicManager> create(const Settings& settings,
                                                            const Catalog& catalog,
                                                            Clock& clock = systemClock());
  /// One whose every call gives this error: what a service with bad settings hands out.
  [[nodiscard]] static std::unique_ptr<TopicManager> unavailable(Error error);
  ~TopicManager();
  TopicManager(const TopicManager&) = delete;
  TopicManager& operator=(const TopicManager&) = delete;

  /// Creates all topics of a tenant with one CreateTopics call and waits until every broker serves
  /// every partition. Idempotent and safe to run concurrently: a topic that exists is success.
  /// Errors: kInvalidArgument (tenant id), kTenantNameReserved (deleted less than 60 s ago),
  /// kNotEnoughReplicas (says how many brokers are up and needed), kPartialFailure (says what
  /// exists; a second call completes it), kTimeout, kConnectionTimeout.
  [[nodiscard]] Result<TenantTopicSet> createTenantTopics(std::string_view tenantId,
                                                          Milliseconds deadline = Milliseconds{
                                                              60'000});
  /// The platform's and internal topics, the same way. Returns the names that it created.
  [[nodiscard]] Result<std::vector<std::string>> createPlatformTopics(
      Milliseconds deadline = Milliseconds{60'000});
  /// Many tenants, paced so that the cluster keeps up; resumable: complete tenants are skipped.
  /// Bad ids and failures are collected, not fatal.
  [[nodiscard]] Result<OnboardReport> onboardTenants(
      const std::vector<std::string>& tenantIds,
      const std::function<void(const OnboardProgress&)>& onProgress = {},
      Milliseconds deadlinePerTenant = Milliseconds{120'000});

  /// Deletes only this tenant's topics of the catalog. Refused with kGroupActive while a group has
  /// members on them (they are named); kTenantNotFound if it has none. Waits until they are gone on
  /// every broker and their committed offsets with them.
  [[nodiscard]] Result<DeleteTenantReport> deleteTenantTopics(
      std::string_view tenantId, const DeleteTenantOptions& options = {});
  /// What deleteTenantTopics would delete and lose; changes nothing.
  struct DeletePreview {
    std::vector<std::string> topics;
    std::int64_t records = 0;
    std::vector<std::string> activeGroups;
  };
  [[nodiscard]] Result<DeletePreview> previewDelete(std::string_view tenantId,
                                                    Milliseconds deadline = Milliseconds{30'000});

  [[nodiscard]] Result<std::vector<TopicInfo>> listTopics(const ListTopicsOptions& options = {},
                                                          Milliseconds deadline = Milliseconds{
                                                              30'000});
  [[nodiscard]] Result<std::vector<TenantInfo>> listTenants(Milliseconds deadline = Milliseconds{
                                                                30'000});
  [[nodiscard]] Result<TopicHealthResult> getTopicHealth(Milliseconds deadline = Milliseconds{
                                                             30'000});

  /// Compares only declared settings, by config source: a broker's default is never drift.
  [[nodiscard]] Result<TopicPlan> plan(const PlanOptions& options = {},
                                       Milliseconds deadline = Milliseconds{30'000});
  /// Carries a plan out. kConflict if the cluster is another one than the plan's. An empty plan
  /// does nothing.
  [[nodiscard]] Result<ApplyReport> apply(const TopicPlan& plan,
                                          Milliseconds deadline = Milliseconds{120'000});

 private:
  class Impl;
  explicit TopicManager(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace caas::kafka
