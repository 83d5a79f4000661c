#pragma once

#include <string_view>

#include "caas/kafka/topic_manager.hpp"
#include "topics/context.hpp"

namespace caas::kafka::topics {

[[nodiscard]] Result<DeleteTenantReport> deleteTenantTopics(const Context& context,
                                                            std::string_view tenantId,
                                                            const DeleteTenantOptions& options);
[[nodiscard]] Result<TopicManager::DeletePreview> previewDelete(const Context& context,
                                                                std::string_view tenantId,
                                                                Milliseconds limit);

}  // namespace caas::kafka::topics
