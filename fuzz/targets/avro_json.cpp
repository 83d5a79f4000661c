// needs: core/*.cpp schema/avro_*.cpp schema/json_*.cpp schema/*codec.cpp schema/protobuf_*.cpp
// needs: schema/wire_format.cpp
//
// A schema, and JSON that may be one of its values.
#include <memory>
#include <ranges>
#include <string>

#include "schema/codec.hpp"
#include "target.hpp"

namespace caas::kafka::fuzz {
namespace {

/// JSON does not tell a union's branches apart.
bool hasUnion(const avro::Schema& schema) {
  return std::ranges::any_of(std::views::iota(std::size_t{0}, schema.size()), [&](avro::NodeId id) {
    return schema.at(id).type == avro::Type::kUnion;
  });
}

bool run(std::string_view input) {
  const auto part = parts(input, 2);
  const schema::CompleteSchema text{
      .schema = {.type = SchemaType::kAvro, .text = std::string(part[0])}};
  const auto parsed = schema::parseAvro(text);
  if (!accepted(parsed)) {
    return false;
  }
  const auto codec = schema::makeCodec(text);
  check(codec.has_value(), "a schema reads what it wrote");
  const auto json = schema::parseJson(part[1], "the value");
  if (!accepted(json)) {
    return false;
  }
  std::string bytes = "before";
  const auto done = (*codec)->encode(*json, bytes);
  if (!accepted(done)) {
    check(bytes == "before", "what does not fit leaves nothing behind");
    return false;
  }
  const auto payload = bytes.substr(6);
  const auto shown = (*codec)->decode(payload);
  check(shown.has_value(), "what was written is read");
  if (!hasUnion(*parsed)) {
    std::string again;
    check((*codec)->encode(*shown, again).has_value(), "what is shown can be written");
    check(again == payload, "and is the same");
  }
  return true;
}

const Target kTarget{"avro_json", run};

}  // namespace
}  // namespace caas::kafka::fuzz
