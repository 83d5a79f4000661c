#include <algorithm>
#include <atomic>
#include <mutex>
#include <utility>

#include <fmt/format.h>

#include "core/errors.hpp"
#include "health/cluster_look.hpp"
#include "health/cluster_watch.hpp"
#include "health/controller_finder.hpp"
#include "health/registry_look.hpp"
#include "snapshot/source.hpp"
#include "topics/assess.hpp"

namespace caas::kafka::snapshot {
namespace {

using topics::Deadline;

/// Leaders whose offsets are asked for side by side.
constexpr int kLeadersAtOnce = 16;
/// A description of a topic has some hundred bytes a partition.
constexpr std::size_t kTopicsAtOnce = 1'000;

class ClusterSource final : public Source {
 public:
  ClusterSource(const Settings& settings, std::shared_ptr<const Catalog> catalog,
                const SnapshotOptions& options, Clock& clock)
      : catalog_(std::move(catalog)),
        options_(options),
        clock_(clock),
        watch_(settings, clock),
        controller_(settings, clock),
        registry_(settings.schemaRegistry, clock),
        groups_(GroupManager::create(settings, catalog_, clock)) {}

  Result<ClusterLook> look(Milliseconds total) override {
    const Deadline deadline(clock_, total);
    CAAS_ASSIGN(auto survey, watch_.survey(deadline));
    ClusterLook look{
        .clusterId = survey.clusterId, .brokers = {}, .metadata = watch_.metadata(deadline)};
    look.brokers = health::brokersOf(
        survey, look.metadata ? health::replicaIds(*look.metadata) : std::set<int>{}, watch_);
    const std::lock_guard lock(mutex_);
    survey_ = std::move(survey);
    return look;
  }

  std::optional<health::ControllerVerdict> controller(Milliseconds total) override {
    std::vector<client::BrokerInfo> brokers;
    for (const auto& [id, broker] : survey().listed) {
      brokers.push_back(broker);
    }
    return controller_.find(brokers, total);
  }

  std::optional<RegistryHealth> registry(Milliseconds total) override {
    return registry_.ask(total);
  }

  std::vector<LeaderOffsets> offsets(const std::map<int, std::vector<GroupPartition>>& byLeader,
                                     client::OffsetSpec spec, Milliseconds total) override {
    const Deadline deadline(clock_, total);
    std::vector<LeaderOffsets> answers;
    std::vector<const std::vector<GroupPartition>*> partitions;
    for (const auto& [leader, led] : byLeader) {
      answers.push_back({leader, consume::OffsetMap{}});
      partitions.push_back(&led);
    }
    const auto asked = survey();
    const auto admin = watch_.admin(deadline);
    consume::sideBySide(answers.size(), kLeadersAtOnce, [&](std::size_t i) {
      auto& answer = answers[i];
      if (!admin) {
        answer.offsets = fail(admin.error());
      } else if (!asked.answered(answer.leader)) {
        // It would only be waited for.
        answer.offsets = fail(errors::timeout(
            fmt::format("broker {}, which leads partitions,", answer.leader), total));
      } else {
        const consume::GroupAsk ask{**admin, clock_, deadline};
        answer.offsets = consume::offsetsOf(ask, *partitions[i], spec, false);
      }
    });
    return answers;
  }

  Result<topics::TopicConfigMap> configs(const std::vector<std::string>& topics,
                                         Milliseconds total) override {
    return watch_.configs(topics, topics::configsToDescribe(*catalog_), survey(),
                          Deadline(clock_, total));
  }

  Result<std::map<std::string, std::string>> topicIds(const std::vector<std::string>& topics,
                                                      Milliseconds total) override {
    const Deadline deadline(clock_, total);
    CAAS_ASSIGN(const auto admin, watch_.admin(deadline));
    std::map<std::string, std::string> ids;
    for (std::size_t at = 0; at < topics.size(); at += kTopicsAtOnce) {
      const auto last = std::min(at + kTopicsAtOnce, topics.size());
      CAAS_ASSIGN(const auto described,
                  admin->describeTopics(
                      {topics.begin() + static_cast<std::ptrdiff_t>(at),
                       topics.begin() + static_cast<std::ptrdiff_t>(last)},
                      {.timeout = deadline.slice(deadline.total()), .broker = survey().quickest}));
      for (const auto& topic : described) {
        if (!topic.error) {
          ids.emplace(topic.name, topic.topicId);
        }
      }
    }
    return ids;
  }

  Result<std::vector<GroupSummary>> groups(Milliseconds total) override {
    return groups_->listGroups({.describeAtMost = 0}, total);
  }
  Result<LagSnapshot> lag(Milliseconds total) override {
    return groups_->lag({.maxAgeReads = options_.maxAgeReads, .ageReadTime = options_.ageReadTime},
                        total);
  }

 private:
  [[nodiscard]] health::Survey survey() const {
    const std::lock_guard lock(mutex_);
    return survey_;
  }

  const std::shared_ptr<const Catalog> catalog_;
  const SnapshotOptions options_;
  Clock& clock_;
  health::ClusterWatch watch_;
  health::ControllerFinder controller_;
  health::RegistryLook registry_;
  const std::unique_ptr<GroupManager> groups_;
  mutable std::mutex mutex_;
  health::Survey survey_;
};

}  // namespace

std::unique_ptr<Source> makeClusterSource(const Settings& settings,
                                          std::shared_ptr<const Catalog> catalog,
                                          const SnapshotOptions& options, Clock& clock) {
  return std::make_unique<ClusterSource>(settings, std::move(catalog), options, clock);
}

}  // namespace caas::kafka::snapshot
