// Written by script/wire-messages from Kafka 4.3.1's message definitions; not by hand.
#pragma once

#include <cstdint>
#include <string_view>

namespace caas::kafka::wire {

/// The requests that we speak, by Kafka's number.
enum class Api : std::int16_t {
  kApiVersions = 18,
  kMetadata = 3,
  kInitProducerId = 22,
  kProduce = 0,
  kSaslHandshake = 17,
  kSaslAuthenticate = 36,
  kDescribeQuorum = 55,
  kDescribeClientQuotas = 48,
  kAlterClientQuotas = 49,
};

[[nodiscard]] constexpr std::string_view toString(Api api) {
  switch (api) {
    case Api::kApiVersions: return "ApiVersions";
    case Api::kMetadata: return "Metadata";
    case Api::kInitProducerId: return "InitProducerId";
    case Api::kProduce: return "Produce";
    case Api::kSaslHandshake: return "SaslHandshake";
    case Api::kSaslAuthenticate: return "SaslAuthenticate";
    case Api::kDescribeQuorum: return "DescribeQuorum";
    case Api::kDescribeClientQuotas: return "DescribeClientQuotas";
    case Api::kAlterClientQuotas: return "AlterClientQuotas";
  }
  return "unknown";
}

}  // namespace caas::kafka::wire
