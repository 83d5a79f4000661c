#include "produce/event_formats.hpp"

#include <fmt/format.h>

#include "core/errors.hpp"

namespace caas::kafka::produce {

Result<EventWriterPtr> makeEventWriter(const EventTypeInfo& info, const SchemaText& schema) {
  switch (schema.type) {
    case SchemaType::kAvro: return makeAvroEventWriter(info, schema);
    case SchemaType::kJson: return makeJsonEventWriter(info, schema);
    case SchemaType::kProtobuf: return makeProtobufEventWriter(info, schema);
  }
  return fail(errors::internal("a schema without a type"));
}

Result<EventReaderPtr> makeEventReader(const EventTypeInfo& info,
                                       const schema::CompleteSchema& writer) {
  switch (writer.schema.type) {
    case SchemaType::kAvro: return makeAvroEventReader(info, writer);
    case SchemaType::kJson: return makeJsonEventReader(info, writer);
    case SchemaType::kProtobuf: return makeProtobufEventReader(info, writer);
  }
  return fail(errors::internal("a schema without a type"));
}

Error schemaMisfit(const EventTypeInfo& info, std::string_view what) {
  return errors::internal(
      fmt::format("the schema of event type '{}' does not fit its fields: {}", info.type, what));
}

}  // namespace caas::kafka::produce
