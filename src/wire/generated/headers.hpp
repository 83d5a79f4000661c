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

struct RequestHeader {
  static constexpr std::string_view kName = "RequestHeader";
  static constexpr VersionRange kVersions{1, 2};
  static constexpr int kStableVersion = 2;
  static constexpr int kFlexibleSince = 2;

  /// The API key of this request.
  std::int16_t requestApiKey = 0;
  /// The API version of this request.
  std::int16_t requestApiVersion = 0;
  /// The correlation ID of this request.
  std::int32_t correlationId = 0;
  /// The client ID string.
  std::optional<std::string> clientId{std::in_place};
  bool operator==(const RequestHeader&) const = default;
  template <class Codec, class Self>
  static void visit(Codec& c, Self& m, int version);
};

struct ResponseHeader {
  static constexpr std::string_view kName = "ResponseHeader";
  static constexpr VersionRange kVersions{0, 1};
  static constexpr int kStableVersion = 1;
  static constexpr int kFlexibleSince = 1;

  /// The correlation ID of this response.
  std::int32_t correlationId = 0;
  bool operator==(const ResponseHeader&) const = default;
  template <class Codec, class Self>
  static void visit(Codec& c, Self& m, int version);
};

}  // namespace caas::kafka::wire
