// needs: core/*.cpp config/enum_names.cpp schema/registry_json.cpp schema/schema_names.cpp
// needs: schema/avro_*.cpp schema/json_*.cpp schema/*codec.cpp schema/protobuf_*.cpp
// needs: schema/wire_format.cpp
#include "schema/registry_json.hpp"

#include <string>

#include <boost/json.hpp>

#include "schema/codec.hpp"
#include "target.hpp"

namespace caas::kafka::fuzz {
namespace {

bool run(std::string_view input) {
  const auto body = schema::parseJson(input, "the answer");
  if (!accepted(body)) {
    return false;
  }
  static_cast<void>(accepted(schema::stringsOf(*body)));
  static_cast<void>(accepted(schema::integersOf(*body)));
  static_cast<void>(accepted(schema::idOf(*body)));
  static_cast<void>(accepted(schema::verdictOf(*body)));
  const bool read = accepted(schema::registeredOf(*body));
  if (const auto level = schema::compatibilityOf(*body); accepted(level)) {
    check(parseCompatibility(toString(*level)) == *level, "a level is read as it is written");
  }
  if (const auto mode = schema::modeOf(*body); accepted(mode)) {
    check(parseRegistryMode(toString(*mode)) == *mode, "a mode is read as it is written");
  }
  if (const auto text = schema::schemaOf(*body); accepted(text)) {
    check(schema::schemaOf(schema::requestOf(*text)) == *text,
          "a schema that we send is what we would read");
  }
  return read;
}

const Target kTarget{"registry_json", run};

}  // namespace
}  // namespace caas::kafka::fuzz
