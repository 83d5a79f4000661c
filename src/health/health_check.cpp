#include <algorithm>
#include <future>
#include <ranges>
#include <set>

#include <fmt/format.h>

#include "caas/kafka/health.hpp"
#include "core/errors.hpp"
#include "health/cluster_look.hpp"
#include "health/cluster_watch.hpp"
#include "health/controller_finder.hpp"
#include "health/registry_look.hpp"
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
    auto registry = std::async(std::launch::async, [&] { return parts_->registry.ask(total); });
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
    return health::brokersOf(survey, metadata ? health::replicaIds(*metadata) : std::set<int>{},
                             parts_->watch);
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
    const auto brokers = health::brokersOf(survey, health::replicaIds(metadata), parts_->watch);
    auto stats =
        health::statsOf(health::clusterOf(survey.clusterId, brokers, controller(survey, deadline)),
                        metadata, parts_->catalog);
    stats.consumerGroups = static_cast<int>(groups.size());
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
        : catalog(definitions),
          clock(time),
          watch(settings, time),
          registry(settings.schemaRegistry, time),
          controller(settings, time) {}
    const Catalog& catalog;
    Clock& clock;
    ClusterWatch watch;
    health::RegistryLook registry;
    health::ControllerFinder controller;
  };

  [[nodiscard]] Result<void> usable() const {
    if (!parts_) {
      return fail(broken_);
    }
    return {};
  }

  std::optional<int> controller(const Survey& survey, const Deadline& deadline) {
    std::vector<client::BrokerInfo> brokers;
    for (const auto& [id, broker] : survey.listed) {
      brokers.push_back(broker);
    }
    return parts_->controller.find(brokers, deadline.slice(deadline.total())).id;
  }

  health::Findings look(const Deadline& deadline, HealthCheckResult::Details& details) {
    auto survey = parts_->watch.survey(deadline);
    if (!survey) {
      return {.brokers = fail(survey.error()), .topics = fail(survey.error())};
    }
    // Beside the rest: the exporter of a broker that hangs does not answer either.
    auto active = std::async(std::launch::async, [&] { return controller(*survey, deadline); });
    health::Findings findings{.brokers = {}, .topics = {}};
    const auto metadata = parts_->watch.metadata(deadline);
    auto brokers = health::brokersOf(
        *survey, metadata ? health::replicaIds(*metadata) : std::set<int>{}, parts_->watch);
    if (metadata) {
      findings.topics = topicsOf(*survey, *metadata, deadline);
      findings.missingPlatformTopics = topics::namesOf(
          topics::missingFrom(*metadata, topics::wantedOfPlatform(parts_->catalog)));
    } else {
      findings.topics = fail(metadata.error());
    }
    details.cluster = health::clusterOf(survey->clusterId, brokers, active.get());
    findings.brokers = std::move(brokers);
    return findings;
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
