// needs: core/*.cpp produce/event_json_read.cpp produce/event_json_write.cpp
// needs: produce/event_rules.cpp produce/event_fields.cpp produce/events.cpp
//
// JSON that may be an event of any type.
#include <string>
#include <vector>

#include "caas/kafka/events.hpp"
#include "produce/event_table.hpp"
#include "target.hpp"

namespace caas::kafka::fuzz {
namespace {

bool readBack(std::string_view type, std::string_view input) {
  static const FieldMap kMap{{"conversation", "conversationId"}, {"user", "userId"}};
  std::vector<std::string> ignored;
  const auto event = eventFromJson(type, input, kMap, &ignored);
  if (!accepted(event)) {
    return false;
  }
  const auto text = eventToJson(*event);
  const auto again = eventFromJson(type, text);
  check(again.has_value(), "what was written is read");
  check(again->type == event->type && again->fields == event->fields,
        "an event is read as it was written");
  return true;
}

bool run(std::string_view input) {
  bool read = false;
  for (const auto type : {"message", "reaction", "typing", "read-receipt", "presence", "analytics",
                          "notification", "platform-event", "audit", "platform-notification"}) {
    read = readBack(type, input) || read;
  }
  return read;
}

const Target kTarget{"event_json", run};

}  // namespace
}  // namespace caas::kafka::fuzz
