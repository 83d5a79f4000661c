#include "consume/groups_lag.hpp"

#include <algorithm>
#include <set>

#include <fmt/format.h>

#include "consume/lag_status.hpp"
#include "consume/ledger_metadata.hpp"
#include "core/errors.hpp"

namespace caas::kafka::consume {
namespace {

struct Owner {
  std::string memberId;
  std::string clientId;
  std::string host;
};

/// One group on its way through the look.
struct Work {
  GroupLag lag;
  bool simple = false;  ///< never had members: all that is known are its commits
  bool exists = false;
  std::map<GroupPartition, client::CommittedOffset> committed;
  std::map<GroupPartition, Owner> owners;
  std::optional<Error> error{};
};

class Look {
 public:
  Look(const GroupAsk& ask, const Settings& settings, const Catalog* catalog,
       const LagOptions& options)
      : ask_(ask),
        settings_(settings),
        catalog_(catalog),
        options_(options),
        topics_(options.topics.begin(), options.topics.end()) {
    snapshot_.readCommitted = options.readCommitted;
  }

  /// Committed offsets before ends: the other order makes lags negative.
  Result<LagSnapshot> take() {
    CAAS_TRY(findGroups());
    CAAS_TRY(describe());
    readCommitted();
    if (options_.group && !works_.front().exists && works_.front().committed.empty() &&
        !works_.front().error) {
      return fail(groupNotFound(*options_.group));
    }
    CAAS_ASSIGN(ends_, partitionsOf(ask_, topicsRead()));
    keepWhatIsRead();
    CAAS_TRY(readEnds(ask_, ends_, options_.readCommitted));
    snapshot_.takenAt = ask_.clock.now();
    for (Work& work : works_) {
      if (!work.error) {
        fill(work);
      }
    }
    CAAS_TRY(checkBeyondEnd());
    readAges();
    return finish();
  }

 private:
  [[nodiscard]] bool wanted(std::string_view topic) const {
    return topics_.empty() || topics_.contains(topic);
  }

  Result<void> findGroups() {
    if (options_.group) {
      Work work;
      work.lag.group = *options_.group;
      works_.push_back(std::move(work));
      return {};
    }
    CAAS_ASSIGN(const auto groups, listGroups(ask_));
    for (const client::GroupInfo& group : groups) {
      Work work;
      work.lag.group = group.id;
      work.lag.groupState = group.state;
      work.lag.type = groupTypeOf(group.type);
      work.simple = group.simple;
      work.exists = true;
      if (group.state == "Empty" && !group.simple) {
        work.lag.members = 0;
      }
      works_.push_back(std::move(work));
    }
    return {};
  }

  /// Members and what they have. Empty groups need no request.
  Result<void> describe() {
    std::vector<std::string> names;
    for (const Work& work : works_) {
      if (!work.lag.members) {
        names.push_back(work.lag.group);
      }
    }
    CAAS_ASSIGN(const auto described, describeGroups(ask_, names));
    for (const client::GroupDescription& group : described) {
      auto& work = *std::ranges::find(
          works_, group.id, [](const Work& w) -> const std::string& { return w.lag.group; });
      work.exists = true;
      if (group.error) {
        work.error = group.error;
        continue;
      }
      work.lag.groupState = group.state;
      work.lag.type = groupTypeOf(group.type);
      work.simple = work.simple || (group.simple && group.members.empty());
      if (!work.simple) {
        work.lag.members = static_cast<int>(group.members.size());
      }
      for (const client::GroupMember& member : group.members) {
        for (const client::TopicPartition& partition : member.assignment) {
          work.owners[{partition.topic, partition.partition}] = {member.memberId, member.clientId,
                                                                 member.host};
        }
      }
    }
    return {};
  }

  void readCommitted() {
    sideBySide(works_.size(), kGroupsAtOnce, [&](std::size_t i) {
      Work& work = works_[i];
      if (work.error) {
        return;
      }
      auto committed = committedOf(ask_, work.lag.group);
      if (!committed) {
        work.error = std::move(committed).error();
        return;
      }
      for (auto& offset : *committed) {
        GroupPartition id{offset.partition.topic, offset.partition.partition};
        if (wanted(id.topic)) {
          work.committed.insert_or_assign(std::move(id), std::move(offset));
        }
      }
    });
  }

  [[nodiscard]] std::vector<std::string> topicsRead() const {
    std::set<std::string> topics;
    for (const Work& work : works_) {
      for (const auto& [id, offset] : work.committed) {
        topics.insert(id.topic);
      }
      for (const auto& [id, owner] : work.owners) {
        if (wanted(id.topic)) {
          topics.insert(id.topic);
        }
      }
    }
    return {topics.begin(), topics.end()};
  }

  /// Partitions of each group: what it committed, what its members have, and the rest of those
  /// topics. A topic that is gone stands in `ends_` as partition -1.
  [[nodiscard]] std::set<GroupPartition> partitionsOfGroup(const Work& work) const {
    std::set<GroupPartition> partitions;
    std::set<std::string_view> topics;
    for (const auto& [id, offset] : work.committed) {
      partitions.insert(id);
      topics.insert(id.topic);
    }
    for (const auto& [id, owner] : work.owners) {
      if (wanted(id.topic)) {
        partitions.insert(id);
        topics.insert(id.topic);
      }
    }
    for (const std::string_view topic : topics) {
      const GroupPartition first{std::string(topic), 0};
      for (auto at = ends_.lower_bound(first);
           !work.simple && at != ends_.end() && at->first.topic == topic; ++at) {
        partitions.insert(at->first);
      }
    }
    return partitions;
  }

  /// What a group with manual assignment does not read need not be asked for.
  void keepWhatIsRead() {
    std::set<GroupPartition> read;
    for (const Work& work : works_) {
      read.merge(partitionsOfGroup(work));
    }
    std::erase_if(ends_, [&](const auto& entry) {
      return entry.first.partition >= 0 && !read.contains(entry.first);
    });
  }

  [[nodiscard]] PartitionEnds endsOf(const GroupPartition& id) const {
    if (const auto found = ends_.find(id); found != ends_.end()) {
      return found->second;
    }
    const auto gone = ends_.find({id.topic, -1});
    return {.error = gone != ends_.end()
                         ? gone->second.error
                         : errors::invalidArgument(fmt::format("topic '{}' has no partition {}",
                                                               id.topic, id.partition))};
  }

  void fill(Work& work) {
    for (const GroupPartition& id : partitionsOfGroup(work)) {
      if (work.lag.topics.empty() || work.lag.topics.back().topic != id.topic) {
        TopicLag topic;
        topic.topic = id.topic;
        if (const auto owner = catalog_ ? catalog_->ownerOf(id.topic) : std::nullopt) {
          topic.entry = owner->definition->entry;
          topic.tenant = owner->tenant ? owner->tenant->str() : "";
        }
        work.lag.topics.push_back(std::move(topic));
      }
      auto& lags = work.lag.topics.back().partitions;
      const auto committed = work.committed.find(id);
      const bool known = committed != work.committed.end();
      PartitionEnds ends = endsOf(id);
      if (known && committed->second.error) {
        ends.error = committed->second.error;
      }
      lags.push_back(
          lagOf(id, known ? std::optional(committed->second.offset) : std::nullopt, ends));
      if (const auto owner = work.owners.find(id); owner != work.owners.end()) {
        lags.back().memberId = owner->second.memberId;
        lags.back().clientId = owner->second.clientId;
        lags.back().host = owner->second.host;
      }
    }
  }

  template <class Visit>
  void forEachPartition(Visit visit) {
    for (Work& work : works_) {
      for (TopicLag& topic : work.lag.topics) {
        for (PartitionLag& partition : topic.partitions) {
          visit(work, partition);
        }
      }
    }
  }

  /// A read_uncommitted consumer may be ahead of the last stable offset; only one that is ahead of
  /// the log itself committed to another topic of that name.
  Result<void> checkBeyondEnd() {
    std::vector<GroupPartition> ahead;
    const auto isAhead = [](const PartitionLag& partition) {
      return !partition.error && partition.committed.value_or(0) > partition.endOffset;
    };
    forEachPartition([&](Work&, PartitionLag& partition) {
      if (isAhead(partition)) {
        ahead.push_back({partition.topic, partition.partition});
      }
    });
    std::ranges::sort(ahead);
    ahead.erase(std::ranges::unique(ahead).begin(), ahead.end());
    CAAS_ASSIGN(const auto logEnds, offsetsOf(ask_, ahead, client::OffsetSpec::latest(), false));
    forEachPartition([&](Work&, PartitionLag& partition) {
      const auto end = logEnds.find({partition.topic, partition.partition});
      if (end != logEnds.end() && !end->second.error && isAhead(partition)) {
        partition.beyondEnd = *partition.committed > end->second.offset;
      }
    });
    return {};
  }

  /// Groups that stand at the same offset of a partition share a read.
  void readAges() {
    std::map<std::pair<GroupPartition, std::int64_t>, client::HeadRange> ranges;
    forEachPartition([&](Work& work, PartitionLag& partition) {
      if (partition.records.value_or(0) == 0) {
        return;
      }
      const auto from = std::max(*partition.committed, partition.startOffset);
      auto& range = ranges[{{partition.topic, partition.partition}, from}];
      range.partition = {partition.topic, partition.partition};
      range.from = from;
      range.to = partition.endOffset;
      range.look = std::max(range.look, retryOrigin(work.lag.group).empty() ? 1 : kRetryLook);
    });
    const topics::Deadline time(ask_.clock, ask_.deadline.slice(options_.ageReadTime));
    std::int64_t left = options_.maxAgeReads;
    while (!ranges.empty() && left > 0 && !time.passed()) {
      left -= readSome(ranges, left, time);
    }
    forEachPartition([&](Work&, PartitionLag& partition) {
      if (partition.records.value_or(0) > 0 &&
          !read_.contains({partition.topic, partition.partition, *partition.committed})) {
        ++snapshot_.agesNotRead;
      }
    });
  }

  using Ranges = std::map<std::pair<GroupPartition, std::int64_t>, client::HeadRange>;

  /// One reader can stand at one offset of a partition: groups at different ones take turns.
  std::int64_t readSome(Ranges& ranges, std::int64_t most, const topics::Deadline& time) {
    std::vector<client::HeadRange> batch;
    for (auto at = ranges.begin(); at != ranges.end() && std::ssize(batch) < most;) {
      if (!batch.empty() && batch.back().partition == at->second.partition) {
        ++at;
        continue;
      }
      batch.push_back(at->second);
      at = ranges.erase(at);
    }
    const auto heads = client::readHeads(settings_, batch,
                                         {.readCommitted = options_.readCommitted,
                                          .headers = {kNotBeforeHeader, kOriginGroupHeader},
                                          .timeout = time.slice(options_.ageReadTime)});
    if (heads) {
      applyBatch(batch, *heads);
    }
    return std::ssize(batch);
  }

  void applyBatch(const std::vector<client::HeadRange>& batch, const client::Heads& heads) {
    std::map<GroupPartition, std::int64_t> asked;
    for (const client::HeadRange& range : batch) {
      asked[{range.partition.topic, range.partition.partition}] = range.from;
    }
    forEachPartition([&](Work& work, PartitionLag& partition) {
      const GroupPartition id{partition.topic, partition.partition};
      const auto from = asked.find(id);
      const auto head = heads.find({partition.topic, partition.partition});
      if (from == asked.end() || head == heads.end() || partition.records.value_or(0) == 0 ||
          from->second != std::max(*partition.committed, partition.startOffset)) {
        return;
      }
      read_.insert({partition.topic, partition.partition, *partition.committed});
      const auto decoded =
          decodeLedger(*partition.committed, work.committed.find(id)->second.metadata);
      const auto* completed = std::get_if<CompletedOffsets>(&decoded);
      applyHeads(partition, head->second, snapshot_.takenAt, retryOrigin(work.lag.group),
                 completed == nullptr ? CompletedOffsets{} : *completed);
    });
  }

  Result<LagSnapshot> finish() {
    const auto grace = LagTrackerOptions{}.overdueGrace;
    forEachPartition([&](Work& work, PartitionLag& partition) {
      auto verdict = judgeOnce(partition, work.lag.members, grace);
      partition.state = verdict.state;
      partition.reason = std::move(verdict.reason);
    });
    for (Work& work : works_) {
      if (work.error) {
        if (options_.group) {
          return fail(*std::move(work.error));
        }
        snapshot_.failures.push_back({work.lag.group, *std::move(work.error)});
        continue;
      }
      sumUp(work.lag);
      // Asked for some topics: groups that do not read them are no news.
      if (topics_.empty() || !work.lag.topics.empty() || options_.group) {
        snapshot_.groups.push_back(std::move(work.lag));
      }
    }
    return std::move(snapshot_);
  }

  const GroupAsk& ask_;
  const Settings& settings_;
  const Catalog* catalog_;
  const LagOptions& options_;
  const std::set<std::string, std::less<>> topics_;
  std::vector<Work> works_;
  EndsMap ends_;
  std::set<std::tuple<std::string, int, std::int64_t>> read_;
  LagSnapshot snapshot_;
};

}  // namespace

Result<LagSnapshot> takeLag(const GroupAsk& ask, const Settings& settings, const Catalog* catalog,
                            const LagOptions& options) {
  return Look(ask, settings, catalog, options).take();
}

}  // namespace caas::kafka::consume
