#include "config/unknown_names.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "config/near.hpp"
#include "config/values.hpp"
#include "config/variable.hpp"

namespace caas::kafka::config {
namespace {

// Prefixes that hardly anybody else uses: whatever is unknown under them is worth a line.
constexpr std::array<std::string_view, 5> kOwnPrefixes{"KAFKA_", "PRODUCER_", "CONSUMER_",
                                                       "SCHEMA_REGISTRY_", "PROBE_"};
// Prefixes that the whole world uses (and CAAS_, of which our scripts have many): only what looks
// like a typing error is worth one.
constexpr std::array<std::string_view, 6> kSharedPrefixes{"DEFAULT_", "MESSAGE_", "HTTP_",
                                                          "LOG_",     "CAAS_",    "METRICS_"};
constexpr std::size_t kTypingError = 2;

// Read by Kafka's own scripts and images, by proxies' users and by our scripts.
constexpr std::array<std::string_view, 23> kForeign{"KAFKA_HEAP_OPTS",
                                                    "KAFKA_OPTS",
                                                    "KAFKA_JVM_OPTS",
                                                    "KAFKA_JVM_PERFORMANCE_OPTS",
                                                    "KAFKA_LOG4J_OPTS",
                                                    "KAFKA_LOG4J_CMD_OPTS",
                                                    "KAFKA_GC_LOG_OPTS",
                                                    "KAFKA_LOG_DIR",
                                                    "KAFKA_LOG_DIRS",
                                                    "KAFKA_HOME",
                                                    "KAFKA_DEBUG",
                                                    "KAFKA_CLUSTER_ID",
                                                    "KAFKA_VERSION",
                                                    "KAFKA_MODE",
                                                    "SCHEMA_REGISTRY_HEAP_OPTS",
                                                    "SCHEMA_REGISTRY_OPTS",
                                                    "HTTP_PROXY",
                                                    "HTTP_HOST",
                                                    "CAAS_CLUSTER",
                                                    "CAAS_PORT_BASE",
                                                    "CAAS_ROOT",
                                                    "CAAS_FULL",
                                                    "CAAS_PRESET"};

template <class Prefixes>
bool hasPrefix(std::string_view name, const Prefixes& prefixes) {
  return std::ranges::any_of(prefixes,
                             [name](std::string_view prefix) { return name.starts_with(prefix); });
}

/// What Kubernetes and Docker links put into every container for a service that is called `kafka`:
/// KAFKA_SERVICE_HOST, KAFKA_PORT_9092_TCP_ADDR, …
bool fromContainerPlatform(std::string_view name) {
  if (name.ends_with("_SERVICE_HOST") || name.find("_SERVICE_PORT") != std::string_view::npos ||
      name.ends_with("_PORT")) {
    return true;
  }
  const auto port = name.find("_PORT_");
  return port != std::string_view::npos && (name.find("_TCP", port) != std::string_view::npos ||
                                            name.find("_UDP", port) != std::string_view::npos);
}

bool foreign(std::string_view name, std::size_t distance) {
  if (std::ranges::find(kForeign, name) != kForeign.end() || fromContainerPlatform(name)) {
    return true;
  }
  return distance > kTypingError && name.starts_with("KAFKA_JMX_");
}

}  // namespace

std::vector<std::string> unknownNameWarnings(const EnvironmentMap& variables,
                                             std::string_view origin) {
  const auto known = knownNames();
  std::vector<std::string> warnings;
  for (const auto& [name, value] : variables) {
    const bool own = hasPrefix(name, kOwnPrefixes);
    if ((!own && !hasPrefix(name, kSharedPrefixes)) ||
        std::ranges::find(known, name) != known.end()) {
      continue;
    }
    const auto nearest = nearestOf(name, known);
    if (foreign(name, nearest->distance) || (!own && nearest->distance > kTypingError)) {
      continue;
    }
    warnings.push_back(nearest->distance <= kTypingError
                           ? fmt::format("{} ({}) is no setting (did you mean {}?)", quotable(name),
                                         origin, nearest->name)
                           : fmt::format("{} ({}) is no setting (the nearest one is {})",
                                         quotable(name), origin, nearest->name));
  }
  return warnings;
}

}  // namespace caas::kafka::config
