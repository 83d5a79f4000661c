// Asks for the health of everything, of each broker, and whether anybody is there at all.
#include <iostream>

#include <caas/kafka/service.hpp>

using namespace caas::kafka;

int main() {
  const auto healthCheck = createHealthCheck();

  // Comprehensive health check.
  const auto health = healthCheck->check();
  std::cout << "Healthy: " << (health.healthy ? "true" : "false") << "\n";
  std::cout << "Latency: " << health.latency.count() << " ms\n";
  if (health.details.cluster) {
    std::cout << "Brokers: " << health.details.cluster->brokers << "\n";
  }
  for (const auto& reason : health.reasons) {
    std::cout << "  " << reason << "\n";
  }

  // Check individual brokers.
  // [brokers]
  const auto brokers = healthCheck->checkBrokers();
  if (!brokers) {
    std::cerr << brokers.error().describe() << "\n";
    return 1;
  }
  for (const auto& broker : *brokers) {
    std::cout << "Broker " << broker.nodeId << ": " << (broker.healthy ? "✅" : "❌") << "\n";
  }
  // [/brokers]

  // Simple ping test.
  const auto ping = healthCheck->ping();
  std::cout << "Ping successful: " << (ping.success ? "true" : "false") << "\n";
  return ping.success ? 0 : 1;
}
