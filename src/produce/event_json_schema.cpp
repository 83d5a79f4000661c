// Built-in events by JSON Schema: the value is the JSON that plain events have too.

#include <set>
#include <string>

#include <boost/json.hpp>
#include <fmt/format.h>

#include "core/errors.hpp"
#include "produce/event_formats.hpp"
#include "produce/event_json.hpp"
#include "produce/event_json_value.hpp"

namespace caas::kafka::produce {
namespace {

namespace json = boost::json;

const json::value* memberOf(const json::value& value, std::string_view name) {
  const auto* object = value.if_object();
  return object == nullptr ? nullptr : object->if_contains(name);
}

bool says(const json::value& schema, std::string_view name, const json::value& expected) {
  const auto* found = memberOf(schema, name);
  return found != nullptr && *found == expected;
}

/// Whether a property takes what the field holds, and nothing that the field refuses.
bool fits(const EventField& field, const json::value& property) {
  switch (field.kind) {
    case FieldKind::kString: {
      const bool mayBeEmpty = field.mayBeEmpty || !field.allowed.empty();
      const json::array words(field.allowed.begin(), field.allowed.end());
      return says(property, "type", "string") &&
             (mayBeEmpty ? memberOf(property, "minLength") == nullptr
                         : says(property, "minLength", 1)) &&
             (words.empty() ? memberOf(property, "enum") == nullptr
                            : says(property, "enum", words));
    }
    case FieldKind::kBool: return says(property, "type", "boolean");
    case FieldKind::kTimestamp:
      return says(property, "type", "string") && says(property, "format", "date-time");
    case FieldKind::kStringMap:
      return says(property, "type", "object") &&
             says(property, "additionalProperties", json::object{{"type", "string"}});
  }
  return false;
}

/// An object with just the type's properties, of which those are required that are always there.
Result<void> checkEventSchema(const EventTypeInfo& info, std::string_view text) {
  CAAS_ASSIGN(const auto schema, schema::parseJson(text, "the JSON schema"));
  const auto* properties = memberOf(schema, "properties");
  const auto* required = memberOf(schema, "required");
  if (!says(schema, "type", "object") || !says(schema, "additionalProperties", false) ||
      properties == nullptr || !properties->is_object() || required == nullptr ||
      !required->is_array() || properties->get_object().size() != info.fields.size()) {
    return fail(schemaMisfit(
        info,
        fmt::format("an object of {} properties, and no others, is needed", info.fields.size())));
  }
  std::set<std::string_view> always;
  for (const auto& name : required->get_array()) {
    if (const auto* word = name.if_string()) {
      always.emplace(*word);
    }
  }
  for (const auto& field : info.fields) {
    const auto* property = memberOf(*properties, field.name);
    const bool needed = field.required || field.generatedId || field.eventTime;
    if (property == nullptr || !fits(field, *property) || needed != always.contains(field.name)) {
      return fail(schemaMisfit(info, fmt::format("property '{}' is not as the field", field.name)));
    }
  }
  return {};
}

class JsonEventWriter final : public EventWriter {
 public:
  Result<void> write(const EventView& event, std::string& out) const override {
    appendEventJson(out, event);
    return {};
  }
};

class JsonEventReader final : public EventReader {
 public:
  explicit JsonEventReader(std::shared_ptr<const schema::Codec> codec) : codec_(std::move(codec)) {}

  Result<void> read(std::string_view payload, EventTarget& event) const override {
    CAAS_ASSIGN(const auto value, codec_->decode(payload));
    const auto& info = event.info();
    for (std::size_t i = 0; i < info.fields.size(); ++i) {
      const auto& field = info.fields[i];
      if (const auto* found = memberOf(value, field.name)) {
        CAAS_ASSIGN(auto read, readJsonField(info.type, field, *found, field.name));
        if (read) {
          event.set(i, *std::move(read));
        }
      }
    }
    return checkRequired(event);
  }

 private:
  const std::shared_ptr<const schema::Codec> codec_;
};

}  // namespace

Result<EventWriterPtr> makeJsonEventWriter(const EventTypeInfo& info, const SchemaText& schema) {
  CAAS_TRY(checkEventSchema(info, schema.text));
  return std::make_unique<const JsonEventWriter>();
}

Result<EventReaderPtr> makeJsonEventReader(const EventTypeInfo& /*info*/,
                                           const schema::CompleteSchema& writer) {
  CAAS_ASSIGN(auto codec, schema::makeJsonCodec(writer));
  return std::make_shared<const JsonEventReader>(std::move(codec));
}

}  // namespace caas::kafka::produce
