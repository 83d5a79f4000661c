#include "topics/groups.hpp"

#include <algorithm>
#include <map>

#include <fmt/format.h>

#include "core/errors.hpp"
#include "core/log.hpp"

namespace caas::kafka::topics {
namespace {

// A rebalance is over in a second or so; one that takes longer waits for a member that hangs.
constexpr Milliseconds kRebalanceWait{5'000};
// Kafka drops the offsets when it applies the deletion; after this long it is not going to.
constexpr Milliseconds kOffsetsGoWait{5'000};

/// In the middle of a rebalance a member shows no assignment yet.
bool rebalancing(const client::GroupDescription& group) {
  return group.state != "Stable" &&
         std::ranges::any_of(group.members, [](const auto& m) { return m.assignment.empty(); });
}

int membersOn(const client::GroupDescription& group, const TopicNames& topics) {
  return static_cast<int>(std::ranges::count_if(group.members, [&](const auto& member) {
    return std::ranges::any_of(
        member.assignment, [&](const auto& partition) { return topics.contains(partition.topic); });
  }));
}

/// Group → members on the topics; and which groups could not be judged yet.
struct Judged {
  std::map<std::string, int> active;
  std::vector<std::string> unclear;
};

Result<void> judge(const Context& context, const std::vector<std::string>& groups,
                   const TopicNames& topics, const Deadline& deadline, Judged& judged) {
  judged.unclear.clear();
  if (groups.empty()) {
    return {};
  }
  CAAS_ASSIGN(const auto descriptions,
              retryingAnywhere(context.clock, context.admin, deadline, [&] {
                return context.admin.describeGroups(groups, deadline.call());
              }));
  for (const client::GroupDescription& group : descriptions) {
    if (group.error) {
      if (group.error->code == ErrorCode::kGroupNotFound) {
        continue;
      }
      if (!group.error->retriable) {
        return fail(*group.error);
      }
      judged.unclear.push_back(group.id);
      continue;
    }
    if (const int members = membersOn(group, topics); members > 0) {
      judged.active[group.id] = members;
    } else if (rebalancing(group)) {
      judged.unclear.push_back(group.id);
    }
  }
  return {};
}

Result<std::vector<client::TopicPartition>> partitionsOf(const Context& context,
                                                         const TopicNames& topics,
                                                         const Deadline& deadline) {
  CAAS_ASSIGN(
      const auto descriptions, retryingAnywhere(context.clock, context.admin, deadline, [&] {
        return context.admin.describeTopics({topics.begin(), topics.end()}, deadline.call());
      }));
  std::vector<client::TopicPartition> partitions;
  for (const client::TopicDescription& topic : descriptions) {
    for (const client::PartitionInfo& partition : topic.partitions) {
      partitions.push_back({topic.name, partition.id});
    }
  }
  return partitions;
}

}  // namespace

Result<std::vector<std::string>> groupNames(const Context& context, const Deadline& deadline) {
  CAAS_ASSIGN(const auto groups, retryingAnywhere(context.clock, context.admin, deadline, [&] {
                return context.admin.listGroups(deadline.call());
              }));
  std::vector<std::string> names;
  names.reserve(groups.size());
  for (const client::GroupInfo& group : groups) {
    names.push_back(group.id);
  }
  return names;
}

Result<std::vector<std::string>> activeGroups(const Context& context, const TopicNames& topics,
                                              const Deadline& deadline) {
  CAAS_ASSIGN(const auto groups, retryingAnywhere(context.clock, context.admin, deadline, [&] {
                return context.admin.listGroups(deadline.call());
              }));
  std::vector<std::string> names;
  for (const client::GroupInfo& group : groups) {
    if (group.state != "Empty" && group.state != "Dead") {
      names.push_back(group.id);
    }
  }

  Judged judged;
  CAAS_TRY(judge(context, names, topics, deadline, judged));
  const Deadline patience(context.clock, deadline.slice(kRebalanceWait));
  Backoff backoff;
  while (!judged.unclear.empty() && !patience.passed()) {
    backoff.wait(context.clock, patience);
    const auto again = judged.unclear;
    CAAS_TRY(judge(context, again, topics, deadline, judged));
  }

  std::vector<std::string> active;
  active.reserve(judged.active.size());
  for (const auto& [group, members] : judged.active) {
    active.push_back(fmt::format("{} ({} member{})", group, members, members == 1 ? "" : "s"));
  }
  if (!judged.unclear.empty()) {
    CAAS_ASSIGN(const auto partitions, partitionsOf(context, topics, deadline));
    CAAS_ASSIGN(const auto committed,
                groupsWithOffsets(context, judged.unclear, partitions, deadline));
    for (const GroupOffsets& group : committed) {
      active.push_back(fmt::format("{} (rebalancing)", group.group));
    }
  }
  return active;
}

Result<std::vector<GroupOffsets>> groupsWithOffsets(
    const Context& context, const std::vector<std::string>& groups,
    const std::vector<client::TopicPartition>& partitions, const Deadline& deadline) {
  std::vector<GroupOffsets> found;
  if (partitions.empty()) {
    return found;
  }
  for (const std::string& group : groups) {
    const auto offsets = retryingAnywhere(context.clock, context.admin, deadline, [&] {
      return context.admin.listGroupOffsets(group, partitions, deadline.call());
    });
    if (!offsets) {
      if (offsets.error().code == ErrorCode::kGroupNotFound) {
        continue;
      }
      return fail(offsets.error());
    }
    GroupOffsets committed{group, {}};
    for (const client::PartitionOffset& item : *offsets) {
      if (!item.error && item.offset >= 0) {
        committed.partitions.push_back(item.partition);
      }
    }
    if (!committed.partitions.empty()) {
      found.push_back(std::move(committed));
    }
  }
  return found;
}

Result<std::vector<std::string>> waitUntilOffsetsGone(const Context& context,
                                                      const std::vector<GroupOffsets>& before,
                                                      const Deadline& deadline) {
  const Deadline patience(context.clock, deadline.slice(kOffsetsGoWait));
  Backoff backoff;
  std::vector<GroupOffsets> left = before;
  for (;;) {
    std::vector<GroupOffsets> next;
    for (const GroupOffsets& group : left) {
      CAAS_ASSIGN(auto still,
                  groupsWithOffsets(context, {group.group}, group.partitions, deadline));
      std::ranges::move(still, std::back_inserter(next));
    }
    left = std::move(next);
    if (left.empty() || patience.passed()) {
      break;
    }
    backoff.wait(context.clock, patience);
  }

  std::vector<std::string> stuck;
  for (const GroupOffsets& group : left) {
    const auto deleted =
        context.admin.deleteGroupOffsets(group.group, group.partitions, deadline.call());
    const bool all = deleted && std::ranges::none_of(*deleted, [](const auto& item) {
                       return item.error.has_value();
                     });
    if (!all) {
      log::warn("committed offsets of deleted topics remain",
                {{"group", group.group}, {"partitions", group.partitions.size()}});
      stuck.push_back(group.group);
    }
  }
  return stuck;
}

}  // namespace caas::kafka::topics
