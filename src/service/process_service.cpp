// The process's own service, from its environment.

#include "caas/kafka/service.hpp"
#include "client/handle.hpp"
#include "core/log.hpp"

namespace caas::kafka {
namespace {

std::shared_ptr<KafkaService> fromEnvironment() {
  client::prepareForStaticClients();
  auto loaded = loadSettings(processEnvironment());
  if (!loaded) {
    return makeKafkaService(std::unexpected(std::move(loaded).error()));
  }
  log::configure(loaded->settings.logLevel, loaded->settings.logFormat);
  for (const auto& warning : loaded->warnings) {
    log::warn("configuration", {{"warning", warning}});
  }
  return makeKafkaService(std::move(loaded->settings));
}

}  // namespace

std::shared_ptr<KafkaService> getKafkaService() {
  static const auto service = fromEnvironment();
  return service;
}

std::shared_ptr<TopicManager> getTopicManager() { return getKafkaService()->topicManager(); }
std::shared_ptr<HealthCheck> createHealthCheck() { return getKafkaService()->healthCheck(); }
std::string metricsText() { return getKafkaService()->metricsText(); }

}  // namespace caas::kafka
