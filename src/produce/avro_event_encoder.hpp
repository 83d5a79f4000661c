#pragma once

#include <memory>
#include <string>

#include "caas/kafka/schema_registry.hpp"
#include "produce/event_encoder.hpp"
#include "schema/single_flight.hpp"

namespace caas::kafka::produce {

struct BoundEventSchema;

/// Built-in events as Avro in the schema registry's wire format, each type by its schema in
/// schemas/. The registry is asked once for each subject; after that it may be down.
class AvroEventEncoder final : public EventEncoder {
 public:
  AvroEventEncoder(std::shared_ptr<SchemaRegistry> registry, SubjectStrategy subjects,
                   bool autoRegister);
  ~AvroEventEncoder() override;

  /// Errors: those of SchemaRegistry; kSchemaNotFound where the schema is not registered and shall
  /// not be by this.
  [[nodiscard]] Result<void> encode(const TopicDefinition& definition, const TenantId* tenant,
                                    const Event& event, std::string& out) const override;

 private:
  using BoundPtr = std::shared_ptr<const BoundEventSchema>;
  Result<BoundPtr> bind(const TopicDefinition& definition, const std::string& topic,
                        const std::string& type) const;

  const std::shared_ptr<SchemaRegistry> registry_;
  const SubjectStrategy subjects_;
  const bool autoRegister_;
  mutable schema::SingleFlightCache<std::string, BoundPtr> bound_;  ///< by entry or topic, and type
};

}  // namespace caas::kafka::produce
