#include "client/error_map.hpp"

#include <fmt/format.h>

#include "core/errors.hpp"

namespace caas::kafka::client {
namespace {

struct Kind {
  ErrorCode code = ErrorCode::kInternal;
  bool retriable = false;
  bool fatal = false;
  std::string_view hint{};
};

Kind kindOf(rd_kafka_resp_err_t code) {
  switch (code) {
    case RD_KAFKA_RESP_ERR__TRANSPORT:
    case RD_KAFKA_RESP_ERR__RESOLVE:
    case RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN:
    case RD_KAFKA_RESP_ERR_NETWORK_EXCEPTION:
      return {ErrorCode::kConnectionTimeout, true, false,
              "Check that the brokers run and that KAFKA_BROKERS names them"};
    case RD_KAFKA_RESP_ERR__TIMED_OUT:
    case RD_KAFKA_RESP_ERR__MSG_TIMED_OUT:
    case RD_KAFKA_RESP_ERR__TIMED_OUT_QUEUE:
    case RD_KAFKA_RESP_ERR_REQUEST_TIMED_OUT:
      return {ErrorCode::kTimeout, true, false,
              "Try again; `caas-kafka health` says which broker does not answer"};
    case RD_KAFKA_RESP_ERR_LEADER_NOT_AVAILABLE:
    case RD_KAFKA_RESP_ERR_NOT_LEADER_FOR_PARTITION:
    case RD_KAFKA_RESP_ERR_FENCED_LEADER_EPOCH:
    case RD_KAFKA_RESP_ERR_UNKNOWN_LEADER_EPOCH:
    case RD_KAFKA_RESP_ERR_BROKER_NOT_AVAILABLE:
    case RD_KAFKA_RESP_ERR_REPLICA_NOT_AVAILABLE:
    case RD_KAFKA_RESP_ERR_NOT_CONTROLLER:
    case RD_KAFKA_RESP_ERR_KAFKA_STORAGE_ERROR:
    case RD_KAFKA_RESP_ERR_COORDINATOR_LOAD_IN_PROGRESS:
    case RD_KAFKA_RESP_ERR_COORDINATOR_NOT_AVAILABLE:
    case RD_KAFKA_RESP_ERR_NOT_COORDINATOR:
    case RD_KAFKA_RESP_ERR_REBALANCE_IN_PROGRESS:
    case RD_KAFKA_RESP_ERR_STALE_MEMBER_EPOCH:
    case RD_KAFKA_RESP_ERR_OFFSET_NOT_AVAILABLE:
    case RD_KAFKA_RESP_ERR_THROTTLING_QUOTA_EXCEEDED:
    case RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_ID:
    case RD_KAFKA_RESP_ERR__WAIT_COORD:
      return {ErrorCode::kUnavailable, true, false, "Try again in a moment"};
    case RD_KAFKA_RESP_ERR__AUTHENTICATION:
    case RD_KAFKA_RESP_ERR_SASL_AUTHENTICATION_FAILED:
    case RD_KAFKA_RESP_ERR_UNSUPPORTED_SASL_MECHANISM:
    case RD_KAFKA_RESP_ERR_ILLEGAL_SASL_STATE:
    case RD_KAFKA_RESP_ERR__SSL:
      return {ErrorCode::kAuthentication, false, false,
              "Check KAFKA_SASL_* and KAFKA_SSL_* against the cluster's listeners"};
    case RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED:
    case RD_KAFKA_RESP_ERR_GROUP_AUTHORIZATION_FAILED:
    case RD_KAFKA_RESP_ERR_CLUSTER_AUTHORIZATION_FAILED:
    case RD_KAFKA_RESP_ERR_TRANSACTIONAL_ID_AUTHORIZATION_FAILED:
      return {ErrorCode::kAuthorization, false, false, "Grant the principal that ACL"};
    case RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART:
    case RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC:
    case RD_KAFKA_RESP_ERR__UNKNOWN_PARTITION:
      return {
          ErrorCode::kTopicNotFound, false, false,
          "Create it: `caas-kafka tenants create <id>` for a tenant's topics, `caas-kafka init` "
          "for the platform's"};
    case RD_KAFKA_RESP_ERR_TOPIC_ALREADY_EXISTS: return {ErrorCode::kTopicAlreadyExists};
    case RD_KAFKA_RESP_ERR_NOT_ENOUGH_REPLICAS:
    case RD_KAFKA_RESP_ERR_NOT_ENOUGH_REPLICAS_AFTER_APPEND:
      return {ErrorCode::kNotEnoughReplicas, true, false,
              "Check that all brokers are running; min.insync.replicas of them must be in sync"};
    case RD_KAFKA_RESP_ERR_INVALID_REPLICATION_FACTOR:
      return {ErrorCode::kNotEnoughReplicas, true, false,
              "Start the missing brokers, or lower DEFAULT_REPLICATION_FACTOR"};
    case RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE:
    case RD_KAFKA_RESP_ERR_RECORD_LIST_TOO_LARGE:
      return {ErrorCode::kRecordTooLarge, false, false,
              "Store the payload elsewhere and send a reference, or raise "
              "PRODUCER_MAX_RECORD_BYTES and the topic's max.message.bytes together"};
    case RD_KAFKA_RESP_ERR__QUEUE_FULL:
      return {ErrorCode::kQueueFull, true, false, "Send more slowly and try this record again"};
    case RD_KAFKA_RESP_ERR__PURGE_QUEUE:
    case RD_KAFKA_RESP_ERR__PURGE_INFLIGHT:
    case RD_KAFKA_RESP_ERR__DESTROY: return {ErrorCode::kShutdown};
    case RD_KAFKA_RESP_ERR__FENCED:
    case RD_KAFKA_RESP_ERR_PRODUCER_FENCED:
    case RD_KAFKA_RESP_ERR_INVALID_PRODUCER_EPOCH:
    case RD_KAFKA_RESP_ERR_FENCED_INSTANCE_ID: return {ErrorCode::kFenced, false, true};
    case RD_KAFKA_RESP_ERR_NON_EMPTY_GROUP:
    case RD_KAFKA_RESP_ERR_GROUP_SUBSCRIBED_TO_TOPIC:
      return {ErrorCode::kGroupActive, false, false, "Stop the group's consumers first"};
    case RD_KAFKA_RESP_ERR_GROUP_ID_NOT_FOUND: return {ErrorCode::kGroupNotFound};
    case RD_KAFKA_RESP_ERR_INVALID_CONFIG:
    case RD_KAFKA_RESP_ERR_INVALID_PARTITIONS:
    case RD_KAFKA_RESP_ERR_TOPIC_EXCEPTION:
    case RD_KAFKA_RESP_ERR_INVALID_REQUEST:
    case RD_KAFKA_RESP_ERR_INVALID_GROUP_ID:
    case RD_KAFKA_RESP_ERR_INVALID_TIMESTAMP:
    case RD_KAFKA_RESP_ERR_POLICY_VIOLATION:
    case RD_KAFKA_RESP_ERR__INVALID_ARG: return {ErrorCode::kInvalidArgument};
    case RD_KAFKA_RESP_ERR_UNSUPPORTED_VERSION:
    case RD_KAFKA_RESP_ERR__UNSUPPORTED_FEATURE:
      return {ErrorCode::kUnsupported, false, false, "The brokers are too old for this"};
    case RD_KAFKA_RESP_ERR__FATAL: return {ErrorCode::kInternal, false, true};
    default: return {};
  }
}

}  // namespace

Error mapError(rd_kafka_resp_err_t code, std::string_view what, std::string_view detail) {
  const Kind kind = kindOf(code);
  // librdkafka prefixes its own conditions with "Local: " and the broker's with "Broker: "; the
  // error's name is what people search for.
  const std::string_view text = detail.empty() ? rd_kafka_err2str(code) : detail;
  return {.code = kind.code,
          .message = fmt::format("{}: {} ({})", what, text, rd_kafka_err2name(code)),
          .hint = std::string(kind.hint),
          .retriable = kind.retriable,
          .fatal = kind.fatal};
}

Error mapError(const rd_kafka_error_t* error, std::string_view what) {
  Error mapped = mapError(rd_kafka_error_code(error), what, rd_kafka_error_string(error));
  mapped.retriable = mapped.retriable || rd_kafka_error_is_retriable(error) != 0;
  mapped.fatal = mapped.fatal || rd_kafka_error_is_fatal(error) != 0;
  return mapped;
}

Error mapTopicError(rd_kafka_resp_err_t code, std::string_view topic, std::string_view doing,
                    std::string_view detail) {
  Error mapped = mapError(code, fmt::format("{} topic '{}'", doing, topic), detail);
  return mapped.code == ErrorCode::kTopicNotFound && code != RD_KAFKA_RESP_ERR__UNKNOWN_PARTITION
             ? errors::topicNotFound(topic)
             : mapped;
}

}  // namespace caas::kafka::client
