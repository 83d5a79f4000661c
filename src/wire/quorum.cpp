#include "wire/quorum.hpp"

#include <algorithm>

#include "core/errors.hpp"
#include "wire/generated/describe_quorum.hpp"
#include "wire/kafka_error.hpp"

namespace caas::kafka::wire {
namespace {

constexpr std::string_view kTopic = "__cluster_metadata";
constexpr std::string_view kWhat = "describing the controllers' quorum";

std::vector<QuorumReplica> replicasOf(
    const std::vector<DescribeQuorumResponse::ReplicaState>& states, std::int64_t leaderEnd) {
  std::vector<QuorumReplica> replicas;
  for (const auto& state : states) {
    QuorumReplica replica{.nodeId = state.replicaId, .logEndOffset = state.logEndOffset};
    replica.lag = state.logEndOffset < 0
                      ? leaderEnd
                      : std::max<std::int64_t>(0, leaderEnd - state.logEndOffset);
    if (state.lastCaughtUpTimestamp >= 0) {
      replica.lastCaughtUp = Timestamp{Milliseconds{state.lastCaughtUpTimestamp}};
    }
    replicas.push_back(replica);
  }
  std::ranges::sort(replicas, {}, &QuorumReplica::nodeId);
  return replicas;
}

}  // namespace

Result<Quorum> describeQuorum(Client& client, Milliseconds timeout) {
  DescribeQuorumRequest question;
  DescribeQuorumRequest::TopicData topic{.topicName = std::string(kTopic), .partitions = {}};
  topic.partitions.push_back({.partitionIndex = 0});
  question.topics.push_back(std::move(topic));
  CAAS_ASSIGN(const auto answer,
              client.ask<DescribeQuorumResponse>(Client::kAnyBroker, question, timeout));
  if (answer.errorCode != kafka_error::kNone) {
    return fail(kafkaError(answer.errorCode, kWhat, answer.errorMessage));
  }
  if (answer.topics.size() != 1 || answer.topics[0].partitions.size() != 1) {
    return fail(errors::internal("the broker's answer about the quorum has no quorum in it"));
  }
  const auto& partition = answer.topics[0].partitions[0];
  if (partition.errorCode != kafka_error::kNone) {
    return fail(kafkaError(partition.errorCode, kWhat, partition.errorMessage));
  }
  std::int64_t leaderEnd = 0;
  for (const auto& voter : partition.currentVoters) {
    if (voter.replicaId == partition.leaderId) {
      leaderEnd = voter.logEndOffset;
    }
  }
  return Quorum{.leaderId = partition.leaderId,
                .leaderEpoch = partition.leaderEpoch,
                .highWatermark = partition.highWatermark,
                .voters = replicasOf(partition.currentVoters, leaderEnd),
                .observers = replicasOf(partition.observers, leaderEnd)};
}

}  // namespace caas::kafka::wire
