#include <array>

#include <fmt/format.h>

#include "caas/kafka/catalog.hpp"
#include "catalog/names.hpp"
#include "core/errors.hpp"

namespace caas::kafka {
namespace {

struct StrategyName {
  KeyStrategy strategy;
  std::string_view name;
};
constexpr std::array kNames{StrategyName{KeyStrategy::kConversationId, "conversation_id"},
                            StrategyName{KeyStrategy::kUserId, "user_id"},
                            StrategyName{KeyStrategy::kTenantId, "tenant_id"},
                            StrategyName{KeyStrategy::kRandom, "random"},
                            StrategyName{KeyStrategy::kRecordKey, "record_key"},
                            StrategyName{KeyStrategy::kEntryId, "entry_id"},
                            StrategyName{KeyStrategy::kNone, "none"}};

}  // namespace

std::string_view toString(KeyStrategy strategy) {
  for (const auto& entry : kNames) {
    if (entry.strategy == strategy) {
      return entry.name;
    }
  }
  return "unknown";
}

Result<KeyStrategy> parseKeyStrategy(std::string_view text) {
  for (const auto& entry : kNames) {
    if (entry.name == text) {
      return entry.strategy;
    }
  }
  return fail(errors::invalidArgument(
      fmt::format("'{}' is not a partition strategy", catalog::printable(text)),
      "Allowed are conversation_id, user_id, tenant_id and random (and record_key, entry_id, none "
      "for internal topics)"));
}

std::string_view toString(TopicCategory category) {
  switch (category) {
    case TopicCategory::kPlatform: return "platform";
    case TopicCategory::kTenant: return "tenant";
    case TopicCategory::kInternal: return "internal";
  }
  return "unknown";
}

}  // namespace caas::kafka
