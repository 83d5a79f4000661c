// Deleting a tenant, in the order that leaves the least behind when it is cut off in the middle:
//   1. nothing is changed before we know that no group is at work on its topics
//   2. "tenant.deleting" is written, which reserves the name
//   3. the topics are deleted, and gone on every broker
//   4. the committed offsets are seen to be gone, else removed
//   5. "tenant.deleted" is written, which starts the reservation anew
//   6. what the tenant has in retry and DLQ is counted, for the report
// A second call after a cut goes on where the first one ended.

#include "topics/delete.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "core/errors.hpp"
#include "core/log.hpp"
#include "topics/create.hpp"
#include "topics/failures.hpp"
#include "topics/groups.hpp"
#include "topics/leftovers.hpp"
#include "topics/readiness.hpp"
#include "topics/requests.hpp"
#include "topics/scan.hpp"
#include "topics/tenant_log.hpp"
#include "topics/wanted.hpp"

namespace caas::kafka::topics {
namespace {

// Retry and DLQ topics may be long: what can't be counted in this time is not worth the wait.
constexpr Milliseconds kCountLimit{20'000};

/// What the cluster has of one tenant.
struct Holdings {
  client::ClusterMetadata metadata;
  std::vector<std::string> topics;  ///< in the catalog's order
  std::vector<client::TopicPartition> partitions;

  [[nodiscard]] TopicNames names() const { return {topics.begin(), topics.end()}; }
};

Result<Holdings> holdingsOf(const Context& context, const TenantId& tenant,
                            const Deadline& deadline) {
  Holdings holdings;
  CAAS_ASSIGN(holdings.metadata, readMetadata(context, deadline));
  for (const std::string& name : context.catalog.tenantTopics(tenant)) {
    const client::TopicDescription* topic = findTopic(holdings.metadata, name);
    if (topic == nullptr) {
      continue;
    }
    holdings.topics.push_back(name);
    for (const client::PartitionInfo& partition : topic->partitions) {
      holdings.partitions.push_back({name, partition.id});
    }
  }
  if (holdings.topics.empty()) {
    return fail(errors::tenantNotFound(tenant.str()));
  }
  return holdings;
}

Result<void> announce(const Context& context, std::string_view name, const TenantId& tenant,
                      const std::vector<std::string>& topics, const Deadline& deadline) {
  const TopicDefinition* definition = context.log.definition();
  if (definition == nullptr) {
    log::warn("the catalog has no topic for platform events: the tenant's name is not reserved",
              {{"tenant", tenant.str()}});
    return {};
  }
  CAAS_TRY(ensureTopic(context, *definition, deadline));
  return context.log.publish(name, {tenant}, {{"topics", fmt::format("{}", topics.size())}},
                             deadline);
}

/// Asks for the deletion until each topic is deleted or was not there; what failed for good is
/// returned.
std::vector<client::NamedResult> requestDeletion(const Context& context,
                                                 std::vector<std::string> topics,
                                                 const Deadline& deadline) {
  std::vector<client::NamedResult> failed;
  Backoff backoff(Milliseconds{100}, Milliseconds{1'000});
  for (;;) {
    const auto answer = context.admin.deleteTopics(topics, deadline.call());
    std::vector<client::NamedResult> again;
    if (!answer) {
      for (const std::string& topic : topics) {
        again.push_back({topic, answer.error()});
      }
      // See retryingAnywhere(): the controller that the client knows may be dead.
      static_cast<void>(context.admin.metadata(deadline.slice(kRefresh)));
    } else {
      std::ranges::copy_if(*answer, std::back_inserter(again), [](const client::NamedResult& item) {
        return item.error && item.error->code != ErrorCode::kTopicNotFound;
      });
    }
    const bool last = deadline.passed();
    topics.clear();
    for (client::NamedResult& item : again) {
      if (last || !item.error->retriable) {
        failed.push_back(std::move(item));
      } else {
        topics.push_back(std::move(item.name));
      }
    }
    if (topics.empty()) {
      return failed;
    }
    backoff.wait(context.clock, deadline);
  }
}

Result<void> deleteAndWait(const Context& context, const TenantId& tenant,
                           const std::vector<std::string>& topics, const Deadline& deadline) {
  const std::string what = fmt::format("deleting the topics of tenant '{}'", tenant.str());
  const auto failed = requestDeletion(context, topics, deadline);
  if (!failed.empty()) {
    std::vector<std::string> done;
    std::ranges::copy_if(topics, std::back_inserter(done), [&](const std::string& name) {
      return std::ranges::find(failed, name, &client::NamedResult::name) == failed.end();
    });
    return fail(partialFailure(what, done, failed, "A second call deletes the rest"));
  }
  if (const Pending pending = waitUntilGone(context, topics, deadline); !pending.empty()) {
    return fail(stillPending(what, pending, deadline.total(),
                             "The deletion was accepted and goes on; a second call waits for it"));
  }
  return {};
}

Result<int> cleanOffsets(const Context& context, const TenantId& tenant,
                         const std::vector<GroupOffsets>& before, const Deadline& deadline) {
  CAAS_ASSIGN(const auto stuck, waitUntilOffsetsGone(context, before, deadline));
  if (!stuck.empty()) {
    return fail(Error{.code = ErrorCode::kPartialFailure,
                      .message = fmt::format(
                          "the topics of tenant '{}' are deleted, but committed offsets for them "
                          "remain in: {}",
                          tenant.str(), joinSome(stuck, 10)),
                      .hint = "Don't create the tenant again before they have expired "
                              "(offsets.retention.minutes), or delete these groups"});
  }
  return static_cast<int>(before.size());
}

void countInto(DeleteTenantReport& report, const Context& context, const Holdings& holdings,
               const Deadline& deadline) {
  const Deadline limit(context.clock, deadline.slice(kCountLimit));
  const auto leftovers = countLeftovers(context, holdings.metadata, holdings.names(), limit);
  if (!leftovers) {
    log::warn("a deleted tenant's retry and DLQ entries could not be counted",
              {{"tenant", report.tenantId}, {"error", leftovers.error().message}});
    return;
  }
  report.retryEntries = leftovers->retryEntries;
  report.dlqEntries = leftovers->dlqEntries;
}

}  // namespace

Result<DeleteTenantReport> deleteTenantTopics(const Context& context, std::string_view tenantId,
                                              const DeleteTenantOptions& options) {
  CAAS_ASSIGN(const TenantId tenant, TenantId::parse(tenantId));
  const Deadline deadline(context.clock, options.deadline);
  CAAS_ASSIGN(const Holdings holdings, holdingsOf(context, tenant, deadline));
  CAAS_ASSIGN(const auto active, activeGroups(context, holdings.names(), deadline));
  if (!active.empty()) {
    return fail(groupsActive(tenant.str(), active));
  }
  CAAS_ASSIGN(const auto groups, groupNames(context, deadline));
  CAAS_ASSIGN(const auto committed,
              groupsWithOffsets(context, groups, holdings.partitions, deadline));

  CAAS_TRY(announce(context, kTenantDeleting, tenant, holdings.topics, deadline));
  CAAS_TRY(deleteAndWait(context, tenant, holdings.topics, deadline));
  log::info("tenant deleted", {{"tenant", tenant.str()}, {"topics", holdings.topics.size()}});
  DeleteTenantReport report;
  report.tenantId = tenant.str();
  report.deletedTopics = holdings.topics;
  const auto cleaned = cleanOffsets(context, tenant, committed, deadline);

  // The first event still reserves the name if this one can't be written.
  if (const auto told = announce(context, kTenantDeleted, tenant, holdings.topics, deadline);
      !told) {
    log::warn("tenant deleted, but its event was not written",
              {{"tenant", tenant.str()}, {"error", told.error().message}});
  }
  CAAS_ASSIGN(report.groupsCleaned, cleaned);
  countInto(report, context, holdings, deadline);
  return report;
}

Result<TopicManager::DeletePreview> previewDelete(const Context& context, std::string_view tenantId,
                                                  Milliseconds limit) {
  CAAS_ASSIGN(const TenantId tenant, TenantId::parse(tenantId));
  const Deadline deadline(context.clock, limit);
  CAAS_ASSIGN(const Holdings holdings, holdingsOf(context, tenant, deadline));
  TopicManager::DeletePreview preview;
  CAAS_ASSIGN(preview.activeGroups, activeGroups(context, holdings.names(), deadline));
  CAAS_ASSIGN(const auto ranges, retryingAnywhere(context.clock, context.admin, deadline, [&] {
                return rangesToEnd(context.admin, holdings.partitions,
                                   client::OffsetSpec::earliest(), deadline);
              }));
  for (const ScanRange& range : ranges) {
    preview.records += range.to - range.from;
  }
  preview.topics = holdings.topics;
  return preview;
}

}  // namespace caas::kafka::topics
