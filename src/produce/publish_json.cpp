#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <fmt/format.h>

#include "caas/kafka/publisher.hpp"
#include "core/errors.hpp"
#include "produce/event_table.hpp"

namespace caas::kafka {
namespace {

/// The text of a field that a key can be made from; "" if it is missing.
std::string keyField(const boost::json::object& object, const FieldMap& map,
                     std::string_view name) {
  std::string_view source = name;
  for (const auto& [from, to] : map) {
    if (to == name) {
      source = from;
    }
  }
  const auto* found = object.if_contains(source);
  if (found == nullptr || found->is_null()) {
    return {};
  }
  return found->is_string() ? std::string{found->as_string()} : boost::json::serialize(*found);
}

/// The event's id is known to its sender from here on.
std::string giveId(Event& event, const Clock& clock, Random& random) {
  const auto fields = eventFields(event.type);
  for (const auto& field : *fields) {
    if (!field.generatedId) {
      continue;
    }
    const auto found = event.fields.find(field.name);
    if (found == event.fields.end()) {
      auto id = makeId(clock, random);
      event.fields.emplace(field.name, id);
      return id;
    }
    const auto* id = std::get_if<std::string>(&found->second);
    return id == nullptr ? std::string{} : *id;
  }
  return {};
}

}  // namespace

Result<void> EventPublisher::publishJson(std::string_view type, const TenantId* tenant,
                                         std::string_view json, const FieldMap& map,
                                         DeliveryCallback onDelivery, const PublishOptions& options,
                                         JsonOutcome* outcome) {
  if (produce::findEventType(type) != nullptr) {
    CAAS_ASSIGN(auto event, eventFromJson(type, json, map,
                                          outcome == nullptr ? nullptr : &outcome->ignoredFields));
    if (outcome != nullptr) {
      outcome->id = giveId(event, systemClock(), systemRandom());
    }
    return publishEvent(tenant, std::move(event), std::move(onDelivery), options);
  }
  boost::json::error_code error;
  const auto value = boost::json::parse({json.data(), json.size()}, error);
  if (error || !value.is_object()) {
    return fail(errors::invalidArgument(
        fmt::format("not a JSON object{}", error ? ": " + error.message() : "")));
  }
  const auto conversation = keyField(value.as_object(), map, "conversationId");
  const auto user = keyField(value.as_object(), map, "userId");
  const MessageData keyData{.tenantId = tenant != nullptr ? tenant->str() : std::string_view{},
                            .conversationId = conversation,
                            .userId = user};
  return publishRaw(type, tenant, keyData, json, std::move(onDelivery), options);
}

}  // namespace caas::kafka
