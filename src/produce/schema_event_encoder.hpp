#pragma once

#include <compare>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "caas/kafka/schema_registry.hpp"
#include "produce/event_encoder.hpp"
#include "schema/single_flight.hpp"

namespace caas::kafka::produce {

struct BoundEventSchema;

/// Built-in events in the schema registry's wire format, each type by its schema in schemas/. The
/// registry is asked once for each subject; after that it may be down.
class SchemaEventEncoder final : public EventEncoder {
 public:
  SchemaEventEncoder(std::shared_ptr<SchemaRegistry> registry, SchemaType format,
                     SubjectStrategy subjects, bool autoRegister);
  ~SchemaEventEncoder() override;

  /// Errors: those of SchemaRegistry; kSchemaNotFound where the schema is not registered and shall
  /// not be by this.
  [[nodiscard]] Result<void> encode(const TopicDefinition& definition, const TenantId* tenant,
                                    const EventView& event, std::string& out) const override;

 private:
  using BoundPtr = std::shared_ptr<const BoundEventSchema>;
  /// An entry or topic, and a type; asked with a view, so that a publish takes no memory for it.
  struct AskedPlace {
    std::string_view name;
    const EventTypeInfo* info;
  };
  struct Place {
    explicit Place(const AskedPlace& asked) : name(asked.name), info(asked.info) {}
    std::string name;
    const EventTypeInfo* info;
  };
  struct PlaceLess {
    using is_transparent = void;
    template <class A, class B>
    bool operator()(const A& a, const B& b) const {
      const auto order = std::string_view(a.name) <=> std::string_view(b.name);
      return order == 0 ? std::less<>()(a.info, b.info) : order < 0;
    }
  };
  Result<BoundPtr> bind(const TopicDefinition& definition, std::string_view topic,
                        const EventTypeInfo& info) const;

  const std::shared_ptr<SchemaRegistry> registry_;
  const SchemaType format_;
  const SubjectStrategy subjects_;
  const bool autoRegister_;
  mutable schema::SingleFlightCache<Place, BoundPtr, PlaceLess> bound_;
};

}  // namespace caas::kafka::produce
