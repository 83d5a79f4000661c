#include "core/errors.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include "core/utf8.hpp"

namespace caas::kafka::errors {

Error invalidArgument(std::string message, std::string hint) {
  // It may quote what was given, and what reads it may want UTF-8: JSON does.
  return {ErrorCode::kInvalidArgument, toUtf8(std::move(message)), std::move(hint)};
}

Error invalidConfiguration(std::string message, std::string hint) {
  return {ErrorCode::kInvalidConfiguration, toUtf8(std::move(message)), std::move(hint)};
}

Error connectionTimeout(std::string_view brokers, std::string_view report, Milliseconds waited) {
  auto message =
      fmt::format("connection timeout: no Kafka broker at {} answered within {}", brokers, waited);
  if (!report.empty()) {
    message += fmt::format(" ({})", report);
  }
  return {.code = ErrorCode::kConnectionTimeout,
          .message = std::move(message),
          .hint = "Check that the brokers run and that KAFKA_BROKERS names them",
          .retriable = true};
}

Error timeout(std::string_view what, Milliseconds waited) {
  return {.code = ErrorCode::kTimeout,
          .message = fmt::format("{} did not finish within {}", what, waited),
          .hint = "Try again, or allow more time; `caas-kafka health` says which broker is slow",
          .retriable = true};
}

Error topicNotFound(std::string_view topic) {
  return {
      ErrorCode::kTopicNotFound, fmt::format("topic '{}' does not exist", topic),
      "Create it: `caas-kafka tenants create <id>` for a tenant's topics, `caas-kafka init` for "
      "the platform's"};
}

Error topicAlreadyExists(std::string_view topic) {
  return {ErrorCode::kTopicAlreadyExists, fmt::format("topic '{}' already exists", topic)};
}

Error notEnoughReplicas(std::string_view topic, int brokersUp, int brokersNeeded) {
  return {.code = ErrorCode::kNotEnoughReplicas,
          .message = fmt::format("not enough replicas for '{}': {} broker{} up, {} needed", topic,
                                 brokersUp, brokersUp == 1 ? " is" : "s are", brokersNeeded),
          .hint = "Start the missing brokers, or lower DEFAULT_REPLICATION_FACTOR",
          .retriable = true};
}

Error notEnoughInSync(std::string_view topic, int partition, int inSync, int needed,
                      int brokersUp) {
  return {.code = ErrorCode::kNotEnoughReplicas,
          .message = fmt::format(
              "not enough replicas for '{}': {} broker{} up, {} of partition {}'s replicas {} in "
              "sync, {} needed",
              topic, brokersUp, brokersUp == 1 ? " is" : "s are", inSync, partition,
              inSync == 1 ? "is" : "are", needed),
          .hint =
              "Start the missing brokers; `caas-kafka topics describe` shows which replicas lag "
              "and what min.insync.replicas is",
          .retriable = true};
}

Error tenantNotFound(std::string_view tenant) {
  return {ErrorCode::kTenantNotFound, fmt::format("tenant '{}' has no topics", tenant),
          "`caas-kafka tenants list` shows the tenants there are"};
}

Error tenantNameReserved(std::string_view tenant, std::chrono::seconds left) {
  return {.code = ErrorCode::kTenantNameReserved,
          .message = fmt::format(
              "tenant '{}' was deleted a moment ago; its name is free again in {}", tenant, left),
          .hint = "Wait that long: a late commit of an old consumer would land on the new topics",
          .retriable = true};
}

Error recordTooLarge(std::string_view topic, std::int64_t bytes, std::int64_t limit) {
  return {
      ErrorCode::kRecordTooLarge,
      fmt::format("record for '{}' has {} bytes, the limit is {}", topic, bytes, limit),
      "Store the payload elsewhere and send a reference, or raise PRODUCER_MAX_RECORD_BYTES and "
      "the topic's max.message.bytes together"};
}

Error queueFull(std::int64_t records, std::int64_t bytes, Milliseconds waited) {
  return {.code = ErrorCode::kQueueFull,
          .message = fmt::format("the producer's queue is full ({} records, {} bytes) and found no "
                                 "room within {}",
                                 records, bytes, waited),
          .hint =
              "Send more slowly and try this record again; if it lasts, `caas-kafka health` says "
              "whether a broker is down",
          .retriable = true};
}

Error shutdown(std::string_view what) {
  return {ErrorCode::kShutdown, fmt::format("{} is closed", what)};
}

Error io(std::string_view what, std::string_view path, std::string_view reason) {
  return {ErrorCode::kIo, toUtf8(fmt::format("{} '{}': {}", what, path, reason))};
}

Error internal(std::string message) {
  return {ErrorCode::kInternal, std::move(message),
          "This is a bug in caas-kafka; please report it"};
}

}  // namespace caas::kafka::errors
