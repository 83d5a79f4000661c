#include "wire/client_quotas.hpp"

#include <array>
#include <utility>

#include <fmt/format.h>

#include "core/errors.hpp"
#include "wire/generated/alter_client_quotas.hpp"
#include "wire/generated/describe_client_quotas.hpp"
#include "wire/kafka_error.hpp"

namespace caas::kafka::wire {
namespace {

using Name = std::optional<std::string> QuotaEntity::*;
constexpr std::array<std::pair<std::string_view, Name>, 3> kKinds{{
    {"user", &QuotaEntity::user},
    {"client-id", &QuotaEntity::clientId},
    {"ip", &QuotaEntity::ip},
}};

using Value = std::optional<double> Quotas::*;
struct Limit {
  std::string_view key;
  Value value;
  bool ofIps;  ///< the brokers know some limits for ips alone, and the others not for them
};
constexpr std::array<Limit, 5> kLimits{{
    {"producer_byte_rate", &Quotas::producerByteRate, false},
    {"consumer_byte_rate", &Quotas::consumerByteRate, false},
    {"request_percentage", &Quotas::requestPercentage, false},
    {"controller_mutation_rate", &Quotas::controllerMutationRate, false},
    {"connection_creation_rate", &Quotas::connectionCreationRate, true},
}};

std::string named(const QuotaEntity& entity) {
  std::string text;
  for (const auto& [kind, name] : kKinds) {
    if (entity.*name) {
      text += fmt::format("{}{} '{}'", text.empty() ? "" : ", ", kind, *(entity.*name));
    }
  }
  return text;
}

// DescribeClientQuotas' kinds of match.
constexpr std::int8_t kExact = 0;
constexpr std::int8_t kDefault = 1;

Result<void> check(const QuotaEntity& entity, const Quotas& quotas) {
  if (!entity.user && !entity.clientId && !entity.ip) {
    return fail(errors::invalidArgument("a quota needs somebody to be for",
                                        "Name a user, a client id, both, or an ip"));
  }
  if (entity.ip && (entity.user || entity.clientId)) {
    return fail(errors::invalidArgument("an ip's quota is for the ip alone"));
  }
  for (const auto& limit : kLimits) {
    const auto& value = quotas.*limit.value;
    if (value && !(*value >= 0)) {
      return fail(errors::invalidArgument(
          fmt::format("{} is {}: a limit is 0 or more", limit.key, *value)));
    }
    if (value && limit.ofIps != entity.ip.has_value()) {
      return fail(errors::invalidArgument(
          fmt::format("{} is {} an ip", limit.key, limit.ofIps ? "only for" : "not for")));
    }
  }
  return {};
}

}  // namespace

Result<std::map<QuotaEntity, Quotas>> ClientQuotas::describe(const std::optional<QuotaEntity>& only,
                                                             Milliseconds timeout) {
  DescribeClientQuotasRequest question;
  if (only) {
    CAAS_TRY(check(*only, {}));
    question.strict = true;
    for (const auto& [kind, name] : kKinds) {
      if (const auto& wanted = (*only).*name) {
        const bool byDefault = *wanted == kDefaultEntity;
        question.components.push_back({.entityType = std::string(kind),
                                       .matchType = byDefault ? kDefault : kExact,
                                       .match = byDefault ? std::nullopt : std::optional(*wanted)});
      }
    }
  }
  CAAS_ASSIGN(const auto answer,
              client_.ask<DescribeClientQuotasResponse>(Client::kAnyBroker, question, timeout));
  if (answer.errorCode != kafka_error::kNone) {
    return fail(kafkaError(answer.errorCode, "describing client quotas", answer.errorMessage));
  }
  std::map<QuotaEntity, Quotas> quotas;
  using Entries = std::vector<DescribeClientQuotasResponse::EntryData>;
  for (const auto& entry : answer.entries.value_or(Entries{})) {
    QuotaEntity entity;
    for (const auto& part : entry.entity) {
      for (const auto& [kind, name] : kKinds) {
        if (part.entityType == kind) {
          entity.*name = part.entityName.value_or(std::string(kDefaultEntity));
        }
      }
    }
    auto& values = quotas[entity];
    for (const auto& value : entry.values) {
      for (const auto& limit : kLimits) {
        if (value.key == limit.key) {
          values.*limit.value = value.value;
        }
      }
    }
  }
  return quotas;
}

Result<void> ClientQuotas::set(const QuotaEntity& entity, const Quotas& quotas,
                               Milliseconds timeout) {
  return alter(entity, quotas, false, timeout);
}
Result<void> ClientQuotas::validate(const QuotaEntity& entity, const Quotas& quotas,
                                    Milliseconds timeout) {
  return alter(entity, quotas, true, timeout);
}

Result<void> ClientQuotas::alter(const QuotaEntity& entity, const Quotas& quotas, bool validateOnly,
                                 Milliseconds timeout) {
  CAAS_TRY(check(entity, quotas));
  AlterClientQuotasRequest question;
  question.validateOnly = validateOnly;
  auto& entry = question.entries.emplace_back();
  for (const auto& [kind, name] : kKinds) {
    if (const auto& wanted = entity.*name) {
      entry.entity.push_back(
          {.entityType = std::string(kind),
           .entityName = *wanted == kDefaultEntity ? std::nullopt : std::optional(*wanted)});
    }
  }
  for (const auto& limit : kLimits) {
    if (limit.ofIps == entity.ip.has_value()) {
      const auto& value = quotas.*limit.value;
      entry.ops.push_back({.key = std::string(limit.key),
                           .value = value.value_or(0.0),
                           .remove = !value.has_value()});
    }
  }
  CAAS_ASSIGN(const auto answer,
              client_.ask<AlterClientQuotasResponse>(Client::kAnyBroker, question, timeout));
  for (const auto& result : answer.entries) {
    if (result.errorCode != kafka_error::kNone) {
      return fail(kafkaError(result.errorCode,
                             fmt::format("setting the quotas of {}", named(entity)),
                             result.errorMessage));
    }
  }
  return {};
}

}  // namespace caas::kafka::wire
