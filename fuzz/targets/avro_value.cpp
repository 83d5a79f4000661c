// needs: core/*.cpp schema/avro_*.cpp schema/json_*.cpp
// The writer's schema, the reader's, and the bytes.
#include <memory>
#include <string>

#include "schema/avro_codec.hpp"
#include "schema/avro_json.hpp"
#include "schema/avro_plan.hpp"
#include "target.hpp"

namespace caas::kafka::fuzz {
namespace {

using SchemaPtr = std::shared_ptr<const avro::Schema>;

SchemaPtr parsed(std::string_view text) {
  auto schema = avro::Schema::parse(text);
  return accepted(schema) ? std::make_shared<const avro::Schema>(*std::move(schema)) : nullptr;
}

/// What was read by a schema is a value of it. One that a default makes deeper than what was
/// written may be too deep to be written.
std::string encoded(const avro::Schema& schema, const avro::Value& value) {
  std::string bytes;
  const auto done = avro::encode(schema, schema.root(), value, bytes);
  if (!done) {
    checkError(done.error());
    check(done.error().message.contains("nested too deeply"), "what was read can be written");
    bytes.clear();
  }
  return bytes;
}

bool readBack(const SchemaPtr& schema, std::string_view bytes) {
  const auto plan = avro::Plan::compile(schema, schema);
  check(plan.has_value(), "a schema reads what it wrote");
  const auto value = plan->decode(bytes);
  if (!accepted(value)) {
    return false;
  }
  check(avro::toJson(*schema, schema->root(), *value).kind() <= boost::json::kind::object,
        "a value can be shown");
  const auto once = encoded(*schema, *value);
  check(once.size() <= bytes.size(), "ours is the shortest form");
  const auto again = plan->decode(once);
  check(again.has_value(), "what was written is read");
  // Bytes and not values: NaN is not equal to itself.
  check(encoded(*schema, *again) == once, "it is written again as it was");
  return true;
}

void resolve(const SchemaPtr& writer, const SchemaPtr& reader, std::string_view bytes) {
  const auto plan = avro::Plan::compile(writer, reader);
  if (!accepted(plan)) {
    return;
  }
  const auto value = plan->decode(bytes);
  if (!accepted(value)) {
    return;
  }
  const auto written = encoded(*reader, *value);
  if (!written.empty()) {
    const auto ours = avro::Plan::compile(reader, reader);
    check(ours.has_value() && ours->decode(written).has_value(),
          "what was resolved is a value of the reader's schema");
  }
}

bool run(std::string_view input) {
  const auto part = parts(input, 3);
  const auto writer = parsed(part[0]);
  if (writer == nullptr) {
    return false;
  }
  const bool read = readBack(writer, part[2]);
  if (const auto reader = parsed(part[1])) {
    resolve(writer, reader, part[2]);
  }
  return read;
}

const Target kTarget{"avro_value", run};

}  // namespace
}  // namespace caas::kafka::fuzz
