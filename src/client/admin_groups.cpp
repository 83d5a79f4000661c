// The part of AdminClient that is about the ends of logs and about consumer groups.

#include <algorithm>

#include <fmt/format.h>

#include "client/admin_call.hpp"
#include "client/partition_list.hpp"
#include "core/errors.hpp"

namespace caas::kafka::client {
namespace {

std::string orEmpty(const char* text) { return text == nullptr ? std::string{} : text; }

std::optional<Error> errorOf(const rd_kafka_error_t* error, std::string_view what) {
  if (error == nullptr || rd_kafka_error_code(error) == RD_KAFKA_RESP_ERR_NO_ERROR) {
    return std::nullopt;
  }
  return mapError(error, what);
}

GroupDescription descriptionOf(const rd_kafka_ConsumerGroupDescription_t* group) {
  GroupDescription description;
  description.id = rd_kafka_ConsumerGroupDescription_group_id(group);
  description.error = errorOf(rd_kafka_ConsumerGroupDescription_error(group),
                              fmt::format("describing group '{}'", description.id));
  description.state =
      rd_kafka_consumer_group_state_name(rd_kafka_ConsumerGroupDescription_state(group));
  description.simple = rd_kafka_ConsumerGroupDescription_is_simple_consumer_group(group) != 0;
  description.type =
      rd_kafka_consumer_group_type_name(rd_kafka_ConsumerGroupDescription_type(group));
  description.assignor = orEmpty(rd_kafka_ConsumerGroupDescription_partition_assignor(group));
  if (const auto* node = rd_kafka_ConsumerGroupDescription_coordinator(group); node != nullptr) {
    description.coordinator = BrokerInfo{.id = rd_kafka_Node_id(node),
                                         .host = orEmpty(rd_kafka_Node_host(node)),
                                         .port = rd_kafka_Node_port(node),
                                         .rack = {}};
  }
  for (std::size_t i = 0; i < rd_kafka_ConsumerGroupDescription_member_count(group); ++i) {
    const auto* member = rd_kafka_ConsumerGroupDescription_member(group, i);
    GroupMember described{
        .clientId = orEmpty(rd_kafka_MemberDescription_client_id(member)),
        .host = orEmpty(rd_kafka_MemberDescription_host(member)),
        .assignment = {},
        .memberId = orEmpty(rd_kafka_MemberDescription_consumer_id(member)),
        .instanceId = orEmpty(rd_kafka_MemberDescription_group_instance_id(member))};
    if (const auto* assignment = rd_kafka_MemberDescription_assignment(member)) {
      described.assignment = partitionsOf(rd_kafka_MemberAssignment_partitions(assignment));
    }
    description.members.push_back(std::move(described));
  }
  return description;
}

}  // namespace

Result<std::vector<PartitionOffset>> AdminClient::listOffsets(
    const std::vector<std::pair<TopicPartition, OffsetSpec>>& partitions,
    const CallOptions& options) {
  if (partitions.empty()) {
    return std::vector<PartitionOffset>{};
  }
  const PartitionListPtr list(
      rd_kafka_topic_partition_list_new(static_cast<int>(partitions.size())));
  for (const auto& [partition, spec] : partitions) {
    auto* element =
        rd_kafka_topic_partition_list_add(list.get(), partition.topic.c_str(), partition.partition);
    switch (spec.kind) {
      case OffsetSpec::Kind::kEarliest: element->offset = RD_KAFKA_OFFSET_SPEC_EARLIEST; break;
      case OffsetSpec::Kind::kLatest: element->offset = RD_KAFKA_OFFSET_SPEC_LATEST; break;
      case OffsetSpec::Kind::kAtTime: element->offset = spec.time.time_since_epoch().count(); break;
    }
  }
  const std::string what = fmt::format("reading the offsets of {} partitions", partitions.size());
  CAAS_ASSIGN(const EventPtr event,
              impl_->run(RD_KAFKA_ADMIN_OP_LISTOFFSETS, what, options,
                         [&](rd_kafka_t* client, const auto* adminOptions, auto* queue) {
                           rd_kafka_ListOffsets(client, list.get(), adminOptions, queue);
                         }));
  std::size_t count = 0;
  const auto** infos =
      rd_kafka_ListOffsets_result_infos(rd_kafka_event_ListOffsets_result(event.get()), &count);
  std::vector<PartitionOffset> offsets;
  offsets.reserve(count);
  for (std::size_t i = 0; i < count; ++i) {
    offsets.push_back(
        offsetOf(*rd_kafka_ListOffsetsResultInfo_topic_partition(infos[i]), "reading its offset"));
  }
  return offsets;
}

Result<std::vector<GroupInfo>> AdminClient::listGroups(const CallOptions& options) {
  CAAS_ASSIGN(const EventPtr event,
              impl_->run(RD_KAFKA_ADMIN_OP_LISTCONSUMERGROUPS, "listing consumer groups", options,
                         [](rd_kafka_t* client, const auto* adminOptions, auto* queue) {
                           rd_kafka_ListConsumerGroups(client, adminOptions, queue);
                         }));
  const auto* result = rd_kafka_event_ListConsumerGroups_result(event.get());
  std::size_t count = 0;
  // A broker that does not answer would leave its groups out: a partial list must not pass as
  // whole.
  const auto** errors = rd_kafka_ListConsumerGroups_result_errors(result, &count);
  if (count > 0) {
    return fail(mapError(errors[0], "listing consumer groups"));
  }
  const auto** groups = rd_kafka_ListConsumerGroups_result_valid(result, &count);
  std::vector<GroupInfo> listed;
  for (std::size_t i = 0; i < count; ++i) {
    listed.push_back(
        {.id = rd_kafka_ConsumerGroupListing_group_id(groups[i]),
         .state =
             rd_kafka_consumer_group_state_name(rd_kafka_ConsumerGroupListing_state(groups[i])),
         .simple = rd_kafka_ConsumerGroupListing_is_simple_consumer_group(groups[i]) != 0,
         .type = rd_kafka_consumer_group_type_name(rd_kafka_ConsumerGroupListing_type(groups[i]))});
  }
  std::ranges::sort(listed, {}, &GroupInfo::id);
  return listed;
}

Result<std::vector<GroupDescription>> AdminClient::describeGroups(
    const std::vector<std::string>& groups, const CallOptions& options) {
  if (groups.empty()) {
    return std::vector<GroupDescription>{};
  }
  std::vector<const char*> names;
  for (const auto& group : groups) {
    names.push_back(group.c_str());
  }
  CAAS_ASSIGN(const EventPtr event,
              impl_->run(RD_KAFKA_ADMIN_OP_DESCRIBECONSUMERGROUPS,
                         fmt::format("describing {} groups", groups.size()), options,
                         [&](rd_kafka_t* client, const auto* adminOptions, auto* queue) {
                           rd_kafka_DescribeConsumerGroups(client, names.data(), names.size(),
                                                           adminOptions, queue);
                         }));
  std::size_t count = 0;
  const auto** results = rd_kafka_DescribeConsumerGroups_result_groups(
      rd_kafka_event_DescribeConsumerGroups_result(event.get()), &count);
  std::vector<GroupDescription> described;
  for (std::size_t i = 0; i < count; ++i) {
    described.push_back(descriptionOf(results[i]));
  }
  return described;
}

}  // namespace caas::kafka::client
