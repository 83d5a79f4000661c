#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "wire/client.hpp"

namespace caas::kafka::wire {

/// Whom a quota is for. A missing name is "any", and kDefaultEntity the default of its kind: what
/// applies to those that have no quota of their own.
struct QuotaEntity {
  std::optional<std::string> user{};
  std::optional<std::string> clientId{};
  std::optional<std::string> ip{};
  auto operator<=>(const QuotaEntity&) const = default;
};
inline constexpr std::string_view kDefaultEntity = "<default>";

/// What can be limited, in Kafka's units: bytes a second, percent of a request thread, and new
/// connections a second (of an ip). A missing one has no limit.
struct Quotas {
  std::optional<double> producerByteRate{};
  std::optional<double> consumerByteRate{};
  std::optional<double> requestPercentage{};
  std::optional<double> controllerMutationRate{};
  std::optional<double> connectionCreationRate{};
  bool operator==(const Quotas&) const = default;
};

/// The quotas of clients, in the cluster itself.
class ClientQuotas {
 public:
  explicit ClientQuotas(Client& client) : client_(client) {}

  /// Of every entity that has any, or of just this one.
  [[nodiscard]] Result<std::map<QuotaEntity, Quotas>> describe(
      const std::optional<QuotaEntity>& only, Milliseconds timeout);
  /// Makes an entity's quotas these: what is missing in `quotas` is taken away, so that doing it
  /// again changes nothing. kInvalidArgument: an entity without a name, or a value below 0.
  [[nodiscard]] Result<void> set(const QuotaEntity& entity, const Quotas& quotas,
                                 Milliseconds timeout);
  /// What `set` would answer; nothing is changed.
  [[nodiscard]] Result<void> validate(const QuotaEntity& entity, const Quotas& quotas,
                                      Milliseconds timeout);

 private:
  Result<void> alter(const QuotaEntity& entity, const Quotas& quotas, bool validateOnly,
                     Milliseconds timeout);
  Client& client_;
};

}  // namespace caas::kafka::wire
