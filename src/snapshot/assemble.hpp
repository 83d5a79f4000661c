#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "caas/kafka/snapshot.hpp"
#include "client/admin.hpp"
#include "topics/plan.hpp"

// From answers to what is shown. Pure.

namespace caas::kafka::snapshot {

struct PartitionEnds {
  std::optional<std::int64_t> start{};
  std::optional<std::int64_t> end{};
};
using EndsMap = std::map<GroupPartition, PartitionEnds>;

/// What is known of the cluster's topics.
struct TopicFacts {
  const client::ClusterMetadata& metadata;
  const topics::TopicConfigMap& configs;
  const std::map<std::string, std::string>& ids;
  const EndsMap& ends;
};

/// By name, foreign ones too.
[[nodiscard]] std::vector<TopicSnapshot> topicsOf(const TopicFacts& facts, const Catalog& catalog);

/// Fills members, entries and tenants in from a look at the lags.
void addMembers(std::vector<GroupSummary>& groups, const LagSnapshot& lag);

/// Records in the dead letter queue: ever written, and lying there; of the last topics.
void countDeadLetters(ClusterSnapshot& snapshot);

}  // namespace caas::kafka::snapshot
