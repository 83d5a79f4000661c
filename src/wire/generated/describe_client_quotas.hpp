// Written by script/wire-messages from Kafka 4.3.1's message definitions; not by hand.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "wire/types.hpp"

namespace caas::kafka::wire {

struct DescribeClientQuotasRequest {
  static constexpr Api kApi = Api::kDescribeClientQuotas;
  static constexpr std::string_view kName = "DescribeClientQuotasRequest";
  static constexpr VersionRange kVersions{0, 1};
  static constexpr int kStableVersion = 1;
  static constexpr int kFlexibleSince = 1;

  struct ComponentData {
    static constexpr std::size_t kFewestBytes = 3;
    /// The entity type that the filter component applies to.
    std::string entityType{};
    /// How to match the entity {0 = exact name, 1 = default name, 2 = any specified name}.
    std::int8_t matchType = 0;
    /// The string to match against, or null if unused for the match type.
    std::optional<std::string> match{std::in_place};
    bool operator==(const ComponentData&) const = default;
    template <class Codec, class Self>
    static void visit(Codec& c, Self& m, int version);
  };

  /// Filter components to apply to quota entities.
  std::vector<ComponentData> components{};
  /// Whether the match is strict, i.e. should exclude entities with unspecified entity types.
  bool strict = false;
  bool operator==(const DescribeClientQuotasRequest&) const = default;
  template <class Codec, class Self>
  static void visit(Codec& c, Self& m, int version);
};

struct DescribeClientQuotasResponse {
  static constexpr Api kApi = Api::kDescribeClientQuotas;
  static constexpr std::string_view kName = "DescribeClientQuotasResponse";
  static constexpr VersionRange kVersions{0, 1};
  static constexpr int kStableVersion = 1;
  static constexpr int kFlexibleSince = 1;

  struct EntityData {
    static constexpr std::size_t kFewestBytes = 2;
    /// The entity type.
    std::string entityType{};
    /// The entity name, or null if the default.
    std::optional<std::string> entityName{std::in_place};
    bool operator==(const EntityData&) const = default;
    template <class Codec, class Self>
    static void visit(Codec& c, Self& m, int version);
  };

  struct ValueData {
    static constexpr std::size_t kFewestBytes = 9;
    /// The quota configuration key.
    std::string key{};
    /// The quota configuration value.
    double value = 0.0;
    bool operator==(const ValueData&) const = default;
    template <class Codec, class Self>
    static void visit(Codec& c, Self& m, int version);
  };

  struct EntryData {
    static constexpr std::size_t kFewestBytes = 2;
    /// The quota entity description.
    std::vector<EntityData> entity{};
    /// The quota values for the entity.
    std::vector<ValueData> values{};
    bool operator==(const EntryData&) const = default;
    template <class Codec, class Self>
    static void visit(Codec& c, Self& m, int version);
  };

  /// The duration in milliseconds for which the request was throttled due to a quota violation, or
  /// zero if the request did not violate any quota.
  std::int32_t throttleTimeMs = 0;
  /// The error code, or '0' if the quota description succeeded.
  std::int16_t errorCode = 0;
  /// The error message, or 'null' if the quota description succeeded.
  std::optional<std::string> errorMessage{std::in_place};
  /// A result entry.
  std::optional<std::vector<EntryData>> entries{std::in_place};
  bool operator==(const DescribeClientQuotasResponse&) const = default;
  template <class Codec, class Self>
  static void visit(Codec& c, Self& m, int version);
};

}  // namespace caas::kafka::wire
