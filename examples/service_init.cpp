// Starts the service from the environment (KAFKA_BROKERS, …) and shows the cluster's health.
#include <iostream>

#include <caas/kafka/service.hpp>

int main() {
  // [init]
  const auto service = caas::kafka::getKafkaService();

  // Connects to Kafka and creates the platform's topics.
  if (const auto ready = service->initialize(); !ready) {
    std::cerr << "Failed to initialize: " << ready.error().describe() << "\n";
    return 1;
  }
  std::cout << "Kafka service is ready!\n";

  const auto health = service->getHealth();
  if (!health) {
    std::cerr << "No health: " << health.error().describe() << "\n";
    return 1;
  }
  std::cout << "Health: " << toString(health->status) << " (" << health->latency.count()
            << " ms)\n";
  for (const auto& reason : health->reasons) {
    std::cout << "  " << reason << "\n";
  }
  // [/init]

  return service->shutdown() ? 0 : 1;
}
