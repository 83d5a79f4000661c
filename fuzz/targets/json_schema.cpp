// needs: core/*.cpp schema/avro_*.cpp schema/json_*.cpp schema/*codec.cpp schema/protobuf_*.cpp
// needs: schema/wire_format.cpp
//
// A JSON Schema, the schema that it knows as "other.json", and a value.
#include <string>

#include "schema/codec.hpp"
#include "target.hpp"

namespace caas::kafka::fuzz {
namespace {

bool run(std::string_view input) {
  const auto part = parts(input, 3);
  schema::CompleteSchema text{.schema = {.type = SchemaType::kJson, .text = std::string(part[0])}};
  if (!part[1].empty()) {
    text.references.emplace_back("other.json", part[1]);
  }
  const auto codec = schema::makeCodec(text);
  if (!accepted(codec)) {
    return false;
  }
  const auto value = (*codec)->decode(part[2]);
  if (!accepted(value)) {
    return false;
  }
  std::string written;
  check((*codec)->encode(*value, written).has_value(), "a value that fits can be written");
  const auto again = (*codec)->decode(written);
  check(again.has_value() && *again == *value, "what was written is read as it was");
  return true;
}

const Target kTarget{"json_schema", run};

}  // namespace
}  // namespace caas::kafka::fuzz
