#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "caas/kafka/groups.hpp"
#include "caas/kafka/health.hpp"
#include "caas/kafka/snapshot.hpp"
#include "client/admin.hpp"
#include "consume/groups_reader.hpp"
#include "health/exporter_text.hpp"
#include "topics/plan.hpp"

namespace caas::kafka::snapshot {

/// Who answers, and what all topics look like, by one survey and one Metadata request.
struct ClusterLook {
  std::string clusterId;
  /// Those that were asked and those that only replicas name, by id.
  std::vector<BrokerHealth> brokers;
  Result<client::ClusterMetadata> metadata;
};

/// The ends of the partitions that one broker leads.
struct LeaderOffsets {
  int leader = -1;
  Result<consume::OffsetMap> offsets;
};

/// What a gathering asks the cluster. A few batched calls; each is bounded by its deadline and may
/// run beside the others. A fake one in unit tests.
class Source {
 public:
  virtual ~Source() = default;
  /// An error: no broker answers.
  [[nodiscard]] virtual Result<ClusterLook> look(Milliseconds deadline) = 0;
  /// nullopt: there is nobody to ask.
  [[nodiscard]] virtual std::optional<health::ControllerVerdict> controller(
      Milliseconds deadline) = 0;
  [[nodiscard]] virtual std::optional<RegistryHealth> registry(Milliseconds deadline) = 0;
  /// Of brokers that have answered the last look only.
  [[nodiscard]] virtual std::vector<LeaderOffsets> offsets(
      const std::map<int, std::vector<GroupPartition>>& byLeader, client::OffsetSpec spec,
      Milliseconds deadline) = 0;
  /// The settings that are compared.
  [[nodiscard]] virtual Result<topics::TopicConfigMap> configs(
      const std::vector<std::string>& topics, Milliseconds deadline) = 0;
  /// By topic.
  [[nodiscard]] virtual Result<std::map<std::string, std::string>> topicIds(
      const std::vector<std::string>& topics, Milliseconds deadline) = 0;
  /// Without members.
  [[nodiscard]] virtual Result<std::vector<GroupSummary>> groups(Milliseconds deadline) = 0;
  [[nodiscard]] virtual Result<LagSnapshot> lag(Milliseconds deadline) = 0;
};

/// The real one. `settings` and `catalog` must outlive it.
[[nodiscard]] std::unique_ptr<Source> makeClusterSource(const Settings& settings,
                                                        std::shared_ptr<const Catalog> catalog,
                                                        const SnapshotOptions& options,
                                                        Clock& clock);

}  // namespace caas::kafka::snapshot
