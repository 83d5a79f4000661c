#include "produce/publish_json.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <fmt/format.h>

#include "core/errors.hpp"
#include "produce/event_table.hpp"

namespace caas::kafka::produce {
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

}  // namespace

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

Result<RawJsonFields> rawJsonFields(std::string_view json, const FieldMap& map) {
  boost::json::error_code error;
  const auto value = boost::json::parse({json.data(), json.size()}, error);
  if (error || !value.is_object()) {
    return fail(errors::invalidArgument(
        fmt::format("not a JSON object{}", error ? ": " + error.message() : "")));
  }
  return RawJsonFields{.conversationId = keyField(value.as_object(), map, "conversationId"),
                       .userId = keyField(value.as_object(), map, "userId")};
}

}  // namespace caas::kafka::produce
