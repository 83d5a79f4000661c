#pragma once

// Between librdkafka's partition lists and ours.

#include <string_view>
#include <vector>

#include "client/admin.hpp"
#include "client/raii.hpp"

namespace caas::kafka::client {

[[nodiscard]] PartitionListPtr listOf(const std::vector<TopicPartition>& partitions);
/// With offsets.
[[nodiscard]] PartitionListPtr listOf(const std::vector<PartitionOffset>& offsets);
[[nodiscard]] std::vector<TopicPartition> partitionsOf(const rd_kafka_topic_partition_list_t* list);
/// `what` begins the message of an error.
[[nodiscard]] PartitionOffset offsetOf(const rd_kafka_topic_partition_t& element,
                                       std::string_view what);

}  // namespace caas::kafka::client
