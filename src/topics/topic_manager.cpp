#include "caas/kafka/topic_manager.hpp"

#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <utility>

#include "core/errors.hpp"
#include "topics/apply.hpp"
#include "topics/assess.hpp"
#include "topics/context.hpp"
#include "topics/create.hpp"
#include "topics/delete.hpp"
#include "topics/inventory.hpp"
#include "topics/onboard.hpp"
#include "topics/requests.hpp"
#include "topics/tenant_log.hpp"

namespace caas::kafka {

using topics::Context;
using topics::Deadline;

class TopicManager::Impl {
 public:
  Impl(const Settings& settings, const Catalog& catalog, Clock& clock)
      : parts_{Parts{&settings, &catalog, &clock}} {}
  explicit Impl(Error broken) : broken_(std::move(broken)) {}

  /// Connects at the first call.
  Result<Context> context() {
    if (!parts_) {
      return fail(broken_);
    }
    const std::scoped_lock lock(mutex_);
    if (admin_ == nullptr) {
      CAAS_ASSIGN(admin_, client::AdminClient::create(*parts_->settings, "topics"));
      log_ =
          std::make_unique<topics::TenantLog>(*parts_->settings, *parts_->catalog, *parts_->clock);
    }
    return Context{*parts_->settings, *parts_->catalog, *parts_->clock, *admin_, *log_};
  }

 private:
  struct Parts {
    const Settings* settings;
    const Catalog* catalog;
    Clock* clock;
  };
  std::optional<Parts> parts_{};
  Error broken_{};
  std::mutex mutex_;
  std::unique_ptr<client::AdminClient> admin_;
  std::unique_ptr<topics::TenantLog> log_;
};

TopicManager::TopicManager(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
TopicManager::~TopicManager() = default;

std::unique_ptr<TopicManager> TopicManager::create(const Settings& settings, const Catalog& catalog,
                                                   Clock& clock) {
  return std::unique_ptr<TopicManager>(
      new TopicManager(std::make_unique<Impl>(settings, catalog, clock)));
}

std::unique_ptr<TopicManager> TopicManager::unavailable(Error error) {
  return std::unique_ptr<TopicManager>(new TopicManager(std::make_unique<Impl>(std::move(error))));
}

Result<TenantTopicSet> TopicManager::createTenantTopics(std::string_view tenantId,
                                                        Milliseconds deadline) {
  CAAS_ASSIGN(const Context context, impl_->context());
  return topics::createTenantTopics(context, tenantId, deadline);
}

Result<std::vector<std::string>> TopicManager::createPlatformTopics(Milliseconds deadline) {
  CAAS_ASSIGN(const Context context, impl_->context());
  return topics::createPlatformTopics(context, deadline);
}

Result<OnboardReport> TopicManager::onboardTenants(
    const std::vector<std::string>& tenantIds,
    const std::function<void(const OnboardProgress&)>& onProgress, Milliseconds deadlinePerTenant) {
  CAAS_ASSIGN(const Context context, impl_->context());
  return topics::onboardTenants(context, tenantIds, onProgress, deadlinePerTenant);
}

Result<DeleteTenantReport> TopicManager::deleteTenantTopics(std::string_view tenantId,
                                                            const DeleteTenantOptions& options) {
  CAAS_ASSIGN(const Context context, impl_->context());
  return topics::deleteTenantTopics(context, tenantId, options);
}

Result<TopicManager::DeletePreview> TopicManager::previewDelete(std::string_view tenantId,
                                                                Milliseconds deadline) {
  CAAS_ASSIGN(const Context context, impl_->context());
  return topics::previewDelete(context, tenantId, deadline);
}

Result<std::vector<TopicInfo>> TopicManager::listTopics(const ListTopicsOptions& options,
                                                        Milliseconds deadline) {
  CAAS_ASSIGN(const Context context, impl_->context());
  CAAS_ASSIGN(const auto metadata, readMetadata(context, Deadline(context.clock, deadline)));
  return topics::topicsOf(metadata, context.catalog, options);
}

Result<std::vector<TenantInfo>> TopicManager::listTenants(Milliseconds deadline) {
  CAAS_ASSIGN(const Context context, impl_->context());
  CAAS_ASSIGN(const auto metadata, readMetadata(context, Deadline(context.clock, deadline)));
  return topics::tenantsOf(metadata, context.catalog);
}

Result<TopicHealthResult> TopicManager::getTopicHealth(Milliseconds deadline) {
  CAAS_ASSIGN(const Context context, impl_->context());
  const Deadline limit(context.clock, deadline);
  CAAS_ASSIGN(const auto metadata, readMetadata(context, limit));
  CAAS_ASSIGN(const auto configs,
              readConfigs(context, topics::topicsToDescribe(metadata, context.catalog), limit));
  return topics::assessTopics(metadata, configs, context.catalog);
}

Result<TopicPlan> TopicManager::plan(const PlanOptions& options, Milliseconds deadline) {
  CAAS_ASSIGN(const Context context, impl_->context());
  const Deadline limit(context.clock, deadline);
  CAAS_ASSIGN(const auto metadata, readMetadata(context, limit));

  std::vector<topics::WantedTopic> wanted;
  if (options.platform) {
    wanted = topics::wantedOfPlatform(context.catalog);
  }
  std::set<TenantId> tenants(options.tenants.begin(), options.tenants.end());
  if (options.allTenants) {
    const auto found = topics::tenantIdsOf(metadata, context.catalog);
    tenants.insert(found.begin(), found.end());
  }
  for (const TenantId& tenant : tenants) {
    const auto topicsOfTenant = topics::wantedOfTenant(context.catalog, tenant);
    wanted.insert(wanted.end(), topicsOfTenant.begin(), topicsOfTenant.end());
  }
  CAAS_ASSIGN(const auto view, readView(context, metadata, wanted, limit));
  return topics::makePlan(wanted, view, options.growPartitions);
}

Result<ApplyReport> TopicManager::apply(const TopicPlan& plan, Milliseconds deadline) {
  CAAS_ASSIGN(const Context context, impl_->context());
  return topics::applyPlan(context, plan, deadline);
}

}  // namespace caas::kafka
