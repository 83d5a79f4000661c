// needs: core/*.cpp schema/avro_*.cpp schema/json_*.cpp schema/*codec.cpp schema/protobuf_*.cpp
// needs: schema/wire_format.cpp
//
// A .proto file, the one that it knows as "other.proto", and a payload with
// its message indexes.
#include <string>

#include "schema/codec.hpp"
#include "target.hpp"

namespace caas::kafka::fuzz {
namespace {

bool run(std::string_view input) {
  const auto part = parts(input, 3);
  schema::CompleteSchema text{
      .schema = {.type = SchemaType::kProtobuf, .text = std::string(part[0])}};
  if (!part[1].empty()) {
    text.references.emplace_back("other.proto", part[1]);
  }
  const auto codec = schema::makeCodec(text);
  if (!accepted(codec)) {
    return false;
  }
  const auto shown = (*codec)->decode(part[2]);
  if (!accepted(shown)) {
    return false;
  }
  // Only the file's first message is written.
  std::string written;
  if (!part[2].starts_with('\0') || !accepted((*codec)->encode(*shown, written))) {
    return true;
  }
  const auto again = (*codec)->decode(written);
  check(again.has_value(), "what was written is read");
  std::string twice;
  check((*codec)->encode(*again, twice).has_value(), "and can be written again");
  check(twice == written, "as the same bytes");
  return true;
}

const Target kTarget{"protobuf", run};

}  // namespace
}  // namespace caas::kafka::fuzz
