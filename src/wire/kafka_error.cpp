#include "wire/kafka_error.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>

namespace caas::kafka::wire {
namespace {

struct Known {
  std::int16_t number;
  std::string_view name;
  std::string_view text;
  ErrorCode code;
  bool retriable;
  std::string_view hint;
};

constexpr std::string_view kAgain = "Try again in a moment";
constexpr std::string_view kLogin = "Check KAFKA_SASL_* against the cluster's listeners";
constexpr std::string_view kGrant = "Grant the principal that ACL";
constexpr std::string_view kTooOld = "The brokers are too old for this, or too new";

// What the requests of src/wire can be answered with.
constexpr std::array kErrors{
    Known{-1, "UNKNOWN_SERVER_ERROR", "the broker failed; its log says why", ErrorCode::kInternal,
          false, "Look into the broker's log"},
    Known{3, "UNKNOWN_TOPIC_OR_PARTITION", "it does not exist there", ErrorCode::kTopicNotFound,
          true, "Create it, or wait until the brokers know it"},
    Known{5, "LEADER_NOT_AVAILABLE", "there is no leader now", ErrorCode::kUnavailable, true,
          kAgain},
    Known{6, "NOT_LEADER_OR_FOLLOWER", "that broker does not lead it", ErrorCode::kUnavailable,
          true, kAgain},
    Known{7, "REQUEST_TIMED_OUT", "the broker did not finish in time", ErrorCode::kTimeout, true,
          "Try again; `caas-kafka health` says which broker does not answer"},
    Known{8, "BROKER_NOT_AVAILABLE", "the broker is not available", ErrorCode::kUnavailable, true,
          kAgain},
    Known{10, "MESSAGE_TOO_LARGE", "larger than the topic takes", ErrorCode::kRecordTooLarge, false,
          "Store the payload elsewhere, or raise the topic's max.message.bytes"},
    Known{13, "NETWORK_EXCEPTION", "the connection broke before the answer",
          ErrorCode::kUnavailable, true, kAgain},
    Known{14, "COORDINATOR_LOAD_IN_PROGRESS", "the broker still loads", ErrorCode::kUnavailable,
          true, kAgain},
    Known{15, "COORDINATOR_NOT_AVAILABLE", "there is no coordinator now", ErrorCode::kUnavailable,
          true, kAgain},
    Known{16, "NOT_COORDINATOR", "that broker does not coordinate it", ErrorCode::kUnavailable,
          true, kAgain},
    Known{19, "NOT_ENOUGH_REPLICAS", "too few replicas are in sync", ErrorCode::kNotEnoughReplicas,
          true, "Check that all brokers are running"},
    Known{20, "NOT_ENOUGH_REPLICAS_AFTER_APPEND", "too few replicas were in sync after the append",
          ErrorCode::kNotEnoughReplicas, true, "Check that all brokers are running"},
    Known{29, "TOPIC_AUTHORIZATION_FAILED", "not authorized for that topic",
          ErrorCode::kAuthorization, false, kGrant},
    Known{31, "CLUSTER_AUTHORIZATION_FAILED", "not authorized for that on the cluster",
          ErrorCode::kAuthorization, false, kGrant},
    Known{33, "UNSUPPORTED_SASL_MECHANISM", "the broker does not do that SASL mechanism",
          ErrorCode::kAuthentication, false, kLogin},
    Known{34, "ILLEGAL_SASL_STATE", "this is not the time for that request",
          ErrorCode::kAuthentication, false, kLogin},
    Known{35, "UNSUPPORTED_VERSION", "the broker does not speak that version",
          ErrorCode::kUnsupported, false, kTooOld},
    Known{41, "NOT_CONTROLLER", "that is not the controller", ErrorCode::kUnavailable, true,
          kAgain},
    Known{42, "INVALID_REQUEST", "the broker takes it for invalid", ErrorCode::kInvalidArgument,
          false, ""},
    Known{44, "POLICY_VIOLATION", "against a policy of the broker", ErrorCode::kInvalidArgument,
          false, ""},
    Known{45, "OUT_OF_ORDER_SEQUENCE_NUMBER", "out of order", ErrorCode::kInternal, false, ""},
    Known{47, "INVALID_PRODUCER_EPOCH", "another producer has that id now", ErrorCode::kFenced,
          false, ""},
    Known{56, "KAFKA_STORAGE_ERROR", "the broker's disk failed", ErrorCode::kUnavailable, true,
          "Look into the broker's log"},
    Known{58, "SASL_AUTHENTICATION_FAILED", "the login was refused", ErrorCode::kAuthentication,
          false, kLogin},
    Known{87, "INVALID_RECORD", "the broker takes a record for invalid",
          ErrorCode::kInvalidArgument, false, ""},
    Known{89, "THROTTLING_QUOTA_EXCEEDED", "over a quota", ErrorCode::kUnavailable, true, kAgain},
    Known{100, "UNKNOWN_TOPIC_ID", "that topic is not known there", ErrorCode::kTopicNotFound, true,
          "It was deleted and made again, or the broker does not know it yet"},
    Known{129, "REBOOTSTRAP_REQUIRED", "the broker wants us to begin anew", ErrorCode::kUnavailable,
          true, kAgain},
};

}  // namespace

Error kafkaError(std::int16_t number, std::string_view what,
                 const std::optional<std::string>& detail) {
  const auto known = std::ranges::find(kErrors, number, &Known::number);
  if (known == kErrors.end()) {
    return {.code = ErrorCode::kInternal,
            .message = fmt::format("{}: {} (Kafka's error {})", what,
                                   detail.value_or("the broker refuses it"), number)};
  }
  return {.code = known->code,
          .message = fmt::format("{}: {} ({})", what,
                                 detail ? std::string_view(*detail) : known->text, known->name),
          .hint = std::string(known->hint),
          .retriable = known->retriable};
}

}  // namespace caas::kafka::wire
