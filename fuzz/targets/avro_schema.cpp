// needs: core/*.cpp schema/avro_*.cpp schema/json_*.cpp
// The last part is the schema, those before it are what it may refer to.
#include "schema/avro_schema.hpp"

#include <string>
#include <vector>

#include "target.hpp"

namespace caas::kafka::fuzz {
namespace {

bool run(std::string_view input) {
  auto texts = partsUpTo(input, 4);
  const auto text = texts.back();
  texts.pop_back();
  const auto schema = avro::Schema::parse(text, {texts.begin(), texts.end()});
  if (!accepted(schema)) {
    return false;
  }
  const auto canonical = schema->canonical();
  const auto again = avro::Schema::parse(canonical);
  check(again.has_value(), "the canonical form is a schema");
  check(again->canonical() == canonical, "the canonical form is its own");
  check(again->fingerprint() == schema->fingerprint(), "so is the fingerprint");
  return true;
}

const Target kTarget{"avro_schema", run};

}  // namespace
}  // namespace caas::kafka::fuzz
