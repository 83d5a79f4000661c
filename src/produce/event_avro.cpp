#include "produce/event_avro.hpp"

#include <utility>

#include <fmt/format.h>

#include "core/errors.hpp"
#include "schema/avro_json.hpp"

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

/// [null, T]: T, and which branch null is.
bool isOptional(const avro::Schema& schema, const avro::Node& node) {
  return node.type == Type::kUnion && node.branches.size() == 2 &&
         schema.at(node.branches[0]).type == Type::kNull;
}

avro::Value valueOf(const FieldValue& field) {
  return std::visit(
      [](const auto& held) -> avro::Value {
        using Held = std::remove_cvref_t<decltype(held)>;
        if constexpr (std::is_same_v<Held, Timestamp>) {
          return {static_cast<std::int64_t>(held.time_since_epoch().count())};
        } else if constexpr (std::is_same_v<Held, std::map<std::string, std::string>>) {
          avro::Map map;
          for (const auto& [name, value] : held) {
            map.entries.emplace_back(name, avro::Value{value});
          }
          return {std::move(map)};
        } else {
          return {held};
        }
      },
      field);
}

std::optional<FieldValue> fieldOf(FieldKind kind, const avro::Value& value) {
  const auto* held = &value;
  if (const auto* branch = value.as<avro::Branch>()) {
    held = branch->value.data();
  }
  switch (kind) {
    case FieldKind::kString:
      if (const auto* text = held->as<std::string>()) {
        return *text;
      }
      break;
    case FieldKind::kBool:
      if (const auto* flag = held->as<bool>()) {
        return *flag;
      }
      break;
    case FieldKind::kTimestamp:
      if (const auto* time = held->as<std::int64_t>()) {
        return Timestamp(std::chrono::milliseconds(*time));
      }
      break;
    case FieldKind::kStringMap:
      if (const auto* map = held->as<avro::Map>()) {
        std::map<std::string, std::string> texts;
        for (const auto& [name, item] : map->entries) {
          if (const auto* text = item.as<std::string>()) {
            texts.insert_or_assign(name, *text);
          }
        }
        return texts;
      }
      break;
  }
  return std::nullopt;
}

}  // namespace

Result<avro::Schema> parseEventSchema(std::string_view text, const EventTypeInfo& info) {
  CAAS_ASSIGN(auto schema, avro::Schema::parse(text));
  const auto& record = schema.rootNode();
  const auto wrong = [&](std::string_view what) {
    return fail(errors::internal(
        fmt::format("the schema of event type '{}' does not fit its fields: {}", info.type, what)));
  };
  if (record.type != Type::kRecord || record.fields.size() != info.fields.size()) {
    return wrong(fmt::format("a record with {} fields is needed", info.fields.size()));
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
      return wrong(fmt::format("field {} is not '{}' as it should be", i, field.name));
    }
  }
  return schema;
}

Result<avro::Value> eventToAvro(const avro::Schema& schema, const Event& event) {
  avro::Record record;
  const auto& fields = schema.rootNode().fields;
  record.fields.reserve(fields.size());
  for (const auto& field : fields) {
    const auto found = event.fields.find(field.name);
    if (found == event.fields.end()) {
      if (!field.byDefault) {
        return fail(errors::invalidArgument(
            fmt::format("field '{}' of a {} event is missing", field.name, event.type)));
      }
      CAAS_ASSIGN(auto value, avro::defaultValue(schema, field.type, *field.byDefault));
      record.fields.push_back(std::move(value));
    } else if (isOptional(schema, schema.at(field.type))) {
      record.fields.push_back({avro::Branch{1, {valueOf(found->second)}}});
    } else {
      record.fields.push_back(valueOf(found->second));
    }
  }
  return avro::Value{std::move(record)};
}

Event eventFromAvro(const avro::Schema& schema, const EventTypeInfo& info,
                    const avro::Value& value) {
  Event event{.type = std::string(info.type), .fields = {}};
  const auto* record = value.as<avro::Record>();
  const auto& fields = schema.rootNode().fields;
  for (std::size_t i = 0; record != nullptr && i < fields.size(); ++i) {
    if (auto field = fieldOf(info.fields[i].kind, record->fields[i])) {
      event.fields.emplace(fields[i].name, *std::move(field));
    }
  }
  return event;
}

}  // namespace caas::kafka::produce
