#pragma once

// Factories for errors, named after the failure. One place, so that every message of a kind names
// the same things and carries the same remedy.

#include <chrono>
#include <cstdint>
#include <expected>
#include <string>
#include <string_view>

#include "caas/kafka/clock.hpp"
#include "caas/kafka/result.hpp"

namespace caas::kafka::errors {

[[nodiscard]] Error invalidArgument(std::string message, std::string hint = {});
[[nodiscard]] Error invalidConfiguration(std::string message, std::string hint = {});
/// "connection timeout: none of … answered within …": `report` says what each address answered.
[[nodiscard]] Error connectionTimeout(std::string_view brokers, std::string_view report,
                                      Milliseconds waited);
[[nodiscard]] Error timeout(std::string_view what, Milliseconds waited);
[[nodiscard]] Error topicNotFound(std::string_view topic);
[[nodiscard]] Error topicAlreadyExists(std::string_view topic);
[[nodiscard]] Error notEnoughReplicas(std::string_view topic, int brokersUp, int brokersNeeded);
/// Of a produce: a broker refused it. `needed` is the topic's min.insync.replicas.
[[nodiscard]] Error notEnoughInSync(std::string_view topic, int partition, int inSync, int needed,
                                    int brokersUp);
[[nodiscard]] Error tenantNotFound(std::string_view tenant);
[[nodiscard]] Error tenantNameReserved(std::string_view tenant, std::chrono::seconds left);
[[nodiscard]] Error recordTooLarge(std::string_view topic, std::int64_t bytes, std::int64_t limit);
[[nodiscard]] Error queueFull(std::int64_t records, std::int64_t bytes, Milliseconds waited);
[[nodiscard]] Error shutdown(std::string_view what);
[[nodiscard]] Error io(std::string_view what, std::string_view path, std::string_view reason);
[[nodiscard]] Error internal(std::string message);

}  // namespace caas::kafka::errors

namespace caas::kafka {

/// `return fail(errors::topicNotFound(name));`
[[nodiscard]] inline std::unexpected<Error> fail(Error error) {
  return std::unexpected<Error>(std::move(error));
}

}  // namespace caas::kafka

/// For functions that return Result: leaves with the error of `expression` (a Result<void> or any
/// Result whose value is not needed).
#define CAAS_TRY(expression)                                     \
  do {                                                           \
    auto caasTryResult_ = (expression);                          \
    if (!caasTryResult_) {                                       \
      return std::unexpected(std::move(caasTryResult_).error()); \
    }                                                            \
  } while (false)

/// `CAAS_ASSIGN(auto plan, makePlan());`
#define CAAS_ASSIGN(declaration, expression) \
  CAAS_ASSIGN_(CAAS_CONCAT_(caasResult_, __LINE__), declaration, expression)
#define CAAS_CONCAT_2_(a, b) a##b
#define CAAS_CONCAT_(a, b) CAAS_CONCAT_2_(a, b)
#define CAAS_ASSIGN_(name, declaration, expression)  \
  auto name = (expression);                          \
  if (!name) {                                       \
    return std::unexpected(std::move(name).error()); \
  }                                                  \
  declaration = *std::move(name)
