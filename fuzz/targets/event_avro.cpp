// needs: core/*.cpp schema/avro_*.cpp schema/json_*.cpp produce/event_avro.cpp
// produce/event_json_read.cpp needs: produce/event_json_write.cpp produce/event_rules.cpp
// produce/events.cpp An event's type, the schema that it was written by, and the bytes.
#include "produce/event_avro.hpp"

#include <algorithm>
#include <memory>
#include <string>

#include "caas/kafka/events.hpp"
#include "schema/avro_codec.hpp"
#include "schema/avro_plan.hpp"
#include "schema/event_schemas.hpp"
#include "target.hpp"

namespace caas::kafka::fuzz {
namespace {

bool run(std::string_view input) {
  const auto part = parts(input, 3);
  const auto* info = produce::findEventType(part[0]);
  if (info == nullptr) {
    return false;
  }
  const auto known =
      std::ranges::find(schema::embeddedEventSchemas(), part[0], &schema::EventSchema::type);
  const auto ours = produce::parseEventSchema(known->text, *info);
  check(ours.has_value(), "our own schemas are right");
  auto writer = avro::Schema::parse(part[1]);
  if (!accepted(writer)) {
    return false;
  }
  const auto reader = std::make_shared<const avro::Schema>(*ours);
  const auto plan =
      avro::Plan::compile(std::make_shared<const avro::Schema>(*std::move(writer)), reader);
  if (!accepted(plan)) {
    return false;
  }
  const auto value = plan->decode(part[2]);
  if (!accepted(value)) {
    return false;
  }
  const auto event = produce::eventFromAvro(*reader, *info, *value);
  const auto again = produce::eventToAvro(*reader, event);
  check(again.has_value(), "an event can be written");
  std::string bytes;
  check(avro::encode(*reader, reader->root(), *again, bytes).has_value(), "as Avro");
  static_cast<void>(eventToJson(event));
  return true;
}

const Target kTarget{"event_avro", run};

}  // namespace
}  // namespace caas::kafka::fuzz
