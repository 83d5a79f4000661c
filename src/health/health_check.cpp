#include <algorithm>
#include <future>
#include <ranges>
#include <set>

#include <fmt/format.h>

#include "caas/kafka/health.hpp"
#include "caas/kafka/schema_registry.hpp"
#include "core/errors.hpp"
#include "health/cluster_watch.hpp"
#include "health/verdict.hpp"
#include "topics/inventory.hpp"
#include "topics/wanted.hpp"

namespace caas::kafka {

using health::Answer;
using health::ClusterWatch;
using health::Deadline;
using health::Survey;

std::string_view toString(HealthStatus status) {
  switch (status) {
    case HealthStatus::kHealthy: return "healthy";
    case HealthStatus::kDegraded: return "degraded";
    case HealthStatus::kUnhealthy: return "unhealthy";
  }
  return "unknown";
}

namespace {

std::set<int> replicaIds(const client::ClusterMetadata& metadata) {
  std::set<int> ids;
  for (const auto& topic : metadata.topics) {
    for (const auto& partition : topic.partitions) {
      ids.insert(partition.replicas.begin(), partition.replicas.end());
    }
  }
  return ids;
}

BrokerHealth brokerHealth(const client::BrokerInfo& info) {
  BrokerHealth health;
  health.nodeId = info.id;
  health.host = info.host;
  health.port = info.port;
  health.rack = info.rack;
  return health;
}

/// Why a broker that is listed as living did not answer well.
std::string whyNoAnswer(const Error& error) {
  if (error.code == ErrorCode::kTimeout || error.code == ErrorCode::kConnectionTimeout) {
    return "it does not answer: its process hangs or just died, or the network to it is cut; look "
           "at the process and its log";
  }
  return error.describe();
}

constexpr Milliseconds kRegistryPatience{2'000};
constexpr std::string_view kGone =
    "it is down, hangs, or is cut off: the cluster has given it up, and partitions have replicas "
    "on "
    "it; start it, or look why it hangs";

}  // namespace

class HealthCheck::Impl {
 public:
  Impl(const Settings& settings, const Catalog& catalog, Clock& clock)
      : parts_(std::make_unique<Parts>(settings, catalog, clock)) {}
  explicit Impl(Error broken) : broken_(std::move(broken)) {}

  HealthCheckResult check(Milliseconds total) {
    if (!parts_) {
      HealthCheckResult result;
      result.checkedAt = systemClock().now();
      result.reasons.push_back(broken_.describe());
      return result;
    }
    const Deadline deadline(parts_->clock, total);
    const auto begin = parts_->clock.steadyNow();
    HealthCheckResult result;
    result.checkedAt = parts_->clock.now();
    // Beside the brokers: one that hangs takes nothing of their time.
    auto registry = std::async(std::launch::async, [&] { return askRegistry(total); });
    auto findings = look(deadline, result.details);
    findings.registry = result.details.registry = registry.get();
    auto verdict = health::judge(findings);
    result.status = verdict.status;
    result.healthy = verdict.status == HealthStatus::kHealthy;
    result.reasons = std::move(verdict.reasons);
    if (findings.brokers) {
      result.details.brokers = *std::move(findings.brokers);
    }
    if (findings.topics) {
      result.details.topics = *std::move(findings.topics);
    }
    result.latency = std::chrono::ceil<Milliseconds>(parts_->clock.steadyNow() - begin);
    return result;
  }

  Result<std::vector<BrokerHealth>> checkBrokers(Milliseconds total) {
    CAAS_TRY(usable());
    const Deadline deadline(parts_->clock, total);
    CAAS_ASSIGN(const auto survey, parts_->watch.survey(deadline));
    // Without metadata the brokers that are asked are known all the same; only those that are long
    // dead are not.
    const auto metadata = parts_->watch.metadata(deadline);
    return brokersOf(survey, metadata ? replicaIds(*metadata) : std::set<int>{});
  }

  Result<TopicHealthResult> checkTopics(Milliseconds total) {
    CAAS_TRY(usable());
    const Deadline deadline(parts_->clock, total);
    CAAS_ASSIGN(const auto survey, parts_->watch.survey(deadline));
    CAAS_ASSIGN(const auto metadata, parts_->watch.metadata(deadline));
    return topicsOf(survey, metadata, deadline);
  }

  Result<ClusterStats> getStats(Milliseconds total) {
    CAAS_TRY(usable());
    const Deadline deadline(parts_->clock, total);
    CAAS_ASSIGN(const auto survey, parts_->watch.survey(deadline));
    CAAS_ASSIGN(const auto metadata, parts_->watch.metadata(deadline));
    CAAS_TRY(allAnswered(survey));
    CAAS_ASSIGN(const auto groups, parts_->watch.groups(deadline));
    ClusterStats stats;
    stats.cluster = clusterOf(survey.clusterId, brokersOf(survey, replicaIds(metadata)));
    stats.topics = static_cast<int>(metadata.topics.size());
    stats.tenants = static_cast<int>(topics::tenantIdsOf(metadata, parts_->catalog).size());
    stats.consumerGroups = static_cast<int>(groups.size());
    for (const auto& topic : metadata.topics) {
      stats.partitions += static_cast<int>(topic.partitions.size());
      for (const auto& partition : topic.partitions) {
        stats.underReplicatedPartitions += topics::underReplicated(partition) ? 1 : 0;
        stats.offlinePartitions += partition.leader ? 0 : 1;
      }
    }
    return stats;
  }

  PingResult ping(Milliseconds total) {
    PingResult result;
    if (const auto able = usable(); !able) {
      result.error = able.error().describe();
      return result;
    }
    const Deadline deadline(parts_->clock, total);
    const auto begin = parts_->clock.steadyNow();
    const auto answered = parts_->watch.anyAnswers(deadline);
    result.latency = std::chrono::ceil<Milliseconds>(parts_->clock.steadyNow() - begin);
    result.success = answered.has_value();
    if (!answered) {
      result.error = answered.error().describe();
    }
    return result;
  }

 private:
  struct Parts {
    Parts(const Settings& settings, const Catalog& definitions, Clock& time)
        : catalog(definitions), clock(time), watch(settings, time) {
      const auto& wanted = settings.schemaRegistry;
      if (wanted.eventFormat != EventFormat::kJson || wanted.autoRegister) {
        if (auto made = SchemaRegistry::create(wanted, {}, time)) {
          registry = *std::move(made);
        }
      }
    }
    const Catalog& catalog;
    Clock& clock;
    ClusterWatch watch;
    std::unique_ptr<SchemaRegistry> registry;  ///< where events need it
  };

  [[nodiscard]] Result<void> usable() const {
    if (!parts_) {
      return fail(broken_);
    }
    return {};
  }

  std::optional<RegistryHealth> askRegistry(Milliseconds total) {
    if (!parts_->registry) {
      return std::nullopt;
    }
    RegistryHealth health{.urls = parts_->registry->urls()};
    const auto begin = parts_->clock.steadyNow();
    const auto answered = parts_->registry->ping(std::min(total, kRegistryPatience));
    health.latency = std::chrono::ceil<Milliseconds>(parts_->clock.steadyNow() - begin);
    health.up = answered.has_value();
    health.error = answered ? "" : answered.error().message;
    return health;
  }

  health::Findings look(const Deadline& deadline, HealthCheckResult::Details& details) {
    auto survey = parts_->watch.survey(deadline);
    if (!survey) {
      return {.brokers = fail(survey.error()), .topics = fail(survey.error())};
    }
    const auto metadata = parts_->watch.metadata(deadline);
    auto brokers = brokersOf(*survey, metadata ? replicaIds(*metadata) : std::set<int>{});
    details.cluster = clusterOf(survey->clusterId, brokers);
    if (!metadata) {
      return {.brokers = std::move(brokers), .topics = fail(metadata.error())};
    }
    return {.brokers = std::move(brokers),
            .topics = topicsOf(*survey, *metadata, deadline),
            .missingPlatformTopics = topics::namesOf(
                topics::missingFrom(*metadata, topics::wantedOfPlatform(parts_->catalog)))};
  }

  Result<TopicHealthResult> topicsOf(const Survey& survey, const client::ClusterMetadata& metadata,
                                     const Deadline& deadline) {
    CAAS_ASSIGN(
        const auto configs,
        parts_->watch.configs(topics::topicsToDescribe(metadata, parts_->catalog),
                              topics::configsToDescribe(parts_->catalog), survey, deadline));
    return topics::assessTopics(metadata, configs, parts_->catalog);
  }

  /// Each broker lists its own groups, so that without one of them the number would be wrong.
  [[nodiscard]] static Result<void> allAnswered(const Survey& survey) {
    for (const auto& [id, broker] : survey.listed) {
      if (!survey.answered(id)) {
        return fail(Error{.code = ErrorCode::kTimeout,
                          .message = fmt::format("the consumer groups cannot be counted: broker {} "
                                                 "({}:{}) does not answer",
                                                 id, broker.host, broker.port),
                          .hint = "`caas-kafka health` shows what can be said without it",
                          .retriable = true});
      }
    }
    return {};
  }

  /// Those that were asked, and those that only replicas still name.
  std::vector<BrokerHealth> brokersOf(const Survey& survey, const std::set<int>& replicas) {
    std::vector<BrokerHealth> brokers;
    for (const auto& answer : survey.answers) {
      const auto listed = survey.listed.find(answer.broker);
      if (listed == survey.listed.end() && !replicas.contains(answer.broker)) {
        continue;  // taken out of the cluster since the last time
      }
      auto broker = brokerHealth(
          listed == survey.listed.end() ? parts_->watch.lastSeen(answer.broker) : listed->second);
      broker.healthy = answer.cluster.has_value();
      broker.latency = answer.latency;
      if (!broker.healthy) {
        broker.error = listed == survey.listed.end() ? std::string(kGone)
                                                     : whyNoAnswer(answer.cluster.error());
      }
      brokers.push_back(std::move(broker));
    }
    for (const int id : replicas) {
      if (std::ranges::find(survey.answers, id, &Answer::broker) == survey.answers.end()) {
        auto broker = brokerHealth(parts_->watch.lastSeen(id));
        broker.error = kGone;
        brokers.push_back(std::move(broker));
      }
    }
    std::ranges::sort(brokers, {}, &BrokerHealth::nodeId);
    return brokers;
  }

  static ClusterDetails clusterOf(const std::string& clusterId,
                                  const std::vector<BrokerHealth>& brokers) {
    const auto living =
        static_cast<int>(std::ranges::count_if(brokers, [](const auto& b) { return b.healthy; }));
    ClusterDetails details;
    details.clusterId = clusterId;
    details.brokers = living;
    details.offlineBrokers = static_cast<int>(brokers.size()) - living;
    return details;
  }

  std::unique_ptr<Parts> parts_;
  Error broken_{};
};

HealthCheck::HealthCheck(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
HealthCheck::~HealthCheck() = default;

std::unique_ptr<HealthCheck> HealthCheck::create(const Settings& settings, const Catalog& catalog,
                                                 Clock& clock) {
  return std::unique_ptr<HealthCheck>(
      new HealthCheck(std::make_unique<Impl>(settings, catalog, clock)));
}

std::unique_ptr<HealthCheck> HealthCheck::unavailable(Error error) {
  return std::unique_ptr<HealthCheck>(new HealthCheck(std::make_unique<Impl>(std::move(error))));
}

HealthCheckResult HealthCheck::check(Milliseconds deadline) { return impl_->check(deadline); }
Result<std::vector<BrokerHealth>> HealthCheck::checkBrokers(Milliseconds deadline) {
  return impl_->checkBrokers(deadline);
}
Result<TopicHealthResult> HealthCheck::checkTopics(Milliseconds deadline) {
  return impl_->checkTopics(deadline);
}
Result<ClusterStats> HealthCheck::getStats(Milliseconds deadline) {
  return impl_->getStats(deadline);
}
PingResult HealthCheck::ping(Milliseconds deadline) { return impl_->ping(deadline); }

}  // namespace caas::kafka
