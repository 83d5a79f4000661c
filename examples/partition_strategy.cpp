// Keys that keep messages in order, and how many partitions a load needs. Needs no cluster.
#include <iostream>

#include <caas/kafka/partition_strategy.hpp>

using namespace caas::kafka;

int main() {
  // [key]
  const auto key = PartitionStrategy::createMessageKey(
      "conversation_id",
      {.tenantId = "tenant-123", .conversationId = "conv-456", .userId = "user-789"});
  if (!key) {
    std::cerr << key.error().describe() << "\n";
    return 1;
  }
  std::cout << "Partition key: " << *key << "\n";  // conv-456
  // [/key]

  // [recommend]
  const LoadInfo load{.messagesPerSecond = 1000, .uniqueKeys = 500, .consumers = 3};
  const auto partitions = PartitionStrategy::getRecommendedPartitions("conversation_id", load);
  const auto why = PartitionStrategy::explainRecommendedPartitions("conversation_id", load);
  if (!partitions || !why) {
    std::cerr << "No recommendation\n";
    return 1;
  }
  std::cout << "Recommended partitions: " << *partitions << "\n";
  for (const auto& reason : why->reasons) {
    std::cout << "  " << reason << "\n";
  }
  // [/recommend]
  return *key == "conv-456" ? 0 : 1;
}
