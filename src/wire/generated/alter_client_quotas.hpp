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

struct AlterClientQuotasRequest {
  static constexpr Api kApi = Api::kAlterClientQuotas;
  static constexpr std::string_view kName = "AlterClientQuotasRequest";
  static constexpr VersionRange kVersions{0, 1};
  static constexpr int kStableVersion = 1;
  static constexpr int kFlexibleSince = 1;

  struct EntityData {
    static constexpr std::size_t kFewestBytes = 2;
    /// The entity type.
    std::string entityType{};
    /// The name of the entity, or null if the default.
    std::optional<std::string> entityName{std::in_place};
    bool operator==(const EntityData&) const = default;
    template <class Codec, class Self>
    static void visit(Codec& c, Self& m, int version);
  };

  struct OpData {
    static constexpr std::size_t kFewestBytes = 10;
    /// The quota configuration key.
    std::string key{};
    /// The value to set, otherwise ignored if the value is to be removed.
    double value = 0.0;
    /// Whether the quota configuration value should be removed, otherwise set.
    bool remove = false;
    bool operator==(const OpData&) const = default;
    template <class Codec, class Self>
    static void visit(Codec& c, Self& m, int version);
  };

  struct EntryData {
    static constexpr std::size_t kFewestBytes = 2;
    /// The quota entity to alter.
    std::vector<EntityData> entity{};
    /// An individual quota configuration entry to alter.
    std::vector<OpData> ops{};
    bool operator==(const EntryData&) const = default;
    template <class Codec, class Self>
    static void visit(Codec& c, Self& m, int version);
  };

  /// The quota configuration entries to alter.
  std::vector<EntryData> entries{};
  /// Whether the alteration should be validated, but not performed.
  bool validateOnly = false;
  bool operator==(const AlterClientQuotasRequest&) const = default;
  template <class Codec, class Self>
  static void visit(Codec& c, Self& m, int version);
};

struct AlterClientQuotasResponse {
  static constexpr Api kApi = Api::kAlterClientQuotas;
  static constexpr std::string_view kName = "AlterClientQuotasResponse";
  static constexpr VersionRange kVersions{0, 1};
  static constexpr int kStableVersion = 1;
  static constexpr int kFlexibleSince = 1;

  struct EntityData {
    static constexpr std::size_t kFewestBytes = 2;
    /// The entity type.
    std::string entityType{};
    /// The name of the entity, or null if the default.
    std::optional<std::string> entityName{std::in_place};
    bool operator==(const EntityData&) const = default;
    template <class Codec, class Self>
    static void visit(Codec& c, Self& m, int version);
  };

  struct EntryData {
    static constexpr std::size_t kFewestBytes = 4;
    /// The error code, or '0' if the quota alteration succeeded.
    std::int16_t errorCode = 0;
    /// The error message, or 'null' if the quota alteration succeeded.
    std::optional<std::string> errorMessage{std::in_place};
    /// The quota entity to alter.
    std::vector<EntityData> entity{};
    bool operator==(const EntryData&) const = default;
    template <class Codec, class Self>
    static void visit(Codec& c, Self& m, int version);
  };

  /// The duration in milliseconds for which the request was throttled due to a quota violation, or
  /// zero if the request did not violate any quota.
  std::int32_t throttleTimeMs = 0;
  /// The quota configuration entries to alter.
  std::vector<EntryData> entries{};
  bool operator==(const AlterClientQuotasResponse&) const = default;
  template <class Codec, class Self>
  static void visit(Codec& c, Self& m, int version);
};

}  // namespace caas::kafka::wire
