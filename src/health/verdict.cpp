#include "health/verdict.hpp"

#include <algorithm>
#include <string_view>

#include <fmt/format.h>

namespace caas::kafka::health {
namespace {

/// Topic problems that are named in the reasons; all are in the details.
constexpr std::size_t kProblemsNamed = 5;
constexpr std::size_t kTopicsNamed = 5;

std::string count(int n, std::string_view one, std::string_view many) {
  return fmt::format("{} {}", n, n == 1 ? one : many);
}

std::string firstFew(const std::vector<std::string>& names) {
  std::string text;
  for (std::size_t i = 0; i < std::min(names.size(), kTopicsNamed); ++i) {
    text += (i == 0 ? "" : ", ") + names[i];
  }
  if (names.size() > kTopicsNamed) {
    text += fmt::format(" and {} more", names.size() - kTopicsNamed);
  }
  return text;
}

/// Collects reasons; the worst status that one of them carries is the verdict's.
class Judgement {
 public:
  void unhealthy(std::string reason) {
    status_ = HealthStatus::kUnhealthy;
    worst_.push_back(std::move(reason));
  }
  void degraded(std::string reason) {
    if (status_ == HealthStatus::kHealthy) {
      status_ = HealthStatus::kDegraded;
    }
    rest_.push_back(std::move(reason));
  }
  [[nodiscard]] bool healthy() const { return status_ == HealthStatus::kHealthy; }

  [[nodiscard]] Verdict finish(std::vector<std::string> details) && {
    std::ranges::move(rest_, std::back_inserter(worst_));
    std::ranges::move(details, std::back_inserter(worst_));
    return {status_, std::move(worst_)};
  }

 private:
  HealthStatus status_ = HealthStatus::kHealthy;
  std::vector<std::string> worst_;
  std::vector<std::string> rest_;
};

void judgeBrokers(Judgement& judgement, const std::vector<BrokerHealth>& brokers) {
  for (const auto& broker : brokers) {
    if (broker.healthy) {
      continue;
    }
    const auto where =
        broker.host.empty() ? std::string() : fmt::format(" ({}:{})", broker.host, broker.port);
    judgement.degraded(
        fmt::format("broker {}{} is not healthy: {}", broker.nodeId, where, broker.error));
  }
}

void judgeTopics(Judgement& judgement, const Findings& findings) {
  const auto& topics = *findings.topics;
  if (topics.offlinePartitions > 0) {
    judgement.unhealthy(fmt::format(
        "{} without a leader: nothing can be written there or read; start the missing brokers",
        count(topics.offlinePartitions, "partition is", "partitions are")));
  }
  if (topics.underMinIsrPartitions > 0) {
    judgement.unhealthy(
        fmt::format("{} fewer in-sync replicas than min.insync.replicas: writes "
                    "with acks=all are refused; start the missing brokers",
                    count(topics.underMinIsrPartitions, "partition has", "partitions have")));
  }
  int incomplete = topics.missingTopics;
  if (const auto& missing = findings.missingPlatformTopics; missing && !missing->empty()) {
    judgement.unhealthy(fmt::format("{} missing ({}): run `caas-kafka init`",
                                    count(static_cast<int>(missing->size()),
                                          "topic of the platform is", "topics of the platform are"),
                                    firstFew(*missing)));
    incomplete -= static_cast<int>(missing->size());
  }
  if (incomplete > 0) {
    judgement.degraded(
        fmt::format("{} missing: run `caas-kafka tenants create` for them again",
                    count(incomplete, "topic of a tenant is", "topics of tenants are")));
  }
  if (topics.underReplicatedPartitions > 0) {
    judgement.degraded(fmt::format(
        "{} not in sync: they catch up once their broker is back, and have no copy to spare "
        "meanwhile",
        count(topics.underReplicatedPartitions, "partition has a replica that is",
              "partitions have a replica that is")));
  }
  if (topics.driftedTopics > 0) {
    judgement.degraded(
        fmt::format("{} other settings than the catalog declares: see "
                    "`caas-kafka topics plan`",
                    count(topics.driftedTopics, "topic has", "topics have")));
  }
}

std::vector<std::string> problemsOf(const TopicHealthResult& topics) {
  std::vector<std::string> texts;
  const auto named = std::min(topics.problems.size(), kProblemsNamed);
  texts.reserve(named + 1);
  for (std::size_t i = 0; i < named; ++i) {
    texts.push_back(fmt::format("{}: {}", topics.problems[i].topic, topics.problems[i].problem));
  }
  const auto left =
      topics.problems.size() - named + static_cast<std::size_t>(topics.problemsNotShown);
  if (left > 0) {
    texts.push_back(fmt::format("{} with problems: see `caas-kafka topics health`",
                                count(static_cast<int>(left), "more topic", "more topics")));
  }
  return texts;
}

}  // namespace

Verdict judge(const Findings& findings) {
  Judgement judgement;
  if (!findings.brokers) {
    judgement.unhealthy(findings.brokers.error().describe());
    return std::move(judgement).finish({});
  }
  judgeBrokers(judgement, *findings.brokers);
  if (const auto& registry = findings.registry; registry && !registry->up) {
    judgement.degraded(fmt::format(
        "the schema registry does not answer ({}): schemas that were used before go on, new ones "
        "wait",
        registry->error));
  }
  if (!findings.topics) {
    judgement.degraded(
        fmt::format("the topics could not be checked: {}", findings.topics.error().describe()));
    return std::move(judgement).finish({});
  }
  judgeTopics(judgement, findings);
  if (judgement.healthy()) {
    return std::move(judgement).finish(
        {fmt::format("{} answered; {} with {} have all replicas in sync and the declared settings",
                     count(static_cast<int>(findings.brokers->size()), "broker", "brokers"),
                     count(findings.topics->topics, "topic", "topics"),
                     count(findings.topics->partitions, "partition", "partitions"))});
  }
  return std::move(judgement).finish(problemsOf(*findings.topics));
}

}  // namespace caas::kafka::health
