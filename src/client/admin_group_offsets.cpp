// The part of AdminClient that is about the offsets that groups have committed.

#include <algorithm>

#include <fmt/format.h>

#include "client/admin_call.hpp"
#include "client/partition_list.hpp"
#include "core/errors.hpp"

namespace caas::kafka::client {
namespace {

/// The one group of a result that was asked for one: its partitions. `visit` gets each.
template <class Visit>
Result<void> visitGroup(const rd_kafka_group_result_t** groups, std::size_t count,
                        std::string_view what, Visit visit) {
  for (std::size_t g = 0; g < count; ++g) {
    const auto* error = rd_kafka_group_result_error(groups[g]);
    if (error != nullptr && rd_kafka_error_code(error) != RD_KAFKA_RESP_ERR_NO_ERROR) {
      return fail(mapError(error, what));
    }
    const auto* list = rd_kafka_group_result_partitions(groups[g]);
    for (int i = 0; list != nullptr && i < list->cnt; ++i) {
      visit(list->elems[i]);
    }
  }
  return {};
}

Result<std::vector<PartitionOffset>> offsetsOf(const rd_kafka_group_result_t** groups,
                                               std::size_t count, std::string_view what) {
  std::vector<PartitionOffset> offsets;
  CAAS_TRY(visitGroup(groups, count, what,
                      [&](const auto& element) { offsets.push_back(offsetOf(element, what)); }));
  return offsets;
}

std::string metadataOf(const rd_kafka_topic_partition_t& element) {
  return element.metadata == nullptr
             ? std::string{}
             : std::string(static_cast<const char*>(element.metadata), element.metadata_size);
}

/// A commit without a member id: what a group with members answers.
bool refusedForMembers(rd_kafka_resp_err_t code) {
  return code == RD_KAFKA_RESP_ERR_UNKNOWN_MEMBER_ID ||
         code == RD_KAFKA_RESP_ERR_ILLEGAL_GENERATION ||
         code == RD_KAFKA_RESP_ERR_STALE_MEMBER_EPOCH ||
         code == RD_KAFKA_RESP_ERR_REBALANCE_IN_PROGRESS ||
         code == RD_KAFKA_RESP_ERR_NON_EMPTY_GROUP;
}

}  // namespace

Result<std::vector<CommittedOffset>> AdminClient::listCommitted(const std::string& group,
                                                                const CallOptions& options) {
  const ListGroupOffsetsPtr request(rd_kafka_ListConsumerGroupOffsets_new(group.c_str(), nullptr));
  auto* raw = request.get();
  const std::string what = fmt::format("reading the offsets of group '{}'", group);
  CAAS_ASSIGN(const EventPtr event,
              impl_->run(RD_KAFKA_ADMIN_OP_LISTCONSUMERGROUPOFFSETS, what, options,
                         [&](rd_kafka_t* client, const auto* adminOptions, auto* queue) {
                           rd_kafka_ListConsumerGroupOffsets(client, &raw, 1, adminOptions, queue);
                         }));
  std::size_t count = 0;
  const auto** groups = rd_kafka_ListConsumerGroupOffsets_result_groups(
      rd_kafka_event_ListConsumerGroupOffsets_result(event.get()), &count);
  std::vector<CommittedOffset> offsets;
  CAAS_TRY(visitGroup(groups, count, what, [&](const auto& element) {
    auto plain = offsetOf(element, what);
    if (plain.error || plain.offset >= 0) {
      offsets.push_back({.partition = std::move(plain.partition),
                         .offset = plain.offset,
                         .metadata = metadataOf(element),
                         .error = std::move(plain.error)});
    }
  }));
  return offsets;
}

Result<std::vector<PartitionOffset>> AdminClient::listGroupOffsets(
    const std::string& group, const std::vector<TopicPartition>& partitions,
    const CallOptions& options) {
  const PartitionListPtr list = partitions.empty() ? nullptr : listOf(partitions);
  const ListGroupOffsetsPtr request(
      rd_kafka_ListConsumerGroupOffsets_new(group.c_str(), list.get()));
  auto* raw = request.get();
  const std::string what = fmt::format("reading the offsets of group '{}'", group);
  CAAS_ASSIGN(const EventPtr event,
              impl_->run(RD_KAFKA_ADMIN_OP_LISTCONSUMERGROUPOFFSETS, what, options,
                         [&](rd_kafka_t* client, const auto* adminOptions, auto* queue) {
                           rd_kafka_ListConsumerGroupOffsets(client, &raw, 1, adminOptions, queue);
                         }));
  std::size_t count = 0;
  const auto** groups = rd_kafka_ListConsumerGroupOffsets_result_groups(
      rd_kafka_event_ListConsumerGroupOffsets_result(event.get()), &count);
  CAAS_ASSIGN(auto offsets, offsetsOf(groups, count, what));
  std::erase_if(offsets,
                [](const PartitionOffset& offset) { return !offset.error && offset.offset < 0; });
  return offsets;
}

Result<std::vector<PartitionOffset>> AdminClient::alterGroupOffsets(
    const std::string& group, const std::vector<PartitionOffset>& offsets,
    const CallOptions& options) {
  if (offsets.empty()) {
    return std::vector<PartitionOffset>{};
  }
  const PartitionListPtr list = listOf(offsets);
  const AlterGroupOffsetsPtr request(
      rd_kafka_AlterConsumerGroupOffsets_new(group.c_str(), list.get()));
  auto* raw = request.get();
  const std::string what = fmt::format("setting the offsets of group '{}'", group);
  const auto activeError = [&](rd_kafka_resp_err_t code, Error error) {
    return refusedForMembers(code) ? mapError(RD_KAFKA_RESP_ERR_NON_EMPTY_GROUP, what) : error;
  };
  auto event =
      impl_->run(RD_KAFKA_ADMIN_OP_ALTERCONSUMERGROUPOFFSETS, what, options,
                 [&](rd_kafka_t* client, const auto* adminOptions, auto* queue) {
                   rd_kafka_AlterConsumerGroupOffsets(client, &raw, 1, adminOptions, queue);
                 });
  if (!event) {
    return fail(std::move(event).error());
  }
  std::size_t count = 0;
  const auto** groups = rd_kafka_AlterConsumerGroupOffsets_result_groups(
      rd_kafka_event_AlterConsumerGroupOffsets_result(event->get()), &count);
  std::vector<PartitionOffset> altered;
  CAAS_TRY(visitGroup(groups, count, what, [&](const auto& element) {
    auto plain = offsetOf(element, what);
    if (plain.error) {
      plain.error = activeError(element.err, *std::move(plain.error));
    }
    altered.push_back(std::move(plain));
  }));
  return altered;
}

Result<std::vector<PartitionOffset>> AdminClient::deleteGroupOffsets(
    const std::string& group, const std::vector<TopicPartition>& partitions,
    const CallOptions& options) {
  if (partitions.empty()) {
    return std::vector<PartitionOffset>{};
  }
  const PartitionListPtr list = listOf(partitions);
  const DeleteGroupOffsetsPtr request(
      rd_kafka_DeleteConsumerGroupOffsets_new(group.c_str(), list.get()));
  auto* raw = request.get();
  const std::string what = fmt::format("deleting offsets of group '{}'", group);
  CAAS_ASSIGN(const EventPtr event,
              impl_->run(RD_KAFKA_ADMIN_OP_DELETECONSUMERGROUPOFFSETS, what, options,
                         [&](rd_kafka_t* client, const auto* adminOptions, auto* queue) {
                           rd_kafka_DeleteConsumerGroupOffsets(client, &raw, 1, adminOptions,
                                                               queue);
                         }));
  std::size_t count = 0;
  const auto** groups = rd_kafka_DeleteConsumerGroupOffsets_result_groups(
      rd_kafka_event_DeleteConsumerGroupOffsets_result(event.get()), &count);
  return offsetsOf(groups, count, what);
}

}  // namespace caas::kafka::client
