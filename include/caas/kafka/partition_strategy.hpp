#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "caas/kafka/catalog.hpp"
#include "caas/kafka/clock.hpp"
#include "caas/kafka/result.hpp"

namespace caas::kafka {

/// The fields that a key can be made from. Empty means missing.
struct MessageData {
  std::string_view tenantId{};
  std::string_view conversationId{};
  std::string_view userId{};
};

/// What a topic will have to carry. Zero means "not known" for uniqueKeys and consumers.
struct LoadInfo {
  double messagesPerSecond = 0;
  int uniqueKeys = 0;
  int consumers = 0;
};

/// A recommendation and why.
struct PartitionRecommendation {
  int partitions = 0;
  /// One sentence for each rule that had a say, in the order in which they applied.
  std::vector<std::string> reasons;
  /// Expected share of the hottest partition over the mean (1.0 is even), if the keys are equally
  /// busy: a balls-in-bins estimate.
  double expectedSkew = 1.0;
};

/// Keys and partition counts. Pure; thread-safe.
class PartitionStrategy {
 public:
  /// Key of platform records that belong to no tenant.
  static constexpr std::string_view kPlatformKey = "_platform";
  /// Records per second that one partition is planned for (chat-sized records, RF 3, acks=all).
  static constexpr double kPartitionCapacity = 1000.0;
  /// Never recommend more: each partition costs memory, file handles and requests on each broker.
  static constexpr int kMaxPartitions = 64;

  /// The key of a record. A field that the strategy needs and that is missing is
  /// kInvalidArgument, never an empty key; `tenant_id` without a tenant is `_platform`. `random`
  /// gives a fresh key that spreads evenly.
  [[nodiscard]] static Result<std::string> createMessageKey(std::string_view strategy,
                                                            const MessageData& data);
  [[nodiscard]] static Result<std::string> createMessageKey(KeyStrategy strategy,
                                                            const MessageData& data,
                                                            Random& random = systemRandom());

  /// Enough partitions for the rate at kPartitionCapacity, at least the consumers and a multiple of
  /// them, never more than the unique keys of a keyed strategy, at most kMaxPartitions.
  [[nodiscard]] static Result<int> getRecommendedPartitions(std::string_view strategy,
                                                            const LoadInfo& load);
  [[nodiscard]] static Result<PartitionRecommendation> explainRecommendedPartitions(
      std::string_view strategy, const LoadInfo& load);

  /// The partition that Kafka's Java client (DefaultPartitioner, murmur2) gives to a key; the empty
  /// key too.
  [[nodiscard]] static int partitionFor(std::string_view key, int partitions);
};

}  // namespace caas::kafka
