// Written by script/wire-messages from Kafka 4.3.1's message definitions; not by hand.
#pragma once

#include "wire/generated/describe_quorum.hpp"

namespace caas::kafka::wire {

template <class Codec, class Self>
void DescribeQuorumRequest::PartitionData::visit(Codec& c, Self& m, int version) {
  static_cast<void>(version);
  c.field("partitionIndex", m.partitionIndex);
  c.tags([](auto&) {});
}

template <class Codec, class Self>
void DescribeQuorumRequest::TopicData::visit(Codec& c, Self& m, int version) {
  c.field("topicName", m.topicName);
  c.array("partitions", m.partitions, version);
  c.tags([](auto&) {});
}

template <class Codec, class Self>
void DescribeQuorumRequest::visit(Codec& c, Self& m, int version) {
  c.array("topics", m.topics, version);
  c.tags([](auto&) {});
}

template <class Codec, class Self>
void DescribeQuorumResponse::ReplicaState::visit(Codec& c, Self& m, int version) {
  c.field("replicaId", m.replicaId);
  if (version >= 2) {
    c.field("replicaDirectoryId", m.replicaDirectoryId);
  } else {
    c.unsupported("replicaDirectoryId", m.replicaDirectoryId == Uuid{});
  }
  c.field("logEndOffset", m.logEndOffset);
  if (version >= 1) {
    c.field("lastFetchTimestamp", m.lastFetchTimestamp);
  }
  if (version >= 1) {
    c.field("lastCaughtUpTimestamp", m.lastCaughtUpTimestamp);
  }
  c.tags([](auto&) {});
}

template <class Codec, class Self>
void DescribeQuorumResponse::PartitionData::visit(Codec& c, Self& m, int version) {
  c.field("partitionIndex", m.partitionIndex);
  c.field("errorCode", m.errorCode);
  if (version >= 2) {
    c.nullable("errorMessage", m.errorMessage, true);
  }
  c.field("leaderId", m.leaderId);
  c.field("leaderEpoch", m.leaderEpoch);
  c.field("highWatermark", m.highWatermark);
  c.array("currentVoters", m.currentVoters, version);
  c.array("observers", m.observers, version);
  c.tags([](auto&) {});
}

template <class Codec, class Self>
void DescribeQuorumResponse::TopicData::visit(Codec& c, Self& m, int version) {
  c.field("topicName", m.topicName);
  c.array("partitions", m.partitions, version);
  c.tags([](auto&) {});
}

template <class Codec, class Self>
void DescribeQuorumResponse::Listener::visit(Codec& c, Self& m, int version) {
  static_cast<void>(version);
  c.field("name", m.name);
  c.field("host", m.host);
  c.field("port", m.port);
  c.tags([](auto&) {});
}

template <class Codec, class Self>
void DescribeQuorumResponse::Node::visit(Codec& c, Self& m, int version) {
  c.field("nodeId", m.nodeId);
  c.array("listeners", m.listeners, version);
  c.tags([](auto&) {});
}

template <class Codec, class Self>
void DescribeQuorumResponse::visit(Codec& c, Self& m, int version) {
  c.field("errorCode", m.errorCode);
  if (version >= 2) {
    c.nullable("errorMessage", m.errorMessage, true);
  }
  c.array("topics", m.topics, version);
  if (version >= 2) {
    c.array("nodes", m.nodes, version);
  } else {
    c.unsupported("nodes", m.nodes.empty());
  }
  c.tags([](auto&) {});
}

}  // namespace caas::kafka::wire
