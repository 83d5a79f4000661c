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

struct SaslAuthenticateRequest {
  static constexpr Api kApi = Api::kSaslAuthenticate;
  static constexpr std::string_view kName = "SaslAuthenticateRequest";
  static constexpr VersionRange kVersions{0, 2};
  static constexpr int kStableVersion = 2;
  static constexpr int kFlexibleSince = 2;

  /// The SASL authentication bytes from the client, as defined by the SASL mechanism.
  Blob authBytes{};
  bool operator==(const SaslAuthenticateRequest&) const = default;
  template <class Codec, class Self>
  static void visit(Codec& c, Self& m, int version);
};

struct SaslAuthenticateResponse {
  static constexpr Api kApi = Api::kSaslAuthenticate;
  static constexpr std::string_view kName = "SaslAuthenticateResponse";
  static constexpr VersionRange kVersions{0, 2};
  static constexpr int kStableVersion = 2;
  static constexpr int kFlexibleSince = 2;

  /// The error code, or 0 if there was no error.
  std::int16_t errorCode = 0;
  /// The error message, or null if there was no error.
  std::optional<std::string> errorMessage{std::in_place};
  /// The SASL authentication bytes from the server, as defined by the SASL mechanism.
  Blob authBytes{};
  /// Number of milliseconds after which only re-authentication over the existing connection to
  /// create a new session can occur.
  std::int64_t sessionLifetimeMs = 0;
  bool operator==(const SaslAuthenticateResponse&) const = default;
  template <class Codec, class Self>
  static void visit(Codec& c, Self& m, int version);
};

}  // namespace caas::kafka::wire
