#include "topics/onboard.hpp"

#include <algorithm>
#include <deque>
#include <map>
#include <set>
#include <utility>

#include <fmt/format.h>

#include "core/errors.hpp"
#include "core/log.hpp"
#include "topics/create.hpp"
#include "topics/failures.hpp"
#include "topics/requests.hpp"
#include "topics/tenant_log.hpp"

namespace caas::kafka::topics {
namespace {

/// A tenant that waits for its turn.
struct Waiting {
  TenantId id;
  int tries = 0;
};

/// Brokers that are missing do not come within a few tries.
bool worthAnotherTry(const Error& error) {
  return error.retriable && error.code != ErrorCode::kNotEnoughReplicas;
}

/// One run over a list of tenants.
class Onboarding {
 public:
  Onboarding(const Context& context, const std::function<void(const OnboardProgress&)>& onProgress,
             Milliseconds deadlinePerTenant)
      : context_(context), onProgress_(onProgress), limit_(deadlinePerTenant) {}

  Result<OnboardReport> run(const std::vector<std::string>& tenantIds) {
    CAAS_TRY(sort(tenantIds));
    while (!queue_.empty()) {
      std::vector<Waiting> window;
      while (!queue_.empty() && window.size() < kTenantsAtOnce) {
        window.push_back(std::move(queue_.front()));
        queue_.pop_front();
      }
      createWindow(std::move(window));
    }
    return std::move(report_);
  }

 private:
  /// Sets aside what needs no work: bad ids, doubles, complete tenants, reserved names. One
  /// Metadata request and one look at the recent deletions serve all of them.
  Result<void> sort(const std::vector<std::string>& tenantIds) {
    const Deadline deadline(context_.clock, limit_);
    CAAS_ASSIGN(metadata_, readMetadata(context_, deadline));
    CAAS_ASSIGN(const Deletions deletions,
                context_.log.recentDeletions(context_.admin, metadata_, nullptr, deadline));
    std::set<std::string_view> seen;
    std::vector<std::string_view> ids;
    std::ranges::copy_if(tenantIds, std::back_inserter(ids),
                         [&](const std::string& id) { return seen.insert(id).second; });
    total_ = static_cast<int>(ids.size());
    for (const std::string_view text : ids) {
      const auto id = TenantId::parse(text);
      if (!id) {
        failed(std::string(text), id.error());
      } else if (missingFrom(metadata_, wantedOfTenant(context_.catalog, *id)).empty()) {
        existed(*id);
      } else if (auto reserved = reservation(deletions, *id)) {
        failed(id->str(), *reserved);
      } else {
        queue_.push_back({*id, 0});
      }
    }
    return {};
  }

  [[nodiscard]] std::optional<Error> reservation(const Deletions& deletions,
                                                 const TenantId& id) const {
    const auto found = deletions.find(id.str());
    return found == deletions.end() ? std::nullopt
                                    : context_.log.reservation(id.str(), found->second);
  }

  /// One CreateTopics request for each tenant, then one wait for all of them: the brokers are given
  /// no more than they have taken in.
  void createWindow(std::vector<Waiting> window) {
    const Deadline deadline(context_.clock, limit_);
    const int brokers = static_cast<int>(metadata_.brokers.size());
    std::map<TenantId, Error> errors;
    std::set<TenantId> created;
    ExpectedTopics expected;
    for (const Waiting& tenant : window) {
      const auto wanted = wantedOfTenant(context_.catalog, tenant.id);
      std::vector<client::NewTopic> topics;
      for (const WantedTopic& topic : missingFrom(metadata_, wanted)) {
        topics.push_back(toNewTopic(topic, brokers));
      }
      const CreateOutcome outcome = requestTopics(context_, topics, deadline);
      if (!outcome.created.empty()) {
        created.insert(tenant.id);
      }
      if (!outcome.failed.empty()) {
        errors.emplace(tenant.id,
                       creationError(whatOf(tenant.id), namesOf(wanted), outcome.failed));
        continue;
      }
      expected.merge(expectationOf(namesOf(wanted), topics, outcome));
    }
    awaitWindow(window, expected, deadline, errors);
    context_.log.announceCreated(metadata_, {created.begin(), created.end()}, deadline);
    settle(std::move(window), errors, created);
  }

  void awaitWindow(const std::vector<Waiting>& window, const ExpectedTopics& expected,
                   const Deadline& deadline, std::map<TenantId, Error>& errors) {
    const auto usable = waitUntilUsable(context_, expected, deadline);
    for (const Waiting& tenant : window) {
      Pending pending;
      for (const std::string& topic : context_.catalog.tenantTopics(tenant.id)) {
        if (const auto found = usable.pending.find(topic); found != usable.pending.end()) {
          pending.insert(*found);
        }
      }
      if (!pending.empty()) {
        errors.emplace(tenant.id, stillPending(whatOf(tenant.id), pending, deadline.total(),
                                               "A second run completes it"));
      }
    }
  }

  void settle(std::vector<Waiting> window, const std::map<TenantId, Error>& errors,
              const std::set<TenantId>& created) {
    for (Waiting& tenant : window) {
      const auto found = errors.find(tenant.id);
      if (found == errors.end()) {
        const bool ours = created.contains(tenant.id) || createdEarlier_.contains(tenant.id);
        (ours ? report_.created : report_.existed) += 1;
        progress(tenant.id.str(), ours, nullptr);
      } else if (worthAnotherTry(found->second) && ++tenant.tries < kTenantTries) {
        log::warn("onboarding a tenant is tried again",
                  {{"tenant", tenant.id.str()}, {"reason", found->second.message}});
        if (created.contains(tenant.id)) {
          createdEarlier_.insert(tenant.id);
        }
        queue_.push_back(std::move(tenant));
      } else {
        failed(tenant.id.str(), found->second);
        if (found->second.code == ErrorCode::kConnectionTimeout) {
          giveUp(found->second);
        }
      }
    }
  }

  /// No broker has answered for several deadlines: the others would only wait as long.
  void giveUp(const Error& error) {
    for (const Waiting& tenant : std::exchange(queue_, {})) {
      failed(tenant.id.str(), error);
    }
  }

  void existed(const TenantId& id) {
    ++report_.existed;
    progress(id.str(), false, nullptr);
  }
  void failed(std::string tenantId, const Error& error) {
    report_.failures.push_back({tenantId, error});
    progress(std::move(tenantId), false, &error);
  }
  void progress(std::string tenantId, bool created, const Error* error) {
    ++done_;
    if (onProgress_) {
      onProgress_({.done = done_,
                   .total = total_,
                   .tenantId = std::move(tenantId),
                   .created = created,
                   .error = error});
    }
  }
  static std::string whatOf(const TenantId& id) {
    return fmt::format("creating the topics of tenant '{}'", id.str());
  }

  const Context& context_;
  const std::function<void(const OnboardProgress&)>& onProgress_;
  const Milliseconds limit_;
  client::ClusterMetadata metadata_;
  std::deque<Waiting> queue_;
  std::set<TenantId> createdEarlier_;
  OnboardReport report_;
  int done_ = 0;
  int total_ = 0;
};

}  // namespace

Result<OnboardReport> onboardTenants(const Context& context,
                                     const std::vector<std::string>& tenantIds,
                                     const std::function<void(const OnboardProgress&)>& onProgress,
                                     Milliseconds deadlinePerTenant) {
  return Onboarding(context, onProgress, deadlinePerTenant).run(tenantIds);
}

}  // namespace caas::kafka::topics
