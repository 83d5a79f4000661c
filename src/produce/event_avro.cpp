// Built-in events as Avro: written by their schema, read through resolution to it.

#include <utility>

#include <fmt/format.h>

#include "core/errors.hpp"
#include "produce/event_formats.hpp"
#include "schema/avro_binary.hpp"
#include "schema/avro_codec.hpp"
#include "schema/avro_json.hpp"
#include "schema/avro_plan.hpp"
#include "schema/event_schemas.hpp"

namespace caas::kafka::produce {
namespace {

using avro::Type;

Type typeOf(FieldKind kind) {
  switch (kind) {
    case FieldKind::kString: return Type::kString;
    case FieldKind::kBool: return Type::kBoolean;
    case FieldKind::kTimestamp: return Type::kLong;
    case FieldKind::kStringMap: return Type::kMap;
  }
  return Type::kNull;
}

/// [null, T]
bool isOptional(const avro::Schema& schema, const avro::Node& node) {
  return node.type == Type::kUnion && node.branches.size() == 2 &&
         schema.at(node.branches[0]).type == Type::kNull;
}

/// A record that has each of the type's fields, in order, as text, boolean, milliseconds or a map
/// of texts, or as a union of null and that.
Result<avro::Schema> parseEventSchema(const EventTypeInfo& info, std::string_view text) {
  CAAS_ASSIGN(auto schema, avro::Schema::parse(text));
  const auto& record = schema.rootNode();
  if (record.type != Type::kRecord || record.fields.size() != info.fields.size()) {
    return fail(
        schemaMisfit(info, fmt::format("a record with {} fields is needed", info.fields.size())));
  }
  for (std::size_t i = 0; i < info.fields.size(); ++i) {
    const auto& field = info.fields[i];
    const auto* node = &schema.at(record.fields[i].type);
    if (isOptional(schema, *node)) {
      node = &schema.at(node->branches[1]);
    }
    const bool fits = record.fields[i].name == field.name && node->type == typeOf(field.kind) &&
                      (node->type != Type::kMap || schema.at(node->items).type == Type::kString) &&
                      (field.kind != FieldKind::kTimestamp ||
                       node->logical == avro::LogicalType::kTimestampMillis);
    if (!fits) {
      return fail(
          schemaMisfit(info, fmt::format("field {} is not '{}' as it should be", i, field.name)));
    }
  }
  return schema;
}

struct ValueWriter {
  std::string& out;
  void operator()(std::monostate) const {}
  void operator()(std::string_view text) const { avro::appendText(text, out); }
  void operator()(bool value) const { out += value ? '\1' : '\0'; }
  void operator()(Timestamp time) const { avro::appendLong(time.time_since_epoch().count(), out); }
  void operator()(const StringMap* map) const {
    if (!map->empty()) {
      avro::appendLong(static_cast<std::int64_t>(map->size()), out);
    }
    for (const auto& [name, text] : *map) {
      avro::appendText(name, out);
      avro::appendText(text, out);
    }
    avro::appendLong(0, out);
  }
};

class AvroEventWriter final : public EventWriter {
 public:
  static Result<EventWriterPtr> make(const avro::Schema& schema) {
    auto writer = std::make_unique<AvroEventWriter>();
    for (const auto& field : schema.rootNode().fields) {
      auto& step = writer->steps_.emplace_back();
      step.optional = isOptional(schema, schema.at(field.type));
      if (field.byDefault) {
        CAAS_ASSIGN(const auto value, avro::defaultValue(schema, field.type, *field.byDefault));
        CAAS_TRY(avro::encode(schema, field.type, value, step.missing.emplace()));
      }
    }
    return writer;
  }

  Result<void> write(const EventView& event, std::string& out) const override {
    const auto before = out.size();
    for (std::size_t i = 0; i < steps_.size(); ++i) {
      const auto& step = steps_[i];
      if (std::holds_alternative<std::monostate>(event.fields[i])) {
        if (!step.missing) {
          out.resize(before);
          return fail(
              errors::invalidArgument(fmt::format("field '{}' of a {} event is missing",
                                                  event.info->fields[i].name, event.info->type)));
        }
        out += *step.missing;
        continue;
      }
      if (step.optional) {
        avro::appendLong(1, out);
      }
      std::visit(ValueWriter{out}, event.fields[i]);
    }
    return {};
  }

 private:
  struct Step {
    bool optional = false;
    std::optional<std::string> missing{};  ///< the default's bytes
  };
  std::vector<Step> steps_;  ///< for each field
};

/// What the plan reads, into the event.
class Taker final : public avro::FieldTaker {
 public:
  explicit Taker(EventTarget& event) : event_(event) {}

  void text(std::size_t place, std::string_view value) override { event_.text(place) = value; }
  void other(std::size_t place, avro::Value&& value) override {
    if (const auto* flag = value.as<bool>()) {
      event_.flag(place, *flag);
    } else if (const auto* time = value.as<std::int64_t>()) {
      event_.time(place, Timestamp(std::chrono::milliseconds(*time)));
    } else if (auto* map = value.as<avro::Map>()) {
      auto& texts = event_.map(place);
      for (auto& [name, item] : map->entries) {
        if (auto* text = item.as<std::string>()) {
          texts.insert_or_assign(std::move(name), std::move(*text));
        }
      }
    }
  }

 private:
  EventTarget& event_;
};

class AvroEventReader final : public EventReader {
 public:
  explicit AvroEventReader(avro::Plan plan) : plan_(std::move(plan)) {}

  Result<void> read(std::string_view payload, EventTarget& event) const override {
    Taker taker(event);
    CAAS_TRY(plan_.decodeFields(payload, taker));
    return checkRequired(event);
  }

 private:
  const avro::Plan plan_;  ///< to a record with the type's fields
};

}  // namespace

Result<EventWriterPtr> makeAvroEventWriter(const EventTypeInfo& info, const SchemaText& schema) {
  CAAS_ASSIGN(const auto parsed, parseEventSchema(info, schema.text));
  return AvroEventWriter::make(parsed);
}

Result<EventReaderPtr> makeAvroEventReader(const EventTypeInfo& info,
                                           const schema::CompleteSchema& writer) {
  const auto text = schema::embeddedEventSchema(info.type, SchemaType::kAvro);
  CAAS_ASSIGN(auto ours, parseEventSchema(info, text.value_or("")));
  CAAS_ASSIGN(auto theirs, schema::parseAvro(writer));
  CAAS_ASSIGN(auto plan,
              avro::Plan::compile(std::make_shared<const avro::Schema>(std::move(theirs)),
                                  std::make_shared<const avro::Schema>(std::move(ours))));
  return std::make_shared<const AvroEventReader>(std::move(plan));
}

}  // namespace caas::kafka::produce
