#include "topics/assess.hpp"

#include <algorithm>
#include <charconv>
#include <optional>
#include <ranges>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "topics/failures.hpp"
#include "topics/inventory.hpp"

namespace caas::kafka::topics {
namespace {

constexpr std::string_view kMinIsr = "min.insync.replicas";

/// Worst first.
enum class Severity { kOffline, kUnderMinIsr, kMissing, kUnderReplicated, kDrift };

struct Finding {
  Severity severity;
  TopicProblem problem;
};

std::string partitionList(const std::vector<int>& partitions) {
  std::vector<std::string> numbers;
  numbers.reserve(partitions.size());
  for (const int partition : partitions) {
    numbers.push_back(std::to_string(partition));
  }
  return fmt::format("partition{} {}", partitions.size() == 1 ? "" : "s", joinSome(numbers, 10));
}

class Assessment {
 public:
  Assessment(const client::ClusterMetadata& metadata, const TopicConfigMap& configs)
      : configs_(configs) {
    for (const client::BrokerInfo& broker : metadata.brokers) {
      living_.insert(broker.id);
    }
  }

  void lookAt(const client::TopicDescription& topic) {
    ++result_.topics;
    result_.partitions += static_cast<int>(topic.partitions.size());
    const auto minIsr = minIsrOf(configs_, topic.name);
    // Each partition stands under the worst that is true of it; the counts overlap.
    std::vector<int> offline;
    std::vector<int> underMin;
    std::vector<int> under;
    for (const client::PartitionInfo& partition : topic.partitions) {
      std::ranges::copy_if(partition.replicas, std::inserter(dead_, dead_.end()),
                           [&](int id) { return !living_.contains(id); });
      const bool lacksReplica = underReplicated(partition);
      const bool belowMinimum = minIsr && static_cast<int>(partition.isr.size()) < *minIsr;
      result_.underReplicatedPartitions += lacksReplica ? 1 : 0;
      result_.underMinIsrPartitions += belowMinimum ? 1 : 0;
      if (!partition.leader) {
        ++result_.offlinePartitions;
        offline.push_back(partition.id);
      } else if (belowMinimum) {
        underMin.push_back(partition.id);
      } else if (lacksReplica) {
        under.push_back(partition.id);
      }
    }
    report(Severity::kOffline, topic.name, offline, "no leader: nothing can be read or written");
    report(Severity::kUnderMinIsr, topic.name, underMin,
           fmt::format("fewer in-sync replicas than min.insync.replicas = {}: writes are refused",
                       minIsr.value_or(0)));
    report(Severity::kUnderReplicated, topic.name, under, "a replica is not in sync");
  }

  void compare(const WantedTopic& wanted, const client::ClusterMetadata& metadata) {
    const auto steps = compareTopic(wanted, metadata, configs_, false);
    if (steps.empty()) {
      return;
    }
    if (steps.front().action == PlanAction::kCreate) {
      ++result_.missingTopics;
      add(Severity::kMissing, wanted.topic, "does not exist, the catalog declares it");
      return;
    }
    ++result_.driftedTopics;
    std::vector<std::string> texts;
    for (const PlanStep& step : steps) {
      for (const ConfigDifference& config : step.configs) {
        texts.push_back(fmt::format("{} is {}, declared is {}", config.name,
                                    config.actual.empty() ? "not set" : config.actual,
                                    config.declared));
      }
      if (!step.note.empty()) {
        texts.push_back(step.note);
      }
    }
    add(Severity::kDrift, wanted.topic, fmt::format("drift: {}", fmt::join(texts, "; ")));
  }

  TopicHealthResult finish() {
    std::ranges::stable_sort(findings_, {}, &Finding::severity);
    const auto shown = std::min<std::size_t>(findings_.size(), kMaxProblems);
    for (std::size_t i = 0; i < shown; ++i) {
      result_.problems.push_back(std::move(findings_[i].problem));
    }
    result_.problemsNotShown = static_cast<int>(findings_.size() - shown);
    result_.offlineBrokers.assign(dead_.begin(), dead_.end());
    result_.healthy = findings_.empty() && dead_.empty();
    return std::move(result_);
  }

 private:
  void report(Severity severity, const std::string& topic, const std::vector<int>& partitions,
              std::string_view what) {
    if (!partitions.empty()) {
      add(severity, topic, fmt::format("{}: {}", partitionList(partitions), what));
    }
  }
  void add(Severity severity, const std::string& topic, std::string problem) {
    findings_.push_back({severity, {topic, std::move(problem)}});
  }

  const TopicConfigMap& configs_;
  std::set<int> living_;
  std::set<int> dead_;
  std::vector<Finding> findings_;
  TopicHealthResult result_;
};

}  // namespace

std::optional<int> minIsrOf(const TopicConfigMap& configs, const std::string& topic) {
  const auto found = configs.find(topic);
  if (found == configs.end()) {
    return std::nullopt;
  }
  const auto entry = found->second.find(std::string(kMinIsr));
  if (entry == found->second.end()) {
    return std::nullopt;
  }
  const std::string& text = entry->second.value;
  int value = 0;
  const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc{} ? std::optional(value) : std::nullopt;
}

std::vector<WantedTopic> wantedOnCluster(const client::ClusterMetadata& metadata,
                                         const Catalog& catalog) {
  auto wanted = wantedOfPlatform(catalog);
  for (const TenantId& tenant : tenantIdsOf(metadata, catalog)) {
    auto topics = wantedOfTenant(catalog, tenant);
    std::ranges::move(topics, std::back_inserter(wanted));
  }
  return wanted;
}

std::vector<std::string> topicsToDescribe(const client::ClusterMetadata& metadata,
                                          const Catalog& catalog) {
  std::vector<std::string> topics;
  for (const client::TopicDescription& topic : metadata.topics) {
    if (topic.error && topic.error->code == ErrorCode::kTopicNotFound) {
      continue;
    }
    if (catalog.ownerOf(topic.name) || std::ranges::any_of(topic.partitions, underReplicated)) {
      topics.push_back(topic.name);
    }
  }
  return topics;
}

std::vector<std::string> configsToDescribe(const Catalog& catalog) {
  std::set<std::string> names{std::string(kMinIsr)};
  for (const TopicDefinition& definition : catalog.definitions()) {
    std::ranges::copy(definition.configs | std::views::keys, std::inserter(names, names.end()));
  }
  return {names.begin(), names.end()};
}

TopicHealthResult assessTopics(const client::ClusterMetadata& metadata,
                               const TopicConfigMap& configs, const Catalog& catalog) {
  Assessment assessment(metadata, configs);
  for (const client::TopicDescription& topic : metadata.topics) {
    if (!topic.error || topic.error->code != ErrorCode::kTopicNotFound) {
      assessment.lookAt(topic);
    }
  }
  for (const WantedTopic& wanted : wantedOnCluster(metadata, catalog)) {
    assessment.compare(wanted, metadata);
  }
  return assessment.finish();
}

}  // namespace caas::kafka::topics
