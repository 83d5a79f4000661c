// needs: core/*.cpp produce/record.cpp topics/tenant_events.cpp
// A value of platform.events, as whoever creates a tenant reads it.
#include "topics/tenant_events.hpp"

#include <string>

#include "core/utf8.hpp"
#include "target.hpp"

namespace caas::kafka::fuzz {
namespace {

ReceivedRecord recordOf(std::string_view value) {
  ReceivedRecord record;
  record.key = "acme";
  record.value = std::string(value);
  record.headers = {{.name = "caas.type", .value = std::string(topics::kPlatformEventType)}};
  return record;
}

bool run(std::string_view input) {
  const auto deletion = topics::deletionIn(recordOf(input));
  check(!deletion || deletion->tenantId == "acme", "a deletion is that of its key");
  if (!isUtf8(input)) {
    return false;
  }
  const topics::TenantEvent event{.eventId = "e",
                                  .tenantId = "acme",
                                  .name = topics::kTenantDeleted,
                                  .details = {{"why", std::string(input)}}};
  check(topics::deletionIn(recordOf(topics::encodeTenantEvent(event))).has_value(),
        "what is announced is read, whatever its details");
  return deletion.has_value();
}

const Target kTarget{"tenant_events", run};

}  // namespace
}  // namespace caas::kafka::fuzz
