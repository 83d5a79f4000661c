// needs: core/*.cpp schema/avro_*.cpp schema/json_*.cpp schema/*codec.cpp schema/protobuf_*.cpp
// needs: schema/wire_format.cpp schema/event_schemas.cpp schema/schema_names.cpp
// needs: produce/event_avro.cpp produce/event_formats.cpp produce/event_fields.cpp
// needs: produce/event_json_read.cpp produce/event_json_write.cpp produce/event_json_schema.cpp
// needs: produce/event_protobuf.cpp produce/event_protobuf_read.cpp produce/event_rules.cpp
// needs: produce/events.cpp
//
// Built-in events by Avro writers of any version.
#include "event_read_back.hpp"

namespace caas::kafka::fuzz {
namespace {

bool run(std::string_view input) { return eventReadBack(input, SchemaType::kAvro); }

const Target kTarget{"event_avro", run};

}  // namespace
}  // namespace caas::kafka::fuzz
