#include "caas/kafka/partition_strategy.hpp"

#include <fmt/format.h>

#include "catalog/murmur2.hpp"
#include "core/errors.hpp"

namespace caas::kafka {
namespace {

Result<std::string> field(std::string_view value, KeyStrategy strategy, std::string_view name) {
  if (value.empty()) {
    return fail(errors::invalidArgument(
        fmt::format("strategy {} needs a {}, and the record has none", toString(strategy), name),
        "Give the field a value; an empty key would put all such records on one partition"));
  }
  return std::string(value);
}

/// 60 random bits in 12 characters: short enough for std::string's own buffer.
std::string randomKey(Random& random) {
  constexpr std::string_view kAlphabet = "0123456789abcdefghijklmnopqrstuv";
  std::string key(12, '0');
  std::uint64_t bits = random.next();
  for (char& c : key) {
    c = kAlphabet[bits & 31U];
    bits >>= 5U;
  }
  return key;
}

}  // namespace

Result<std::string> PartitionStrategy::createMessageKey(std::string_view strategy,
                                                        const MessageData& data) {
  CAAS_ASSIGN(const auto parsed, parseKeyStrategy(strategy));
  return createMessageKey(parsed, data);
}

Result<std::string> PartitionStrategy::createMessageKey(KeyStrategy strategy,
                                                        const MessageData& data, Random& random) {
  switch (strategy) {
    case KeyStrategy::kConversationId:
      return field(data.conversationId, strategy, "conversationId");
    case KeyStrategy::kUserId: return field(data.userId, strategy, "userId");
    case KeyStrategy::kTenantId:
      return std::string(data.tenantId.empty() ? kPlatformKey : data.tenantId);
    case KeyStrategy::kRandom: return randomKey(random);
    case KeyStrategy::kRecordKey:
    case KeyStrategy::kEntryId:
    case KeyStrategy::kNone: break;
  }
  return fail(errors::invalidArgument(
      fmt::format("strategy {} makes no key from a message: it belongs to internal topics, whose "
                  "writers bring the key along",
                  toString(strategy)),
      "Use conversation_id, user_id, tenant_id or random"));
}

int PartitionStrategy::partitionFor(std::string_view key, int partitions) {
  if (partitions <= 1) {
    return 0;
  }
  return static_cast<int>((catalog::murmur2(key) & 0x7fffffffU) %
                          static_cast<std::uint32_t>(partitions));
}

}  // namespace caas::kafka
