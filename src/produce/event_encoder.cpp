#include "produce/event_encoder.hpp"

#include "caas/kafka/schema_serde.hpp"
#include "core/errors.hpp"
#include "produce/event_json.hpp"
#include "produce/schema_event_encoder.hpp"

namespace caas::kafka::produce {
namespace {

/// JSON as eventToJson writes it.
class JsonEventEncoder final : public EventEncoder {
 public:
  Result<void> encode(const TopicDefinition& /*definition*/, const TenantId* /*tenant*/,
                      const EventView& event, std::string& out) const override {
    appendEventJson(out, event);
    return {};
  }
};

}  // namespace

Result<std::unique_ptr<EventEncoder>> makeEventEncoder(const SchemaRegistrySettings& settings) {
  const auto format = schemaTypeOf(settings.eventFormat);
  if (!format) {
    return std::make_unique<JsonEventEncoder>();
  }
  CAAS_ASSIGN(auto registry, SchemaRegistry::create(settings));
  return std::make_unique<SchemaEventEncoder>(std::move(registry), *format, settings.subjects,
                                              settings.autoRegister);
}

}  // namespace caas::kafka::produce
