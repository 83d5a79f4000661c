// Written by script/wire-messages from Kafka 4.3.1's message definitions; not by hand.
#pragma once

#include "wire/generated/produce.hpp"

namespace caas::kafka::wire {

template <class Codec, class Self>
void ProduceRequest::PartitionProduceData::visit(Codec& c, Self& m, int version) {
  static_cast<void>(version);
  c.field("index", m.index);
  c.nullable("records", m.records, true);
  c.tags([](auto&) {});
}

template <class Codec, class Self>
void ProduceRequest::TopicProduceData::visit(Codec& c, Self& m, int version) {
  if (version <= 12) {
    c.field("name", m.name);
  }
  if (version >= 13) {
    c.field("topicId", m.topicId);
  }
  c.array("partitionData", m.partitionData, version);
  c.tags([](auto&) {});
}

template <class Codec, class Self>
void ProduceRequest::visit(Codec& c, Self& m, int version) {
  c.nullable("transactionalId", m.transactionalId, true);
  c.field("acks", m.acks);
  c.field("timeoutMs", m.timeoutMs);
  c.array("topicData", m.topicData, version);
  c.tags([](auto&) {});
}

template <class Codec, class Self>
void ProduceResponse::BatchIndexAndErrorMessage::visit(Codec& c, Self& m, int version) {
  static_cast<void>(version);
  c.field("batchIndex", m.batchIndex);
  c.nullable("batchIndexErrorMessage", m.batchIndexErrorMessage, true);
  c.tags([](auto&) {});
}

template <class Codec, class Self>
void ProduceResponse::LeaderIdAndEpoch::visit(Codec& c, Self& m, int version) {
  static_cast<void>(version);
  c.field("leaderId", m.leaderId);
  c.field("leaderEpoch", m.leaderEpoch);
  c.tags([](auto&) {});
}

template <class Codec, class Self>
void ProduceResponse::PartitionProduceResponse::visit(Codec& c, Self& m, int version) {
  c.field("index", m.index);
  c.field("errorCode", m.errorCode);
  c.field("baseOffset", m.baseOffset);
  c.field("logAppendTimeMs", m.logAppendTimeMs);
  c.field("logStartOffset", m.logStartOffset);
  c.array("recordErrors", m.recordErrors, version);
  c.nullable("errorMessage", m.errorMessage, true);
  c.tags([&](auto& tags) {
    if (version >= 10) {
      tags.tag(0, m.currentLeader == LeaderIdAndEpoch{}, [&](auto& in) { in.object("currentLeader", m.currentLeader, version); });
    }
  });
  if (!(version >= 10)) {
    c.unsupported("currentLeader", m.currentLeader == LeaderIdAndEpoch{});
  }
}

template <class Codec, class Self>
void ProduceResponse::TopicProduceResponse::visit(Codec& c, Self& m, int version) {
  if (version <= 12) {
    c.field("name", m.name);
  }
  if (version >= 13) {
    c.field("topicId", m.topicId);
  }
  c.array("partitionResponses", m.partitionResponses, version);
  c.tags([](auto&) {});
}

template <class Codec, class Self>
void ProduceResponse::NodeEndpoint::visit(Codec& c, Self& m, int version) {
  static_cast<void>(version);
  c.field("nodeId", m.nodeId);
  c.field("host", m.host);
  c.field("port", m.port);
  c.nullable("rack", m.rack, true);
  c.tags([](auto&) {});
}

template <class Codec, class Self>
void ProduceResponse::visit(Codec& c, Self& m, int version) {
  c.array("responses", m.responses, version);
  c.field("throttleTimeMs", m.throttleTimeMs);
  c.tags([&](auto& tags) {
    if (version >= 10) {
      tags.tag(0, m.nodeEndpoints.empty(), [&](auto& in) { in.array("nodeEndpoints", m.nodeEndpoints, version); });
    }
  });
  if (!(version >= 10)) {
    c.unsupported("nodeEndpoints", m.nodeEndpoints.empty());
  }
}

}  // namespace caas::kafka::wire
