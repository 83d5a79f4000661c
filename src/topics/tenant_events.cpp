#include "topics/tenant_events.hpp"

#include <boost/json.hpp>

namespace caas::kafka::topics {

namespace json = boost::json;

std::string encodeTenantEvent(const TenantEvent& event) {
  json::object details;
  for (const auto& [name, value] : event.details) {
    details[name] = value;
  }
  json::object object;
  object["eventId"] = event.eventId;
  object["tenantId"] = event.tenantId;
  object["name"] = json::string_view(event.name.data(), event.name.size());
  object["details"] = std::move(details);
  object["at"] = formatTimestamp(event.at);
  return json::serialize(object);
}

std::optional<Deletion> deletionIn(const ReceivedRecord& record) {
  if (!record.key || !record.value || record.header("caas.type") != kPlatformEventType) {
    return std::nullopt;
  }
  boost::system::error_code error;
  const json::value value = json::parse(*record.value, error);
  const json::object* object = error ? nullptr : value.if_object();
  const json::value* name = object == nullptr ? nullptr : object->if_contains("name");
  if (name == nullptr || !name->is_string()) {
    return std::nullopt;
  }
  const std::string_view text(name->get_string().data(), name->get_string().size());
  if (text != kTenantDeleting && text != kTenantDeleted) {
    return std::nullopt;
  }
  // The record's own time, not `at` in the value: it is what ListOffsets searches by.
  return Deletion{*record.key, record.timestamp};
}

}  // namespace caas::kafka::topics
