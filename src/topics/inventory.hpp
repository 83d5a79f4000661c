#pragma once

#include <vector>

#include "caas/kafka/catalog.hpp"
#include "caas/kafka/topic_manager.hpp"
#include "client/admin.hpp"

namespace caas::kafka::topics {

/// The cluster's topics by the catalog, by name. Pure.
[[nodiscard]] std::vector<TopicInfo> topicsOf(const client::ClusterMetadata& metadata,
                                              const Catalog& catalog,
                                              const ListTopicsOptions& options);

/// Tenants that have at least one topic, by id. Pure.
[[nodiscard]] std::vector<TenantInfo> tenantsOf(const client::ClusterMetadata& metadata,
                                                const Catalog& catalog);

/// Only their ids.
[[nodiscard]] std::vector<TenantId> tenantIdsOf(const client::ClusterMetadata& metadata,
                                                const Catalog& catalog);

/// Fewer in-sync replicas than replicas.
[[nodiscard]] bool underReplicated(const client::PartitionInfo& partition);

}  // namespace caas::kafka::topics
