#include "produce/schema_event_encoder.hpp"

#include <utility>

#include <fmt/format.h>

#include "caas/kafka/schema_serde.hpp"
#include "core/errors.hpp"
#include "produce/event_formats.hpp"
#include "schema/wire_format.hpp"

namespace caas::kafka::produce {
namespace {

constexpr std::size_t kSubjects = 10'000;
/// A registry that is down is asked again after so long.
constexpr Milliseconds kFailureFor{500};

}  // namespace

/// An event type's schema and the id that it has in a subject.
struct BoundEventSchema {
  EventWriterPtr writer;
  int id = 0;
};

SchemaEventEncoder::SchemaEventEncoder(std::shared_ptr<SchemaRegistry> registry, SchemaType format,
                                       SubjectStrategy subjects, bool autoRegister)
    : registry_(std::move(registry)),
      format_(format),
      subjects_(subjects),
      autoRegister_(autoRegister),
      bound_(kSubjects, systemClock(), schema::errorsFor(kFailureFor)) {}
SchemaEventEncoder::~SchemaEventEncoder() = default;

Result<void> SchemaEventEncoder::encode(const TopicDefinition& definition, const TenantId* tenant,
                                        const EventView& event, std::string& out) const {
  const bool perTopic =
      subjects_ == SubjectStrategy::kTopic || subjects_ == SubjectStrategy::kTopicRecord;
  std::string topic;
  std::string_view place = definition.entry;
  if (perTopic) {
    topic = tenant != nullptr ? definition.topicFor(*tenant) : definition.pattern;
    place = topic;
  }
  CAAS_ASSIGN(const auto bound, bound_.get(AskedPlace{place, event.info},
                                           [&] { return bind(definition, place, *event.info); }));
  const auto before = out.size();
  schema::appendFrame(bound->id, out);
  auto written = bound->writer->write(event, out);
  if (!written) {
    out.resize(before);
  }
  return written;
}

Result<SchemaEventEncoder::BoundPtr> SchemaEventEncoder::bind(const TopicDefinition& definition,
                                                              std::string_view topic,
                                                              const EventTypeInfo& info) const {
  const auto text = eventSchema(info.type, format_);
  if (!text) {
    return fail(errors::internal(fmt::format("event type '{}' has no schema", info.type)));
  }
  CAAS_ASSIGN(auto writer, makeEventWriter(info, *text));
  CAAS_ASSIGN(const auto codec, schema::makeCodec({.schema = *text}));
  const auto subject = subjectOf(subjects_, definition, info.type, topic, codec->recordName());
  if (autoRegister_) {
    CAAS_ASSIGN(const int id, registry_->registerSchema(subject, *text));
    return std::make_shared<const BoundEventSchema>(std::move(writer), id);
  }
  const auto found = registry_->lookUp(subject, *text);
  if (!found) {
    auto error = found.error();
    if (error.code == ErrorCode::kSchemaNotFound) {
      error.hint = "Run `caas-kafka schemas register`, or set SCHEMA_REGISTRY_AUTO_REGISTER=true";
    }
    return fail(std::move(error));
  }
  return std::make_shared<const BoundEventSchema>(std::move(writer), found->id);
}

}  // namespace caas::kafka::produce
