#pragma once

#include "caas/kafka/health.hpp"
#include "cli/text.hpp"

namespace caas::kafka::cli {

[[nodiscard]] Tone toneOf(HealthStatus status);
[[nodiscard]] Table brokersTable(const std::vector<BrokerHealth>& brokers);
/// One sentence with the status, the reasons below it, then brokers and topics.
[[nodiscard]] std::string healthText(const HealthCheckResult& health, const Style& style);
/// The counts, and what is wrong with which topic.
[[nodiscard]] std::string topicHealthText(const TopicHealthResult& topics, const Style& style);

}  // namespace caas::kafka::cli
