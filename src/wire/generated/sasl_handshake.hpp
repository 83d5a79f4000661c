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

struct SaslHandshakeRequest {
  static constexpr Api kApi = Api::kSaslHandshake;
  static constexpr std::string_view kName = "SaslHandshakeRequest";
  static constexpr VersionRange kVersions{0, 1};
  static constexpr int kStableVersion = 1;
  static constexpr int kFlexibleSince = kNeverFlexible;

  /// The SASL mechanism chosen by the client.
  std::string mechanism{};
  bool operator==(const SaslHandshakeRequest&) const = default;
  template <class Codec, class Self>
  static void visit(Codec& c, Self& m, int version);
};

struct SaslHandshakeResponse {
  static constexpr Api kApi = Api::kSaslHandshake;
  static constexpr std::string_view kName = "SaslHandshakeResponse";
  static constexpr VersionRange kVersions{0, 1};
  static constexpr int kStableVersion = 1;
  static constexpr int kFlexibleSince = kNeverFlexible;

  /// The error code, or 0 if there was no error.
  std::int16_t errorCode = 0;
  /// The mechanisms enabled in the server.
  std::vector<std::string> mechanisms{};
  bool operator==(const SaslHandshakeResponse&) const = default;
  template <class Codec, class Self>
  static void visit(Codec& c, Self& m, int version);
};

}  // namespace caas::kafka::wire
