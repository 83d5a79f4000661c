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

struct ApiVersionsRequest {
  static constexpr Api kApi = Api::kApiVersions;
  static constexpr std::string_view kName = "ApiVersionsRequest";
  static constexpr VersionRange kVersions{0, 4};
  static constexpr int kStableVersion = 4;
  static constexpr int kFlexibleSince = 3;

  /// The name of the client.
  std::string clientSoftwareName{};
  /// The version of the client.
  std::string clientSoftwareVersion{};
  bool operator==(const ApiVersionsRequest&) const = default;
  template <class Codec, class Self>
  static void visit(Codec& c, Self& m, int version);
};

struct ApiVersionsResponse {
  static constexpr Api kApi = Api::kApiVersions;
  static constexpr std::string_view kName = "ApiVersionsResponse";
  static constexpr VersionRange kVersions{0, 4};
  static constexpr int kStableVersion = 4;
  static constexpr int kFlexibleSince = 3;

  struct ApiVersion {
    static constexpr std::size_t kFewestBytes = 6;
    /// The API index.
    std::int16_t apiKey = 0;
    /// The minimum supported version, inclusive.
    std::int16_t minVersion = 0;
    /// The maximum supported version, inclusive.
    std::int16_t maxVersion = 0;
    bool operator==(const ApiVersion&) const = default;
    template <class Codec, class Self>
    static void visit(Codec& c, Self& m, int version);
  };

  struct SupportedFeatureKey {
    static constexpr std::size_t kFewestBytes = 5;
    /// The name of the feature.
    std::string name{};
    /// The minimum supported version for the feature.
    std::int16_t minVersion = 0;
    /// The maximum supported version for the feature.
    std::int16_t maxVersion = 0;
    bool operator==(const SupportedFeatureKey&) const = default;
    template <class Codec, class Self>
    static void visit(Codec& c, Self& m, int version);
  };

  struct FinalizedFeatureKey {
    static constexpr std::size_t kFewestBytes = 5;
    /// The name of the feature.
    std::string name{};
    /// The cluster-wide finalized max version level for the feature.
    std::int16_t maxVersionLevel = 0;
    /// The cluster-wide finalized min version level for the feature.
    std::int16_t minVersionLevel = 0;
    bool operator==(const FinalizedFeatureKey&) const = default;
    template <class Codec, class Self>
    static void visit(Codec& c, Self& m, int version);
  };

  /// The top-level error code.
  std::int16_t errorCode = 0;
  /// The APIs supported by the broker.
  std::vector<ApiVersion> apiKeys{};
  /// The duration in milliseconds for which the request was throttled due to a quota violation, or
  /// zero if the request did not violate any quota.
  std::int32_t throttleTimeMs = 0;
  /// Features supported by the broker. Note: in v0-v3, features with MinSupportedVersion = 0 are
  /// omitted.
  std::vector<SupportedFeatureKey> supportedFeatures{};
  /// The monotonically increasing epoch for the finalized features information. Valid values are >=
  /// 0. A value of -1 is special and represents unknown epoch.
  std::int64_t finalizedFeaturesEpoch = -1;
  /// List of cluster-wide finalized features. The information is valid only if
  /// FinalizedFeaturesEpoch >= 0.
  std::vector<FinalizedFeatureKey> finalizedFeatures{};
  /// Set by a KRaft controller if the required configurations for ZK migration are present.
  bool zkMigrationReady = false;
  bool operator==(const ApiVersionsResponse&) const = default;
  template <class Codec, class Self>
  static void visit(Codec& c, Self& m, int version);
};

}  // namespace caas::kafka::wire
