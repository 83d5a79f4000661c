#include "topics/inventory.hpp"

#include <map>
#include <set>

#include "topics/plan.hpp"
#include "topics/wanted.hpp"

namespace caas::kafka::topics {
namespace {

bool absent(const client::TopicDescription& topic) {
  return topic.error && topic.error->code == ErrorCode::kTopicNotFound;
}

TopicInfo infoOf(const client::TopicDescription& topic, const std::optional<TopicOwner>& owner) {
  TopicInfo info;
  info.name = topic.name;
  if (owner) {
    info.category = owner->definition->category;
    info.entry = owner->definition->entry;
    info.tenantId = owner->tenant ? owner->tenant->str() : std::string{};
  }
  info.partitions = static_cast<int>(topic.partitions.size());
  info.replicationFactor = replicationFactorOf(topic);
  for (const client::PartitionInfo& partition : topic.partitions) {
    info.underReplicatedPartitions += underReplicated(partition) ? 1 : 0;
    info.offlinePartitions += partition.leader ? 0 : 1;
  }
  return info;
}

}  // namespace

bool underReplicated(const client::PartitionInfo& partition) {
  return partition.isr.size() < partition.replicas.size();
}

std::vector<TopicInfo> topicsOf(const client::ClusterMetadata& metadata, const Catalog& catalog,
                                const ListTopicsOptions& options) {
  std::vector<TopicInfo> topics;
  for (const client::TopicDescription& topic : metadata.topics) {
    if (absent(topic)) {
      continue;
    }
    const auto owner = catalog.ownerOf(topic.name);
    if (!owner && (!options.includeForeign || options.category || options.tenantId)) {
      continue;
    }
    if (options.category && owner->definition->category != *options.category) {
      continue;
    }
    if (options.tenantId && (!owner->tenant || owner->tenant->str() != *options.tenantId)) {
      continue;
    }
    topics.push_back(infoOf(topic, owner));
  }
  return topics;
}

std::vector<TenantInfo> tenantsOf(const client::ClusterMetadata& metadata, const Catalog& catalog) {
  struct Found {
    TenantInfo info;
    std::set<std::string_view> entries;
  };
  std::map<TenantId, Found> found;
  for (const client::TopicDescription& topic : metadata.topics) {
    const auto owner = catalog.ownerOf(topic.name);
    if (!owner || !owner->tenant || absent(topic)) {
      continue;
    }
    Found& tenant = found[*owner->tenant];
    tenant.info.tenantId = owner->tenant->str();
    ++tenant.info.topics;
    tenant.info.partitions += static_cast<int>(topic.partitions.size());
    tenant.entries.insert(owner->definition->entry);
  }

  std::vector<TenantInfo> tenants;
  tenants.reserve(found.size());
  for (auto& [id, tenant] : found) {
    for (const TopicDefinition& definition : catalog.definitions()) {
      if (definition.perTenant() && !tenant.entries.contains(definition.entry)) {
        tenant.info.missingTopics.push_back(definition.entry);
      }
    }
    tenants.push_back(std::move(tenant.info));
  }
  return tenants;
}

std::vector<TenantId> tenantIdsOf(const client::ClusterMetadata& metadata, const Catalog& catalog) {
  std::set<TenantId> ids;
  for (const client::TopicDescription& topic : metadata.topics) {
    const auto owner = catalog.ownerOf(topic.name);
    if (owner && owner->tenant && !absent(topic)) {
      ids.insert(*owner->tenant);
    }
  }
  return {ids.begin(), ids.end()};
}

}  // namespace caas::kafka::topics
