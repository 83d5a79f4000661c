// Written by script/wire-messages from Kafka 4.3.1's message definitions; not by hand.
#pragma once

#include "wire/generated/metadata.hpp"

namespace caas::kafka::wire {

template <class Codec, class Self>
void MetadataRequest::MetadataRequestTopic::visit(Codec& c, Self& m, int version) {
  if (version >= 10) {
    c.field("topicId", m.topicId);
  }
  c.nullable("name", m.name, version >= 10);
  if (version >= 9) {
    c.tags([](auto&) {});
  }
}

template <class Codec, class Self>
void MetadataRequest::visit(Codec& c, Self& m, int version) {
  c.nullableArray("topics", m.topics, version, version >= 1);
  if (version >= 4) {
    c.field("allowAutoTopicCreation", m.allowAutoTopicCreation);
  } else {
    c.unsupported("allowAutoTopicCreation", m.allowAutoTopicCreation);
  }
  if (version >= 8 && version <= 10) {
    c.field("includeClusterAuthorizedOperations", m.includeClusterAuthorizedOperations);
  } else {
    c.unsupported("includeClusterAuthorizedOperations", !m.includeClusterAuthorizedOperations);
  }
  if (version >= 8) {
    c.field("includeTopicAuthorizedOperations", m.includeTopicAuthorizedOperations);
  } else {
    c.unsupported("includeTopicAuthorizedOperations", !m.includeTopicAuthorizedOperations);
  }
  if (version >= 9) {
    c.tags([](auto&) {});
  }
}

template <class Codec, class Self>
void MetadataResponse::MetadataResponseBroker::visit(Codec& c, Self& m, int version) {
  c.field("nodeId", m.nodeId);
  c.field("host", m.host);
  c.field("port", m.port);
  if (version >= 1) {
    c.nullable("rack", m.rack, true);
  }
  if (version >= 9) {
    c.tags([](auto&) {});
  }
}

template <class Codec, class Self>
void MetadataResponse::MetadataResponsePartition::visit(Codec& c, Self& m, int version) {
  c.field("errorCode", m.errorCode);
  c.field("partitionIndex", m.partitionIndex);
  c.field("leaderId", m.leaderId);
  if (version >= 7) {
    c.field("leaderEpoch", m.leaderEpoch);
  }
  c.array("replicaNodes", m.replicaNodes, version);
  c.array("isrNodes", m.isrNodes, version);
  if (version >= 5) {
    c.array("offlineReplicas", m.offlineReplicas, version);
  }
  if (version >= 9) {
    c.tags([](auto&) {});
  }
}

template <class Codec, class Self>
void MetadataResponse::MetadataResponseTopic::visit(Codec& c, Self& m, int version) {
  c.field("errorCode", m.errorCode);
  c.nullable("name", m.name, version >= 12);
  if (version >= 10) {
    c.field("topicId", m.topicId);
  }
  if (version >= 1) {
    c.field("isInternal", m.isInternal);
  }
  c.array("partitions", m.partitions, version);
  if (version >= 8) {
    c.field("topicAuthorizedOperations", m.topicAuthorizedOperations);
  } else {
    c.unsupported("topicAuthorizedOperations", m.topicAuthorizedOperations == std::numeric_limits<std::int32_t>::min());
  }
  if (version >= 9) {
    c.tags([](auto&) {});
  }
}

template <class Codec, class Self>
void MetadataResponse::visit(Codec& c, Self& m, int version) {
  if (version >= 3) {
    c.field("throttleTimeMs", m.throttleTimeMs);
  }
  c.array("brokers", m.brokers, version);
  if (version >= 2) {
    c.nullable("clusterId", m.clusterId, true);
  }
  if (version >= 1) {
    c.field("controllerId", m.controllerId);
  }
  c.array("topics", m.topics, version);
  if (version >= 8 && version <= 10) {
    c.field("clusterAuthorizedOperations", m.clusterAuthorizedOperations);
  } else {
    c.unsupported("clusterAuthorizedOperations", m.clusterAuthorizedOperations == std::numeric_limits<std::int32_t>::min());
  }
  if (version >= 13) {
    c.field("errorCode", m.errorCode);
  }
  if (version >= 9) {
    c.tags([](auto&) {});
  }
}

}  // namespace caas::kafka::wire
