#pragma once

#include <memory>
#include <optional>

#include "caas/kafka/health.hpp"
#include "caas/kafka/schema_registry.hpp"
#include "caas/kafka/settings.hpp"

namespace caas::kafka::health {

/// The schema registry, where the settings say that events need it. Thread-safe.
class RegistryLook {
 public:
  RegistryLook(const SchemaRegistrySettings& settings, Clock& clock);
  /// nullopt: nobody needs one.
  [[nodiscard]] std::optional<RegistryHealth> ask(Milliseconds timeout) const;

 private:
  Clock& clock_;
  std::unique_ptr<SchemaRegistry> registry_;
};

}  // namespace caas::kafka::health
