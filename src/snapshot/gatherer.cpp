#include "snapshot/gatherer.hpp"

#include <algorithm>
#include <future>
#include <set>
#include <utility>

#include <fmt/format.h>

#include "core/errors.hpp"
#include "health/cluster_look.hpp"
#include "topics/assess.hpp"
#include "topics/inventory.hpp"

namespace caas::kafka::snapshot {
namespace {

using topics::Deadline;

/// On a thread of its own; where there is none to be had, when its answer is wanted.
template <class Work>
auto beside(Work work) {
  return std::async(std::launch::async | std::launch::deferred, std::move(work));
}

}  // namespace

Gatherer::Gatherer(std::unique_ptr<Source> source, std::shared_ptr<const Catalog> catalog,
                   const SnapshotOptions& options, Clock& clock)
    : source_(std::move(source)),
      catalog_(std::move(catalog)),
      options_(options),
      clock_(clock),
      brokers_(fail(errors::internal("nobody has looked at the cluster yet"))),
      metadataFailure_(errors::internal("nobody has looked at the topics yet")),
      tracker_(options.lagTracker) {}

template <class Ask>
auto Gatherer::timed(Ask ask) -> Timed<decltype(ask())> {
  const auto at = clock_.now();
  const auto begin = clock_.steadyNow();
  auto answer = ask();
  return {std::move(answer), at, std::chrono::ceil<Milliseconds>(clock_.steadyNow() - begin)};
}

template <class T>
bool Gatherer::note(SnapshotPart part, const Timed<Result<T>>& timed) {
  PartState& state = parts_[part];
  state.took = timed.took;
  state.failure = timed.answer ? std::nullopt : std::optional(timed.answer.error());
  if (timed.answer) {
    state.takenAt = timed.at;
  }
  return timed.answer.has_value();
}

std::shared_ptr<const ClusterSnapshot> Gatherer::gather() {
  const Deadline deadline(clock_, options_.deadline);
  auto snapshot = std::make_shared<ClusterSnapshot>();
  snapshot->number = ++number_;
  snapshot->takenAt = clock_.now();
  const auto begin = clock_.steadyNow();

  auto lag = beside([&] { return timed([&] { return source_->lag(deadline.left()); }); });
  auto groups = beside([&] { return timed([&] { return source_->groups(deadline.left()); }); });
  auto registry = beside([&] { return source_->registry(deadline.left()); });
  lookAtCluster(deadline);
  auto controller =
      beside([&] { return timed([&] { return source_->controller(deadline.left()); }); });

  const bool all = !slowAt_ || begin - *slowAt_ >= options_.slowInterval;
  const auto slowTopics =
      all ? topics::topicsToDescribe(metadata_, *catalog_) : topicsForSlowLook();
  const bool askForSlow = !metadataFailure_ && (all || !slowTopics.empty());
  std::future<Timed<Result<Slow>>> slow;
  if (askForSlow) {
    slow = beside([&] { return timed([&] { return askSlow(slowTopics, all, deadline); }); });
  }
  const auto byLeader = partitionsByLeader(nullptr);
  takeEnds(timed(
      [&] { return source_->offsets(byLeader, client::OffsetSpec::latest(), deadline.left()); }));
  if (askForSlow) {
    takeSlow(slow.get(), all);
  }
  registry_ = registry.get();
  if (auto told = controller.get(); told.answer) {
    controllerId_ = told.answer->id;
    Timed<Result<int>> known{.answer = 0, .at = told.at, .took = told.took};
    if (!told.answer->id) {
      known.answer = fail(Error{ErrorCode::kUnavailable, told.answer->why, {}, true});
    }
    note(SnapshotPart::kController, known);
  }
  if (auto listed = groups.get(); note(SnapshotPart::kGroups, listed)) {
    groups_ = *std::move(listed.answer);
  }
  if (auto looked = lag.get(); note(SnapshotPart::kLag, looked)) {
    lag_ = tracker_.add(*std::move(looked.answer));
  }
  assemble(*snapshot);
  snapshot->took = std::chrono::ceil<Milliseconds>(clock_.steadyNow() - begin);
  snapshot->health.latency = snapshot->took;
  return snapshot;
}

void Gatherer::lookAtCluster(const Deadline& deadline) {
  auto look = timed([&] { return source_->look(deadline.left()); });
  Timed<Result<client::ClusterMetadata>> metadata{.answer = {}, .at = look.at, .took = look.took};
  if (note(SnapshotPart::kHealth, look)) {
    clusterId_ = look.answer->clusterId;
    brokers_ = std::move(look.answer->brokers);
    metadata.answer = std::move(look.answer->metadata);
  } else {
    brokers_ = fail(look.answer.error());
    metadata.answer = fail(look.answer.error());
  }
  if (note(SnapshotPart::kTopics, metadata)) {
    metadata_ = *std::move(metadata.answer);
    metadataFailure_.reset();
    forgetWhatIsGone();
  } else {
    metadataFailure_ = std::move(metadata.answer).error();
  }
}

void Gatherer::forgetWhatIsGone() {
  const auto gone = [this](const std::string& topic) {
    return topics::findTopic(metadata_, topic) == nullptr;
  };
  std::erase_if(configs_, [&](const auto& item) { return gone(item.first); });
  std::erase_if(topicIds_, [&](const auto& item) { return gone(item.first); });
  std::erase_if(ends_, [&](const auto& item) { return gone(item.first.topic); });
}

/// Those that came since the last time, or lack replicas and were not asked about so far.
std::vector<std::string> Gatherer::topicsForSlowLook() {
  auto topics = topics::topicsToDescribe(metadata_, *catalog_);
  std::erase_if(topics, [this](const std::string& topic) { return configs_.contains(topic); });
  return topics;
}

Gatherer::Partitions Gatherer::partitionsByLeader(const std::vector<std::string>* only) const {
  Partitions byLeader;
  for (const client::TopicDescription& topic : metadata_.topics) {
    if (only != nullptr && !std::ranges::binary_search(*only, topic.name)) {
      continue;
    }
    for (const client::PartitionInfo& partition : topic.partitions) {
      if (partition.leader) {
        byLeader[*partition.leader].push_back({topic.name, partition.id});
      }
    }
  }
  return byLeader;
}

/// Settings are of interest for the catalog's topics alone; the rest for all of them.
Result<Gatherer::Slow> Gatherer::askSlow(const std::vector<std::string>& topics, bool all,
                                         const Deadline& deadline) {
  std::vector<std::string> names;
  for (const client::TopicDescription& topic : metadata_.topics) {
    if (all) {
      names.push_back(topic.name);
    }
  }
  const auto& wider = all ? names : topics;
  Slow slow;
  CAAS_ASSIGN(slow.configs, source_->configs(topics, deadline.left()));
  CAAS_ASSIGN(slow.ids, source_->topicIds(wider, deadline.left()));
  slow.starts =
      source_->offsets(partitionsByLeader(&wider), client::OffsetSpec::earliest(), deadline.left());
  for (const LeaderOffsets& starts : slow.starts) {
    if (!starts.offsets) {
      return fail(starts.offsets.error());
    }
  }
  return slow;
}

void Gatherer::takeSlow(Timed<Result<Slow>> slow, bool all) {
  if (!note(SnapshotPart::kConfigs, slow)) {
    return;
  }
  if (all) {
    slowAt_ = clock_.steadyNow();
    configs_.clear();
    topicIds_.clear();
  }
  configs_.merge(slow.answer->configs);
  topicIds_.merge(slow.answer->ids);
  for (const LeaderOffsets& starts : slow.answer->starts) {
    for (const auto& [id, offset] : *starts.offsets) {
      if (!offset.error) {
        ends_[id].start = offset.offset;
      }
    }
  }
}

void Gatherer::takeEnds(Timed<std::vector<LeaderOffsets>> answers) {
  Timed<Result<int>> state{.answer = 0, .at = answers.at, .took = answers.took};
  std::set<std::string> madeAnew;
  for (const LeaderOffsets& ends : answers.answer) {
    if (!ends.offsets) {
      state.answer = fail(ends.offsets.error());
      continue;
    }
    for (const auto& [id, offset] : *ends.offsets) {
      if (offset.error) {
        state.answer = fail(*offset.error);
        continue;
      }
      auto& known = ends_[id];
      if (known.end && offset.offset < *known.end) {
        madeAnew.insert(id.topic);
      }
      known.end = offset.offset;
    }
  }
  if (metadataFailure_) {
    state.answer = fail(*metadataFailure_);
  }
  note(SnapshotPart::kOffsets, state);
  // Another topic of that name: what is known of it was the old one's.
  for (const auto& topic : madeAnew) {
    configs_.erase(topic);
    topicIds_.erase(topic);
    for (auto at = ends_.lower_bound({topic, 0}); at != ends_.end() && at->first.topic == topic;
         ++at) {
      at->second.start.reset();
    }
  }
}

HealthCheckResult Gatherer::healthOf(const ClusterSnapshot& snapshot,
                                     const ClusterDetails& cluster) const {
  health::Findings findings{.brokers = brokers_,
                            .topics = topics::assessTopics(metadata_, configs_, *catalog_),
                            .missingPlatformTopics = topics::namesOf(topics::missingFrom(
                                metadata_, topics::wantedOfPlatform(*catalog_))),
                            .registry = registry_};
  if (metadataFailure_) {
    findings.topics = fail(*metadataFailure_);
    findings.missingPlatformTopics.reset();
  }
  auto verdict = health::judge(findings);
  HealthCheckResult result;
  result.status = verdict.status;
  result.healthy = verdict.status == HealthStatus::kHealthy;
  result.reasons = std::move(verdict.reasons);
  result.checkedAt = snapshot.takenAt;
  if (brokers_) {
    result.details.brokers = *brokers_;
    result.details.cluster = cluster;
  }
  if (findings.topics) {
    result.details.topics = *std::move(findings.topics);
  }
  result.details.registry = registry_;
  return result;
}

void Gatherer::assemble(ClusterSnapshot& snapshot) const {
  const auto cluster =
      health::clusterOf(clusterId_, brokers_.value_or(std::vector<BrokerHealth>{}), controllerId_);
  snapshot.health = healthOf(snapshot, cluster);
  snapshot.topics = topicsOf({metadata_, configs_, topicIds_, ends_}, *catalog_);
  snapshot.tenants = topics::tenantsOf(metadata_, *catalog_);
  snapshot.groups = groups_;
  snapshot.lag = lag_;
  addMembers(snapshot.groups, snapshot.lag);
  snapshot.stats = health::statsOf(cluster, metadata_, *catalog_);
  snapshot.stats.consumerGroups = static_cast<int>(groups_.size());
  countDeadLetters(snapshot);
  snapshot.parts = parts_;
}

}  // namespace caas::kafka::snapshot
