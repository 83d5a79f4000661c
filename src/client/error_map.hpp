#pragma once

#include <string_view>

#include <librdkafka/rdkafka.h>

#include "caas/kafka/result.hpp"

namespace caas::kafka::client {

/// librdkafka's (and so Kafka's) error as ours: the one switch. `what` is what was being done, with
/// its names ("creating topic 'x'"); `detail` replaces librdkafka's generic text when not empty.
[[nodiscard]] Error mapError(rd_kafka_resp_err_t code, std::string_view what,
                             std::string_view detail = {});
[[nodiscard]] Error mapError(const rd_kafka_error_t* error, std::string_view what);

/// The same about one topic: "topic 'x' does not exist" where that is what it is.
[[nodiscard]] Error mapTopicError(rd_kafka_resp_err_t code, std::string_view topic,
                                  std::string_view doing, std::string_view detail = {});

}  // namespace caas::kafka::client
