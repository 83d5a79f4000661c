#include "http/schema.hpp"

#include <boost/json/array.hpp>

namespace caas::kafka::http {
namespace {

namespace json = boost::json;

void addComponents(Schema& to, const Schema& from) {
  for (const auto& [name, component] : from.components) {
    to.components.emplace(name, component);
  }
}

Schema ofType(std::string_view type) { return {.json = {{"type", type}}}; }

}  // namespace

Schema Schema::saying(std::string_view description) const {
  auto copy = *this;
  // Beside "$ref" too: OpenAPI 3.1 lets other words stand there.
  copy.json["description"] = description;
  return copy;
}

Schema Schema::orNull() const {
  auto copy = *this;
  auto* type = copy.json.if_contains("type");
  if (type != nullptr && type->is_string() && !copy.json.contains("enum")) {
    *type = json::array{*type, "null"};
    return copy;
  }
  Schema either{.json = {{"anyOf", json::array{json, json::object{{"type", "null"}}}}}};
  either.components = components;
  return either;
}

Member optional(std::string name, Schema schema) {
  return {.name = std::move(name), .schema = std::move(schema), .required = false};
}

namespace schema {

Schema text() { return ofType("string"); }

Schema text(std::string_view pattern, std::size_t leastLength, std::size_t mostLength) {
  auto made = text();
  if (!pattern.empty()) {
    made.json["pattern"] = pattern;
  }
  made.json["minLength"] = leastLength;
  made.json["maxLength"] = mostLength;
  return made;
}

Schema time() {
  auto made = text();
  made.json["format"] = "date-time";
  return made;
}

Schema integer() { return ofType("integer"); }

Schema integer(std::int64_t least, std::int64_t most) {
  auto made = integer();
  made.json["minimum"] = least;
  made.json["maximum"] = most;
  return made;
}

Schema number() { return ofType("number"); }
Schema boolean() { return ofType("boolean"); }

Schema oneOf(const std::vector<std::string>& values) {
  auto made = text();
  made.json["enum"] = json::array(values.begin(), values.end());
  return made;
}

Schema array(const Schema& items) {
  auto made = ofType("array");
  made.json["items"] = items.json;
  addComponents(made, items);
  return made;
}

Schema array(const Schema& items, std::size_t least, std::size_t most) {
  auto made = array(items);
  made.json["minItems"] = least;
  made.json["maxItems"] = most;
  return made;
}

Schema object(const std::vector<Member>& members) {
  auto made = ofType("object");
  json::object properties;
  json::array required;
  for (const auto& member : members) {
    properties[member.name] = member.schema.json;
    if (member.required) {
      required.emplace_back(member.name);
    }
    addComponents(made, member.schema);
  }
  made.json["properties"] = std::move(properties);
  if (!required.empty()) {
    made.json["required"] = std::move(required);
  }
  made.json["additionalProperties"] = false;
  return made;
}

Schema map(const Schema& values) {
  auto made = ofType("object");
  made.json["additionalProperties"] = values.json;
  addComponents(made, values);
  return made;
}

Schema anything() { return {}; }

Schema named(std::string_view name, const Schema& schema) {
  Schema made{.json = {{"$ref", "#/components/schemas/" + std::string(name)}}};
  made.components = schema.components;
  made.components.emplace(name, schema.json);
  return made;
}

}  // namespace schema

json::object standalone(const Schema& schema) {
  auto made = schema.json;
  if (!schema.components.empty()) {
    json::object components;
    for (const auto& [name, component] : schema.components) {
      components[name] = component;
    }
    made["components"] = json::object{{"schemas", std::move(components)}};
  }
  return made;
}

}  // namespace caas::kafka::http
