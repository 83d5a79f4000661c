#include "caas/kafka/groups.hpp"

#include <algorithm>
#include <mutex>
#include <set>

#include <fmt/format.h>

#include "consume/groups_lag.hpp"
#include "consume/groups_reader.hpp"
#include "consume/groups_reset_apply.hpp"
#include "core/errors.hpp"

namespace caas::kafka {

using topics::Deadline;

std::string_view toString(GroupType type) {
  switch (type) {
    case GroupType::kUnknown: return "unknown";
    case GroupType::kClassic: return "classic";
    case GroupType::kConsumer: return "consumer";
  }
  return "unknown";
}

std::string_view toString(LagState state) {
  switch (state) {
    case LagState::kUnknown: return "unknown";
    case LagState::kOk: return "ok";
    case LagState::kWarning: return "warning";
    case LagState::kRewound: return "rewound";
    case LagState::kStalled: return "stalled";
    case LagState::kStopped: return "stopped";
  }
  return "unknown";
}

std::string_view toString(AgeSource source) {
  switch (source) {
    case AgeSource::kNone: return "none";
    case AgeSource::kRecord: return "record";
    case AgeSource::kInterpolated: return "interpolated";
    case AgeSource::kAtLeast: return "at-least";
  }
  return "none";
}

namespace {

GroupDescription publicOf(const client::GroupDescription& group) {
  GroupDescription out{.id = group.id,
                       .state = group.state,
                       .type = consume::groupTypeOf(group.type),
                       .assignor = group.assignor,
                       .coordinatorId = -1,
                       .coordinator = {},
                       .simple = group.simple && group.members.empty()};
  if (group.coordinator) {
    out.coordinatorId = group.coordinator->id;
    out.coordinator = fmt::format("{}:{}", group.coordinator->host, group.coordinator->port);
  }
  for (const client::GroupMember& member : group.members) {
    GroupMember copy{.memberId = member.memberId,
                     .instanceId = member.instanceId,
                     .clientId = member.clientId,
                     .host = member.host};
    for (const client::TopicPartition& partition : member.assignment) {
      copy.assignment.push_back({partition.topic, partition.partition});
    }
    std::ranges::sort(copy.assignment);
    out.members.push_back(std::move(copy));
  }
  std::ranges::sort(out.members, {}, &GroupMember::memberId);
  return out;
}

}  // namespace

class GroupManager::Impl {
 public:
  Impl(Settings settings, std::shared_ptr<const Catalog> catalog, Clock& clock)
      : settings_(std::move(settings)), catalog_(std::move(catalog)), clock_(clock) {}

  Result<std::vector<GroupSummary>> listGroups(const ListGroupsOptions& options,
                                               Milliseconds timeout) {
    const Deadline deadline(clock_, timeout);
    CAAS_ASSIGN(const auto ask, asker(deadline));
    CAAS_ASSIGN(const auto listed, consume::listGroups(ask));
    std::vector<GroupSummary> groups;
    std::vector<std::string> names;
    for (const client::GroupInfo& group : listed) {
      groups.push_back(
          {.id = group.id, .state = group.state, .type = consume::groupTypeOf(group.type)});
      if (group.state == "Empty") {
        groups.back().members = 0;
      } else if (std::ssize(names) < options.describeAtMost) {
        names.push_back(group.id);
      }
    }
    CAAS_ASSIGN(const auto described, consume::describeGroups(ask, names));
    for (const client::GroupDescription& group : described) {
      const auto found = std::ranges::find(groups, group.id, &GroupSummary::id);
      if (found != groups.end() && !group.error) {
        addMembers(*found, group);
      }
    }
    return groups;
  }

  Result<GroupDescription> describeGroup(const std::string& group, Milliseconds timeout) {
    const Deadline deadline(clock_, timeout);
    CAAS_ASSIGN(const auto ask, asker(deadline));
    CAAS_ASSIGN(const auto described, consume::describeGroups(ask, {group}));
    if (described.empty()) {
      return fail(consume::groupNotFound(group));
    }
    if (described.front().error) {
      return fail(*described.front().error);
    }
    return publicOf(described.front());
  }

  Result<LagSnapshot> lag(const LagOptions& options, Milliseconds timeout) {
    const Deadline deadline(clock_, timeout);
    CAAS_ASSIGN(const auto ask, asker(deadline));
    return consume::takeLag(ask, settings_, catalog_.get(), options);
  }

  Result<ResetPlan> planReset(const ResetRequest& request, Milliseconds timeout) {
    const Deadline deadline(clock_, timeout);
    CAAS_ASSIGN(const auto ask, asker(deadline));
    return consume::planReset(ask, request);
  }

  Result<void> reset(const ResetPlan& plan, Milliseconds timeout) {
    const Deadline deadline(clock_, timeout);
    CAAS_ASSIGN(const auto ask, asker(deadline));
    return consume::applyReset(ask, plan);
  }

 private:
  Result<consume::GroupAsk> asker(const Deadline& deadline) {
    const std::lock_guard lock(mutex_);
    if (!admin_) {
      CAAS_ASSIGN(admin_, client::AdminClient::create(settings_, "groups"));
    }
    return consume::GroupAsk{*admin_, clock_, deadline};
  }

  void addMembers(GroupSummary& summary, const client::GroupDescription& group) const {
    summary.members = static_cast<int>(group.members.size());
    std::set<std::string> entries;
    std::set<std::string> tenants;
    for (const client::GroupMember& member : group.members) {
      for (const client::TopicPartition& partition : member.assignment) {
        const auto owner = catalog_ ? catalog_->ownerOf(partition.topic) : std::nullopt;
        if (owner) {
          entries.insert(owner->definition->entry);
        }
        if (owner && owner->tenant) {
          tenants.insert(owner->tenant->str());
        }
      }
    }
    summary.entries.assign(entries.begin(), entries.end());
    summary.tenants.assign(tenants.begin(), tenants.end());
  }

  const Settings settings_;
  const std::shared_ptr<const Catalog> catalog_;
  Clock& clock_;
  std::mutex mutex_;
  std::unique_ptr<client::AdminClient> admin_;
};

std::unique_ptr<GroupManager> GroupManager::create(Settings settings,
                                                   std::shared_ptr<const Catalog> catalog,
                                                   Clock& clock) {
  return std::unique_ptr<GroupManager>(
      new GroupManager(std::make_unique<Impl>(std::move(settings), std::move(catalog), clock)));
}

GroupManager::GroupManager(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
GroupManager::~GroupManager() = default;

Result<std::vector<GroupSummary>> GroupManager::listGroups(const ListGroupsOptions& options,
                                                           Milliseconds deadline) {
  return impl_->listGroups(options, deadline);
}
Result<GroupDescription> GroupManager::describeGroup(const std::string& group,
                                                     Milliseconds deadline) {
  return impl_->describeGroup(group, deadline);
}
Result<LagSnapshot> GroupManager::lag(const LagOptions& options, Milliseconds deadline) {
  return impl_->lag(options, deadline);
}
Result<ResetPlan> GroupManager::planReset(const ResetRequest& request, Milliseconds deadline) {
  return impl_->planReset(request, deadline);
}
Result<void> GroupManager::reset(const ResetPlan& plan, Milliseconds deadline) {
  return impl_->reset(plan, deadline);
}

}  // namespace caas::kafka
