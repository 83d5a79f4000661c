#include "schema/registry_json.hpp"

#include <cstdint>
#include <limits>
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include "core/errors.hpp"

namespace caas::kafka::schema {
namespace {

namespace json = boost::json;

std::unexpected<Error> unlike(std::string_view what) {
  return fail(errors::internal(
      fmt::format("the schema registry's answer is not what its API says: {}", what)));
}

Result<const json::value*> member(const json::value& body, std::string_view name) {
  if (const auto* object = body.if_object()) {
    if (const auto* found = object->if_contains(name)) {
      return found;
    }
  }
  return unlike(fmt::format("'{}' is missing", name));
}

Result<std::string> text(const json::value& body, std::string_view name) {
  CAAS_ASSIGN(const auto* found, member(body, name));
  if (const auto* string = found->if_string()) {
    return std::string(*string);
  }
  return unlike(fmt::format("'{}' is no text", name));
}

Result<int> integer(const json::value& value, std::string_view name) {
  const auto* number = value.if_int64();
  if (number == nullptr || *number < std::numeric_limits<int>::min() ||
      *number > std::numeric_limits<int>::max()) {
    return unlike(fmt::format("'{}' is no 32-bit integer", name));
  }
  return static_cast<int>(*number);
}

Result<int> integerIn(const json::value& body, std::string_view name) {
  CAAS_ASSIGN(const auto* found, member(body, name));
  return integer(*found, name);
}

const json::array* arrayIn(const json::value& body, std::string_view name) {
  const auto* object = body.if_object();
  const auto* found = object == nullptr ? nullptr : object->if_contains(name);
  return found == nullptr ? nullptr : found->if_array();
}

}  // namespace

Result<std::vector<std::string>> stringsOf(const json::value& body) {
  const auto* array = body.if_array();
  if (array == nullptr) {
    return unlike("no list");
  }
  std::vector<std::string> strings;
  strings.reserve(array->size());
  for (const auto& item : *array) {
    const auto* string = item.if_string();
    if (string == nullptr) {
      return unlike("a list with something other than text");
    }
    strings.emplace_back(*string);
  }
  return strings;
}

Result<std::vector<int>> integersOf(const json::value& body) {
  const auto* array = body.if_array();
  if (array == nullptr) {
    return unlike("no list");
  }
  std::vector<int> integers;
  integers.reserve(array->size());
  for (const auto& item : *array) {
    CAAS_ASSIGN(const int number, integer(item, "version"));
    integers.push_back(number);
  }
  return integers;
}

Result<int> idOf(const json::value& body) { return integerIn(body, "id"); }

Result<SchemaText> schemaOf(const json::value& body) {
  SchemaText schema;
  CAAS_ASSIGN(schema.text, text(body, "schema"));
  const auto* object = body.if_object();
  // Left out for Avro, which was the only type for long.
  if (const auto* type = object->if_contains("schemaType"); type != nullptr && type->is_string()) {
    CAAS_ASSIGN(schema.type, parseSchemaType(type->as_string()));
  }
  if (const auto* references = arrayIn(body, "references")) {
    for (const auto& item : *references) {
      SchemaReference reference;
      CAAS_ASSIGN(reference.name, text(item, "name"));
      CAAS_ASSIGN(reference.subject, text(item, "subject"));
      CAAS_ASSIGN(reference.version, integerIn(item, "version"));
      schema.references.push_back(std::move(reference));
    }
  }
  return schema;
}

Result<RegisteredSchema> registeredOf(const json::value& body) {
  RegisteredSchema registered;
  CAAS_ASSIGN(registered.subject, text(body, "subject"));
  CAAS_ASSIGN(registered.version, integerIn(body, "version"));
  CAAS_ASSIGN(registered.id, integerIn(body, "id"));
  CAAS_ASSIGN(registered.schema, schemaOf(body));
  return registered;
}

Result<CompatibilityVerdict> verdictOf(const json::value& body) {
  CAAS_ASSIGN(const auto* compatible, member(body, "is_compatible"));
  if (!compatible->is_bool()) {
    return unlike("'is_compatible' is neither true nor false");
  }
  CompatibilityVerdict verdict{.compatible = compatible->as_bool()};
  if (const auto* messages = arrayIn(body, "messages")) {
    for (const auto& message : *messages) {
      if (const auto* reason = message.if_string()) {
        verdict.reasons.emplace_back(*reason);
      }
    }
  }
  return verdict;
}

Result<Compatibility> compatibilityOf(const json::value& body) {
  auto level = text(body, "compatibilityLevel");
  if (!level) {
    level = text(body, "compatibility");
  }
  CAAS_TRY(level);
  return parseCompatibility(*level);
}

Result<RegistryMode> modeOf(const json::value& body) {
  CAAS_ASSIGN(const auto mode, text(body, "mode"));
  return parseRegistryMode(mode);
}

json::object requestOf(const SchemaText& schema) {
  json::object request{{"schema", schema.text}};
  // Some registries refuse the word for what was the only type when they were written.
  if (schema.type != SchemaType::kAvro) {
    request["schemaType"] = toString(schema.type);
  }
  if (!schema.references.empty()) {
    json::array references;
    for (const auto& reference : schema.references) {
      references.push_back(json::object{{"name", reference.name},
                                        {"subject", reference.subject},
                                        {"version", reference.version}});
    }
    request["references"] = std::move(references);
  }
  return request;
}

}  // namespace caas::kafka::schema
