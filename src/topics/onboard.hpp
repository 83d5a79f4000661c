#pragma once

#include <functional>
#include <string>
#include <vector>

#include "caas/kafka/topic_manager.hpp"
#include "topics/context.hpp"

namespace caas::kafka::topics {

/// Tenants whose topics are asked for before one wait for all of them. Measured, see README.md.
inline constexpr int kTenantsAtOnce = 4;
/// Tries for a tenant whose error is retriable.
inline constexpr int kTenantTries = 3;

[[nodiscard]] Result<OnboardReport> onboardTenants(
    const Context& context, const std::vector<std::string>& tenantIds,
    const std::function<void(const OnboardProgress&)>& onProgress, Milliseconds deadlinePerTenant);

}  // namespace caas::kafka::topics
