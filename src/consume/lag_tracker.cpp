#include <algorithm>
#include <map>

#include "caas/kafka/groups.hpp"
#include "consume/lag.hpp"
#include "consume/lag_status.hpp"

namespace caas::kafka {

class LagTracker::Impl {
 public:
  explicit Impl(LagTrackerOptions options) : options_(options) {}

  [[nodiscard]] LagSnapshot add(LagSnapshot snapshot);
  [[nodiscard]] std::size_t partitions() const { return series_.size(); }

 private:
  struct Series {
    std::vector<consume::LagLook> looks;
    /// The last timestamp that was read, and of which committed offset.
    std::optional<std::pair<std::int64_t, Timestamp>> head{};
  };
  using Key = std::pair<std::string, GroupPartition>;

  void judge(PartitionLag& partition, const GroupLag& group, Timestamp now);
  void forget(Timestamp now);

  const LagTrackerOptions options_;
  std::map<Key, Series> series_;
};

LagTracker::LagTracker(LagTrackerOptions options) : impl_(std::make_unique<Impl>(options)) {}
LagTracker::~LagTracker() = default;
LagTracker::LagTracker(LagTracker&&) noexcept = default;
LagTracker& LagTracker::operator=(LagTracker&&) noexcept = default;
LagSnapshot LagTracker::add(LagSnapshot snapshot) { return impl_->add(std::move(snapshot)); }
std::size_t LagTracker::partitions() const { return impl_->partitions(); }

LagSnapshot LagTracker::Impl::add(LagSnapshot snapshot) {
  for (GroupLag& group : snapshot.groups) {
    for (TopicLag& topic : group.topics) {
      for (PartitionLag& partition : topic.partitions) {
        judge(partition, group, snapshot.takenAt);
      }
    }
    consume::sumUp(group);
  }
  forget(snapshot.takenAt);
  return snapshot;
}

void LagTracker::Impl::judge(PartitionLag& partition, const GroupLag& group, Timestamp now) {
  const auto take = [&](consume::LagVerdict verdict) {
    partition.state = verdict.state;
    partition.reason = std::move(verdict.reason);
  };
  Key key{group.group, {partition.topic, partition.partition}};
  auto found = series_.find(key);
  const bool known = found != series_.end();
  if (!partition.committed || partition.error ||
      (!known && std::ssize(series_) >= options_.maxPartitions)) {
    take(consume::judgeOnce(partition, group.members, options_.overdueGrace));
    return;
  }
  if (!known) {
    found = series_.emplace(std::move(key), Series{}).first;
  }
  auto& [looks, head] = found->second;
  std::erase_if(looks, [&](const auto& look) { return look.time < now - options_.window; });
  if (std::ssize(looks) >= std::max(options_.samples, 2)) {
    looks.erase(looks.begin());
  }
  looks.push_back({.time = now,
                   .committed = *partition.committed,
                   .end = partition.endOffset,
                   .records = partition.records.value_or(0)});

  const bool waiting = !partition.retry && partition.records.value_or(0) > 0;
  if (waiting && partition.age) {
    head = {*partition.committed, now - *partition.age};
  } else if (waiting && head && head->first == *partition.committed) {
    partition.age = std::max(now - head->second, Milliseconds{0});
    partition.ageSource = AgeSource::kRecord;
  } else if (waiting) {
    if (const auto age = consume::interpolateAge(looks, *partition.committed)) {
      partition.age = age->age;
      partition.ageSource = age->source;
    }
  }
  take(consume::judgeSeries(looks, partition, group.members, options_));
}

void LagTracker::Impl::forget(Timestamp now) {
  std::erase_if(series_, [&](const auto& entry) {
    const auto& looks = entry.second.looks;
    return looks.empty() || looks.back().time < now - options_.window;
  });
}

}  // namespace caas::kafka
