#include "client/partition_list.hpp"

#include <fmt/format.h>

#include "client/error_map.hpp"

namespace caas::kafka::client {

PartitionListPtr listOf(const std::vector<TopicPartition>& partitions) {
  PartitionListPtr list(rd_kafka_topic_partition_list_new(static_cast<int>(partitions.size())));
  for (const auto& partition : partitions) {
    rd_kafka_topic_partition_list_add(list.get(), partition.topic.c_str(), partition.partition);
  }
  return list;
}

PartitionListPtr listOf(const std::vector<PartitionOffset>& offsets) {
  PartitionListPtr list(rd_kafka_topic_partition_list_new(static_cast<int>(offsets.size())));
  for (const auto& [partition, offset, error] : offsets) {
    rd_kafka_topic_partition_list_add(list.get(), partition.topic.c_str(), partition.partition)
        ->offset = offset;
  }
  return list;
}

std::vector<TopicPartition> partitionsOf(const rd_kafka_topic_partition_list_t* list) {
  std::vector<TopicPartition> partitions;
  for (int i = 0; list != nullptr && i < list->cnt; ++i) {
    partitions.push_back({list->elems[i].topic, list->elems[i].partition});
  }
  return partitions;
}

PartitionOffset offsetOf(const rd_kafka_topic_partition_t& element, std::string_view what) {
  PartitionOffset offset{.partition = {element.topic, element.partition},
                         .offset = element.offset,
                         .error = std::nullopt};
  if (element.err != RD_KAFKA_RESP_ERR_NO_ERROR) {
    offset.error = mapError(element.err, fmt::format("{}: partition {} of '{}'", what,
                                                     element.partition, element.topic));
  }
  return offset;
}

}  // namespace caas::kafka::client
