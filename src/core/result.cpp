#include "caas/kafka/result.hpp"

namespace caas::kafka {

std::string_view toString(ErrorCode code) {
  switch (code) {
    case ErrorCode::kInvalidArgument: return "invalid_argument";
    case ErrorCode::kInvalidConfiguration: return "invalid_configuration";
    case ErrorCode::kConnectionTimeout: return "connection_timeout";
    case ErrorCode::kTimeout: return "timeout";
    case ErrorCode::kUnavailable: return "unavailable";
    case ErrorCode::kAuthentication: return "authentication";
    case ErrorCode::kAuthorization: return "authorization";
    case ErrorCode::kTopicNotFound: return "topic_not_found";
    case ErrorCode::kTopicAlreadyExists: return "topic_already_exists";
    case ErrorCode::kTenantNotFound: return "tenant_not_found";
    case ErrorCode::kTenantNameReserved: return "tenant_name_reserved";
    case ErrorCode::kGroupActive: return "group_active";
    case ErrorCode::kGroupNotFound: return "group_not_found";
    case ErrorCode::kNotFound: return "not_found";
    case ErrorCode::kNotEnoughReplicas: return "not_enough_replicas";
    case ErrorCode::kRecordTooLarge: return "record_too_large";
    case ErrorCode::kQueueFull: return "queue_full";
    case ErrorCode::kSchemaNotFound: return "schema_not_found";
    case ErrorCode::kConflict: return "conflict";
    case ErrorCode::kFenced: return "fenced";
    case ErrorCode::kUnsupported: return "unsupported";
    case ErrorCode::kShutdown: return "shutdown";
    case ErrorCode::kIo: return "io";
    case ErrorCode::kPartialFailure: return "partial_failure";
    case ErrorCode::kInternal: return "internal";
  }
  return "internal";
}

std::string Error::describe() const {
  if (hint.empty()) {
    return message;
  }
  return message + ". " + hint;
}

int exitCodeOf(const Error& error) {
  switch (error.code) {
    case ErrorCode::kInvalidArgument:
    case ErrorCode::kInvalidConfiguration: return 2;
    default: return 1;
  }
}

}  // namespace caas::kafka
