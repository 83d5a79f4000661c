#include "consume/groups_reset_apply.hpp"

#include <algorithm>
#include <set>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "consume/groups_reset.hpp"
#include "core/errors.hpp"

namespace caas::kafka::consume {
namespace {

Error groupActive(std::string_view group, const std::vector<std::string>& members) {
  return {.code = ErrorCode::kGroupActive,
          .message = members.empty()
                         ? fmt::format("group '{}' has members: nothing was changed", group)
                         : fmt::format("group '{}' has {} member{}: {}", group, members.size(),
                                       members.size() == 1 ? "" : "s", fmt::join(members, ", ")),
          .hint =
              "Stop the group's consumers first; a member that died is gone after its session "
              "timeout"};
}

using CommittedMap = std::map<GroupPartition, client::CommittedOffset>;

Result<CommittedMap> committedMap(const GroupAsk& ask, const std::string& group) {
  CAAS_ASSIGN(auto list, committedOf(ask, group));
  CommittedMap map;
  for (auto& item : list) {
    if (item.error) {
      return fail(*std::move(item.error));
    }
    GroupPartition id{item.partition.topic, item.partition.partition};
    map.insert_or_assign(std::move(id), std::move(item));
  }
  return map;
}

/// The partitions that a request names, or those with a commit, with their ends read.
Result<EndsMap> resetEnds(const GroupAsk& ask, const ResetRequest& request,
                          const CommittedMap& committed, ResetPlan& plan) {
  const bool all = request.topics.empty() && request.partitions.empty();
  std::set<std::string> topics(request.topics.begin(), request.topics.end());
  std::set<GroupPartition> named(request.partitions.begin(), request.partitions.end());
  if (all) {
    for (const auto& [id, offset] : committed) {
      named.insert(id);
    }
  }
  std::set<std::string> asked = topics;
  for (const GroupPartition& id : named) {
    asked.insert(id.topic);
  }
  CAAS_ASSIGN(auto ends, partitionsOf(ask, {asked.begin(), asked.end()}));
  for (const GroupPartition& id : named) {
    const auto gone = ends.find({id.topic, -1});
    if (ends.contains(id) || (gone != ends.end() && !all)) {
      continue;
    }
    if (!all) {
      return fail(errors::invalidArgument(
          fmt::format("topic '{}' has no partition {}", id.topic, id.partition)));
    }
    plan.skipped.push_back(fmt::format("{}-{}: it does not exist", id.topic, id.partition));
  }
  if (all) {
    std::erase_if(ends, [](const auto& entry) { return entry.first.partition < 0; });
  }
  std::erase_if(ends, [&](const auto& entry) {
    return entry.first.partition >= 0 && !topics.contains(entry.first.topic) &&
           !named.contains(entry.first);
  });
  CAAS_TRY(readEnds(ask, ends, true));
  for (const auto& [id, entry] : ends) {
    if (entry.error) {
      return fail(*entry.error);
    }
  }
  return ends;
}

std::vector<GroupPartition> idsOf(const EndsMap& ends) {
  std::vector<GroupPartition> ids;
  for (const auto& [id, entry] : ends) {
    ids.push_back(id);
  }
  return ids;
}

Result<std::optional<client::GroupDescription>> describe(const GroupAsk& ask,
                                                         const std::string& group) {
  CAAS_ASSIGN(auto described, describeGroups(ask, {group}));
  if (described.empty()) {
    return std::nullopt;
  }
  if (described.front().error) {
    return fail(*std::move(described.front().error));
  }
  return std::move(described.front());
}

Result<std::vector<std::string>> membersOf(const GroupAsk& ask, const std::string& group) {
  CAAS_ASSIGN(const auto described, describe(ask, group));
  return described ? memberNames(*described) : std::vector<std::string>{};
}

Result<OffsetMap> offsetsAtTime(const GroupAsk& ask, const ResetTarget& target,
                                const EndsMap& ends) {
  const auto* to = std::get_if<ResetToTime>(&target);
  if (to == nullptr) {
    return OffsetMap{};
  }
  CAAS_ASSIGN(auto offsets, offsetsOf(ask, idsOf(ends), client::OffsetSpec::at(to->time), true));
  for (const auto& [id, offset] : offsets) {
    if (offset.error) {
      return fail(*offset.error);
    }
  }
  return offsets;
}

Result<void> stillAsPlanned(const GroupAsk& ask, const ResetPlan& plan) {
  CAAS_ASSIGN(const auto committed, committedMap(ask, plan.group));
  for (const ResetStep& step : plan.steps) {
    const auto found = committed.find({step.topic, step.partition});
    const auto now = found == committed.end() ? std::nullopt : std::optional(found->second.offset);
    if (now != step.from) {
      return fail(
          Error{.code = ErrorCode::kConflict,
                .message = fmt::format("group '{}' has committed {} of '{}' partition {} since the "
                                       "plan was made: nothing was changed",
                                       plan.group, now ? std::to_string(*now) : "no offset",
                                       step.topic, step.partition),
                .hint = "Plan again"});
    }
  }
  return {};
}

Result<void> checkAltered(const GroupAsk& ask, const ResetPlan& plan,
                          const std::vector<client::PartitionOffset>& altered) {
  std::vector<std::string> failed;
  bool retriable = true;
  for (const client::PartitionOffset& item : altered) {
    if (!item.error) {
      continue;
    }
    if (item.error->code == ErrorCode::kGroupActive) {
      // Somebody joined between the look and the write: Kafka refuses all of it.
      const auto members = membersOf(ask, plan.group);
      return fail(groupActive(plan.group, members ? *members : std::vector<std::string>{}));
    }
    retriable = retriable && item.error->retriable;
    failed.push_back(fmt::format("{}-{}: {}", item.partition.topic, item.partition.partition,
                                 item.error->message));
  }
  if (!failed.empty()) {
    return fail(Error{
        .code = ErrorCode::kPartialFailure,
        .message = fmt::format("{} of {} offsets of group '{}' were not set: {}", failed.size(),
                               altered.size(), plan.group, fmt::join(failed, "; ")),
        .hint = "Do it again: what is set already stays",
        .retriable = retriable});
  }
  return {};
}

Result<void> verify(const GroupAsk& ask, const ResetPlan& plan) {
  CAAS_ASSIGN(const auto committed, committedMap(ask, plan.group));
  for (const ResetStep& step : plan.steps) {
    const auto found = committed.find({step.topic, step.partition});
    if (found == committed.end() || found->second.offset != step.to ||
        !found->second.metadata.empty()) {
      return fail(
          Error{.code = ErrorCode::kConflict,
                .message = fmt::format(
                    "group '{}' was set to {} of '{}' partition {}, and now has {}", plan.group,
                    step.to, step.topic, step.partition,
                    found == committed.end() ? "no offset" : std::to_string(found->second.offset)),
                .hint = "A consumer of the group started meanwhile: stop it, and plan again"});
    }
  }
  return {};
}

}  // namespace

Result<ResetPlan> planReset(const GroupAsk& ask, const ResetRequest& request) {
  ResetPlan plan;
  plan.group = request.group;
  CAAS_ASSIGN(const auto described, describe(ask, request.group));
  CAAS_ASSIGN(const auto committed, committedMap(ask, request.group));
  if (described) {
    plan.members = memberNames(*described);
  } else if (committed.empty() && !request.createGroup) {
    return fail(groupNotFound(request.group));
  }
  CAAS_ASSIGN(const auto ends, resetEnds(ask, request, committed, plan));
  if (ends.empty()) {
    return fail(errors::invalidArgument(
        fmt::format("group '{}' has no commits: there is nothing to reset", request.group),
        "Name the topics that it is to read"));
  }
  CAAS_ASSIGN(const auto atTime, offsetsAtTime(ask, request.target, ends));
  for (const auto& [id, entry] : ends) {
    ResetFacts facts{.start = entry.start, .end = entry.end};
    if (const auto found = committed.find(id); found != committed.end()) {
      facts.committed = found->second.offset;
    }
    if (const auto found = atTime.find(id); found != atTime.end() && found->second.offset >= 0) {
      facts.atTime = found->second.offset;
    }
    if (auto step = resetStep(id, request.target, facts)) {
      plan.steps.push_back(*std::move(step));
    } else {
      plan.skipped.push_back(fmt::format("{}-{}: no commit to shift from", id.topic, id.partition));
    }
  }
  return plan;
}

Result<void> applyReset(const GroupAsk& ask, const ResetPlan& plan) {
  CAAS_ASSIGN(const auto members, membersOf(ask, plan.group));
  if (!members.empty()) {
    return fail(groupActive(plan.group, members));
  }
  CAAS_TRY(stillAsPlanned(ask, plan));
  std::vector<client::PartitionOffset> offsets;
  for (const ResetStep& step : plan.steps) {
    // Those that stay are written, too: their metadata has to go.
    offsets.push_back({{step.topic, step.partition}, step.to, std::nullopt});
  }
  // A coordinator that moves is told in the items. Writing the same again is harmless.
  CAAS_TRY(topics::retryingAnywhere(ask.clock, ask.admin, ask.deadline, [&]() -> Result<void> {
    const auto items = ask.admin.alterGroupOffsets(plan.group, offsets, ask.deadline.call());
    return items ? checkAltered(ask, plan, *items) : fail(items.error());
  }));
  return verify(ask, plan);
}

}  // namespace caas::kafka::consume
