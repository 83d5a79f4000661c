#include "produce/avro_event_encoder.hpp"

#include <utility>

#include <fmt/format.h>

#include "caas/kafka/schema_serde.hpp"
#include "core/errors.hpp"
#include "produce/event_avro.hpp"
#include "schema/avro_codec.hpp"
#include "schema/wire_format.hpp"

namespace caas::kafka::produce {
namespace {

constexpr std::size_t kSubjects = 10'000;
/// A registry that is down is asked again after so long.
constexpr Milliseconds kFailureFor{500};

}  // namespace

/// An event type's schema and the id that it has in a subject.
struct BoundEventSchema {
  avro::Schema schema;
  int id = 0;
};

AvroEventEncoder::AvroEventEncoder(std::shared_ptr<SchemaRegistry> registry,
                                   SubjectStrategy subjects, bool autoRegister)
    : registry_(std::move(registry)),
      subjects_(subjects),
      autoRegister_(autoRegister),
      bound_(kSubjects, systemClock(), schema::errorsFor(kFailureFor)) {}
AvroEventEncoder::~AvroEventEncoder() = default;

Result<void> AvroEventEncoder::encode(const TopicDefinition& definition, const TenantId* tenant,
                                      const Event& event, std::string& out) const {
  const bool perTopic =
      subjects_ == SubjectStrategy::kTopic || subjects_ == SubjectStrategy::kTopicRecord;
  const std::string place = !perTopic           ? definition.entry
                            : tenant != nullptr ? definition.topicFor(*tenant)
                                                : definition.pattern;
  CAAS_ASSIGN(const auto bound, bound_.get(place + '\n' + event.type,
                                           [&] { return bind(definition, place, event.type); }));
  CAAS_ASSIGN(const auto value, eventToAvro(bound->schema, event));
  schema::appendFrame(bound->id, out);
  return avro::encode(bound->schema, bound->schema.root(), value, out);
}

Result<AvroEventEncoder::BoundPtr> AvroEventEncoder::bind(const TopicDefinition& definition,
                                                          const std::string& topic,
                                                          const std::string& type) const {
  const auto* info = findEventType(type);
  const auto text = eventSchema(type);
  if (info == nullptr || !text) {
    return fail(errors::invalidArgument(fmt::format("event type '{}' has no schema", type)));
  }
  CAAS_ASSIGN(auto schema, parseEventSchema(text->text, *info));
  const auto subject = subjectOf(subjects_, definition, type, topic, schema.rootNode().name);
  if (autoRegister_) {
    CAAS_ASSIGN(const int id, registry_->registerSchema(subject, *text));
    return std::make_shared<const BoundEventSchema>(std::move(schema), id);
  }
  const auto found = registry_->lookUp(subject, *text);
  if (!found) {
    auto error = found.error();
    if (error.code == ErrorCode::kSchemaNotFound) {
      error.hint = "Run `caas-kafka schemas register`, or set SCHEMA_REGISTRY_AUTO_REGISTER=true";
    }
    return fail(std::move(error));
  }
  return std::make_shared<const BoundEventSchema>(std::move(schema), found->id);
}

}  // namespace caas::kafka::produce
