// The schemas of the built-in events, and the subjects that they belong in.

#include "schema/event_schemas.hpp"

#include <fmt/format.h>

#include "caas/kafka/schema_serde.hpp"
#include "core/errors.hpp"
#include "schema/codec.hpp"

namespace caas::kafka {
namespace schema {

std::optional<std::string_view> embeddedEventSchema(std::string_view type, SchemaType format) {
  for (const auto& schema : embeddedEventSchemas()) {
    if (schema.type == type && schema.format == format) {
      return schema.text;
    }
  }
  return std::nullopt;
}

}  // namespace schema

std::string subjectOf(SubjectStrategy strategy, const TopicDefinition& definition,
                      std::string_view eventType, std::string_view topic, std::string_view record) {
  switch (strategy) {
    case SubjectStrategy::kTopic: return fmt::format("{}-value", topic);
    case SubjectStrategy::kRecord: return std::string(record);
    case SubjectStrategy::kTopicRecord: return fmt::format("{}-{}", topic, record);
    case SubjectStrategy::kCatalog: break;
  }
  return definition.eventTypes.size() > 1 ? fmt::format("{}-{}-value", definition.entry, eventType)
                                          : fmt::format("{}-value", definition.entry);
}

std::optional<SchemaType> schemaTypeOf(EventFormat format) {
  switch (format) {
    case EventFormat::kJson: break;
    case EventFormat::kAvro: return SchemaType::kAvro;
    case EventFormat::kJsonSchema: return SchemaType::kJson;
    case EventFormat::kProtobuf: return SchemaType::kProtobuf;
  }
  return std::nullopt;
}

std::optional<SchemaText> eventSchema(std::string_view eventType, SchemaType format) {
  if (const auto text = schema::embeddedEventSchema(eventType, format)) {
    return SchemaText{.type = format, .text = std::string(*text)};
  }
  return std::nullopt;
}

Result<std::vector<EventSubject>> eventSubjects(SubjectStrategy strategy, const Catalog& catalog,
                                                SchemaType format) {
  if (strategy == SubjectStrategy::kTopic || strategy == SubjectStrategy::kTopicRecord) {
    return fail({.code = ErrorCode::kUnsupported,
                 .message = "subjects that are named after topics come with the tenants' topics",
                 .hint = "SCHEMA_REGISTRY_AUTO_REGISTER=true registers them when they are needed"});
  }
  std::vector<EventSubject> subjects;
  for (const auto& definition : catalog.definitions()) {
    for (const auto& type : definition.eventTypes) {
      // An event type that was added to the catalog has a schema of its own.
      if (auto text = eventSchema(type, format)) {
        CAAS_ASSIGN(const auto codec, schema::makeCodec({.schema = *text}));
        subjects.push_back(
            {subjectOf(strategy, definition, type, {}, codec->recordName()), *std::move(text)});
      }
    }
  }
  return subjects;
}

}  // namespace caas::kafka
