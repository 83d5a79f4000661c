// The cluster's state from memory, a canary through every broker, and our metrics for an
// application's own /metrics.
#include <iostream>
#include <thread>

#include <caas/kafka/service.hpp>

using namespace caas::kafka;

int main() {
  const auto service = getKafkaService();
  if (const auto ready = service->initialize(); !ready) {
    std::cerr << ready.error().describe() << "\n";
    return 1;
  }

  // [snapshot]
  const auto snapshots = service->snapshots();
  if (!snapshots) {
    std::cerr << snapshots.error().describe() << "\n";
    return 1;
  }
  (*snapshots)->start();  // gathers every ten seconds, on a thread of its own
  const auto now = (*snapshots)->refresh();
  if (!now) {
    std::cerr << now.error().describe() << "\n";
    return 1;
  }
  std::cout << (*now)->stats.topics << " topics of " << (*now)->tenants.size() << " tenants\n";
  for (const auto& [part, state] : (*now)->parts) {
    if (state.failure) {
      std::cout << toString(part) << " is older: " << state.failure->message << "\n";
    }
  }
  // [/snapshot]

  // [probe]
  const auto probe = service->probe();
  if (!probe) {
    std::cerr << probe.error().describe() << "\n";
    return 1;
  }
  (*probe)->start();
  while ((*probe)->report().at == Timestamp{}) {
    std::this_thread::sleep_for(std::chrono::milliseconds{100});
  }
  for (const auto& broker : (*probe)->report().brokers) {
    std::cout << "broker " << broker.nodeId << ": "
              << (broker.problem.empty() ? "through" : broker.problem) << "\n";
  }
  // [/probe]

  // [metrics]
  const std::string text = metricsText();  // Prometheus' text format; asks nobody
  // [/metrics]
  std::cout << text.substr(0, text.find('\n')) << "\n";
  return service->shutdown() ? 0 : 1;
}
