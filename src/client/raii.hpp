#pragma once

// Owners for librdkafka's objects. Internal to client/: the only folder that sees rdkafka.h.

#include <memory>
#include <vector>

#include <librdkafka/rdkafka.h>

namespace caas::kafka::client {

template <auto Destroy>
struct Destroyer {
  template <class T>
  void operator()(T* object) const {
    Destroy(object);
  }
};
template <class T, auto Destroy>
using Owned = std::unique_ptr<T, Destroyer<Destroy>>;

using ConfPtr = Owned<rd_kafka_conf_t, rd_kafka_conf_destroy>;
using TopicConfPtr = Owned<rd_kafka_topic_conf_t, rd_kafka_topic_conf_destroy>;
using TopicPtr = Owned<rd_kafka_topic_t, rd_kafka_topic_destroy>;
using QueuePtr = Owned<rd_kafka_queue_t, rd_kafka_queue_destroy>;
using EventPtr = Owned<rd_kafka_event_t, rd_kafka_event_destroy>;
using ErrorPtr = Owned<rd_kafka_error_t, rd_kafka_error_destroy>;
using PartitionListPtr =
    Owned<rd_kafka_topic_partition_list_t, rd_kafka_topic_partition_list_destroy>;
using AdminOptionsPtr = Owned<rd_kafka_AdminOptions_t, rd_kafka_AdminOptions_destroy>;
using NewTopicPtr = Owned<rd_kafka_NewTopic_t, rd_kafka_NewTopic_destroy>;
using DeleteTopicPtr = Owned<rd_kafka_DeleteTopic_t, rd_kafka_DeleteTopic_destroy>;
using NewPartitionsPtr = Owned<rd_kafka_NewPartitions_t, rd_kafka_NewPartitions_destroy>;
using ConfigResourcePtr = Owned<rd_kafka_ConfigResource_t, rd_kafka_ConfigResource_destroy>;
using TopicCollectionPtr = Owned<rd_kafka_TopicCollection_t, rd_kafka_TopicCollection_destroy>;
using ListGroupOffsetsPtr =
    Owned<rd_kafka_ListConsumerGroupOffsets_t, rd_kafka_ListConsumerGroupOffsets_destroy>;
using AlterGroupOffsetsPtr =
    Owned<rd_kafka_AlterConsumerGroupOffsets_t, rd_kafka_AlterConsumerGroupOffsets_destroy>;
using DeleteGroupOffsetsPtr =
    Owned<rd_kafka_DeleteConsumerGroupOffsets_t, rd_kafka_DeleteConsumerGroupOffsets_destroy>;

/// The plain pointers of owners, for C functions that take arrays.
template <class Owner>
[[nodiscard]] auto rawPointers(const std::vector<Owner>& owners) {
  std::vector<typename Owner::pointer> raw;
  raw.reserve(owners.size());
  for (const auto& owner : owners) {
    raw.push_back(owner.get());
  }
  return raw;
}

}  // namespace caas::kafka::client
