#pragma once

#include <memory>
#include <string>

#include "caas/kafka/catalog.hpp"
#include "caas/kafka/settings.hpp"
#include "produce/event_fields.hpp"

namespace caas::kafka::produce {

/// Turns a valid and complete event (event_rules.hpp) into the bytes of a record's value: the seam
/// where schemas come in. Thread-safe.
class EventEncoder {
 public:
  virtual ~EventEncoder() = default;
  /// Appends to `out`. A schema's subject is named after the catalog entry that carries the event,
  /// or after the tenant's topic.
  [[nodiscard]] virtual Result<void> encode(const TopicDefinition& definition,
                                            const TenantId* tenant, const EventView& event,
                                            std::string& out) const = 0;
};

/// As the settings say.
[[nodiscard]] Result<std::unique_ptr<EventEncoder>> makeEventEncoder(
    const SchemaRegistrySettings& settings);

}  // namespace caas::kafka::produce
