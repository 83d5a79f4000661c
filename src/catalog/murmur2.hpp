#pragma once

#include <cstdint>
#include <string_view>

namespace caas::kafka::catalog {

/// Kafka's hash of keys (org.apache.kafka.common.utils.Utils.murmur2: 32 bit, seed 0x9747b28c).
[[nodiscard]] std::uint32_t murmur2(std::string_view data);

}  // namespace caas::kafka::catalog
