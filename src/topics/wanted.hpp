#pragma once

#include <optional>
#include <string>
#include <vector>

#include "caas/kafka/catalog.hpp"
#include "client/admin.hpp"

namespace caas::kafka::topics {

/// One topic that the catalog says should be there. `definition` points into the catalog.
struct WantedTopic {
  std::string topic;
  const TopicDefinition* definition = nullptr;
  std::optional<TenantId> tenant{};
};

[[nodiscard]] std::vector<WantedTopic> wantedOfPlatform(const Catalog& catalog);
[[nodiscard]] std::vector<WantedTopic> wantedOfTenant(const Catalog& catalog,
                                                      const TenantId& tenant);

/// Declared partitions; for an entry with one per broker, the living brokers.
[[nodiscard]] int declaredPartitions(const TopicDefinition& definition, int brokers);
[[nodiscard]] client::NewTopic toNewTopic(const WantedTopic& wanted, int brokers);

/// Those that the cluster does not have.
[[nodiscard]] std::vector<WantedTopic> missingFrom(const client::ClusterMetadata& metadata,
                                                   const std::vector<WantedTopic>& wanted);

/// The topic of that name, if the cluster has it. `metadata.topics` is sorted by name.
[[nodiscard]] const client::TopicDescription* findTopic(const client::ClusterMetadata& metadata,
                                                        std::string_view topic);

[[nodiscard]] std::vector<std::string> namesOf(const std::vector<WantedTopic>& wanted);

}  // namespace caas::kafka::topics
