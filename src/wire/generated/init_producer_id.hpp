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

struct InitProducerIdRequest {
  static constexpr Api kApi = Api::kInitProducerId;
  static constexpr std::string_view kName = "InitProducerIdRequest";
  static constexpr VersionRange kVersions{0, 6};
  static constexpr int kStableVersion = 5;
  static constexpr int kFlexibleSince = 2;

  /// The transactional id, or null if the producer is not transactional.
  std::optional<std::string> transactionalId{std::in_place};
  /// The time in ms to wait before aborting idle transactions sent by this producer. This is only
  /// relevant if a TransactionalId has been defined.
  std::int32_t transactionTimeoutMs = 0;
  /// The producer id. This is used to disambiguate requests if a transactional id is reused
  /// following its expiration.
  std::int64_t producerId = -1;
  /// The producer's current epoch. This will be checked against the producer epoch on the broker,
  /// and the request will return an error if they do not match.
  std::int16_t producerEpoch = -1;
  /// True if the client wants to enable two-phase commit (2PC) protocol for transactions.
  bool enable2Pc = false;
  /// True if the client wants to keep the currently ongoing transaction instead of aborting it.
  bool keepPreparedTxn = false;
  bool operator==(const InitProducerIdRequest&) const = default;
  template <class Codec, class Self>
  static void visit(Codec& c, Self& m, int version);
};

struct InitProducerIdResponse {
  static constexpr Api kApi = Api::kInitProducerId;
  static constexpr std::string_view kName = "InitProducerIdResponse";
  static constexpr VersionRange kVersions{0, 6};
  static constexpr int kStableVersion = 6;
  static constexpr int kFlexibleSince = 2;

  /// The duration in milliseconds for which the request was throttled due to a quota violation, or
  /// zero if the request did not violate any quota.
  std::int32_t throttleTimeMs = 0;
  /// The error code, or 0 if there was no error.
  std::int16_t errorCode = 0;
  /// The current producer id.
  std::int64_t producerId = -1;
  /// The current epoch associated with the producer id.
  std::int16_t producerEpoch = 0;
  /// The producer id for ongoing transaction when KeepPreparedTxn is used, -1 if there is no
  /// transaction ongoing.
  std::int64_t ongoingTxnProducerId = -1;
  /// The epoch associated with the producer id for ongoing transaction when KeepPreparedTxn is
  /// used, -1 if there is no transaction ongoing.
  std::int16_t ongoingTxnProducerEpoch = -1;
  bool operator==(const InitProducerIdResponse&) const = default;
  template <class Codec, class Self>
  static void visit(Codec& c, Self& m, int version);
};

}  // namespace caas::kafka::wire
