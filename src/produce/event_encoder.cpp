#include "produce/event_encoder.hpp"

#include "caas/kafka/schema_registry.hpp"
#include "core/errors.hpp"
#include "produce/avro_event_encoder.hpp"
#include "produce/event_json.hpp"

namespace caas::kafka::produce {

Result<void> JsonEventEncoder::encode(const TopicDefinition& /*definition*/,
                                      const TenantId* /*tenant*/, const Event& event,
                                      std::string& out) const {
  appendEventJson(out, event);
  return {};
}

Result<std::unique_ptr<EventEncoder>> makeEventEncoder(const SchemaRegistrySettings& settings) {
  if (settings.eventFormat == EventFormat::kJson) {
    return std::make_unique<JsonEventEncoder>();
  }
  CAAS_ASSIGN(auto registry, SchemaRegistry::create(settings));
  return std::make_unique<AvroEventEncoder>(std::move(registry), settings.subjects,
                                            settings.autoRegister);
}

}  // namespace caas::kafka::produce
