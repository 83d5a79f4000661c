#include "schema/avro_json.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include <fmt/format.h>

#include "core/errors.hpp"
#include "core/utf8.hpp"

namespace caas::kafka::avro {
namespace {

namespace json = boost::json;

constexpr int kMaxDepth = 100;
constexpr std::size_t kShown = 60;

std::unexpected<Error> misfit(std::string_view path, std::string_view what) {
  return fail(errors::invalidArgument(path.empty() ? std::string(what)
                                                   : fmt::format("{}: {}", path, what)));
}

std::string shown(const json::value& value) { return schema::excerpt(value, kShown); }

/// UTF-8 whose code points are all below 256, as those bytes.
std::optional<std::string> latin1(std::string_view text) {
  std::string bytes;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    if (byte < 0x80) {
      bytes += static_cast<char>(byte);
    } else if ((byte == 0xC2 || byte == 0xC3) && i + 1 < text.size()) {
      bytes += static_cast<char>(((byte & 0x03U) << 6U) |
                                 (static_cast<unsigned char>(text[++i]) & 0x3FU));
    } else {
      return std::nullopt;
    }
  }
  return bytes;
}

std::string fromLatin1(std::string_view bytes) {
  std::string text;
  for (const char each : bytes) {
    const auto byte = static_cast<unsigned char>(each);
    if (byte < 0x80) {
      text += each;
    } else {
      text += static_cast<char>(0xC0U | (byte >> 6U));
      text += static_cast<char>(0x80U | (byte & 0x3FU));
    }
  }
  return text;
}

class Reader {
 public:
  Reader(const Schema& schema, bool lenient, schema::Steps& steps)
      : schema_(schema), lenient_(lenient), steps_(steps) {}

  Result<Value> read(NodeId type, const json::value& value, const std::string& path, int depth) {
    if (depth > kMaxDepth) {
      return misfit(path, "nested too deeply");
    }
    if (!steps_.take()) {
      return misfit(path, "unions or defaults within each other make it too much to read");
    }
    const Node& node = schema_.at(type);
    switch (node.type) {
      case Type::kNull: return value.is_null() ? Result<Value>(Value{}) : wrong(node, value, path);
      case Type::kBoolean:
        return value.is_bool() ? Result<Value>(Value{value.get_bool()}) : wrong(node, value, path);
      case Type::kInt: return whole<std::int32_t>(node, value, path);
      case Type::kLong: return whole<std::int64_t>(node, value, path);
      case Type::kFloat:
      case Type::kDouble: return real(node, value, path);
      case Type::kString:
        return value.is_string() ? Result<Value>(Value{std::string(value.get_string())})
                                 : wrong(node, value, path);
      case Type::kBytes:
      case Type::kFixed: return bytes(node, value, path);
      case Type::kEnum: return symbol(node, value, path);
      case Type::kArray: return array(node, value, path, depth);
      case Type::kMap: return map(node, value, path, depth);
      case Type::kRecord: return record(node, value, path, depth);
      case Type::kUnion: return branch(node, value, path, depth);
    }
    return wrong(node, value, path);
  }

 private:
  static std::unexpected<Error> wrong(const Node& node, const json::value& value,
                                      const std::string& path) {
    return misfit(path,
                  fmt::format("{} is no {}", shown(value),
                              node.name.empty() ? std::string(toString(node.type)) : node.name));
  }

  template <class Int>
  static Result<Value> whole(const Node& node, const json::value& value, const std::string& path) {
    boost::system::error_code problem;
    const auto number = value.is_number() ? value.to_number<Int>(problem) : Int{};
    if (!value.is_number() || problem) {
      return wrong(node, value, path);
    }
    return Value{number};
  }

  static Result<Value> real(const Node& node, const json::value& value, const std::string& path) {
    double number = 0;
    if (value.is_number()) {
      number = value.to_number<double>();
    } else if (value.is_string() && value.get_string() == "NaN") {
      number = std::numeric_limits<double>::quiet_NaN();
    } else if (value.is_string() &&
               (value.get_string() == "Infinity" || value.get_string() == "-Infinity")) {
      number = value.get_string()[0] == '-' ? -std::numeric_limits<double>::infinity()
                                            : std::numeric_limits<double>::infinity();
    } else {
      return wrong(node, value, path);
    }
    return node.type == Type::kFloat ? Value{static_cast<float>(number)} : Value{number};
  }

  static Result<Value> bytes(const Node& node, const json::value& value, const std::string& path) {
    auto data = value.is_string() ? latin1(value.get_string()) : std::nullopt;
    if (!data || (node.type == Type::kFixed && data->size() != node.size)) {
      return wrong(node, value, path);
    }
    return Value{Bytes{*std::move(data)}};
  }

  static Result<Value> symbol(const Node& node, const json::value& value, const std::string& path) {
    if (value.is_string()) {
      const auto found = std::ranges::find(node.symbols, std::string_view(value.get_string()));
      if (found != node.symbols.end()) {
        return Value{Symbol{static_cast<std::size_t>(found - node.symbols.begin())}};
      }
    }
    return wrong(node, value, path);
  }

  Result<Value> array(const Node& node, const json::value& value, const std::string& path,
                      int depth) {
    if (!value.is_array()) {
      return wrong(node, value, path);
    }
    Array array;
    for (const auto& each : value.get_array()) {
      CAAS_ASSIGN(auto item, read(node.items, each, fmt::format("{}[{}]", path, array.items.size()),
                                  depth + 1));
      array.items.push_back(std::move(item));
    }
    return Value{std::move(array)};
  }

  Result<Value> map(const Node& node, const json::value& value, const std::string& path,
                    int depth) {
    if (!value.is_object()) {
      return wrong(node, value, path);
    }
    Map map;
    for (const auto& [key, each] : value.get_object()) {
      CAAS_ASSIGN(auto item,
                  read(node.items, each, fmt::format("{}[{}]", path, std::string(key)), depth + 1));
      map.entries.emplace_back(std::string(key), std::move(item));
    }
    return Value{std::move(map)};
  }

  Result<Value> record(const Node& node, const json::value& value, const std::string& path,
                       int depth) {
    if (!value.is_object()) {
      return wrong(node, value, path);
    }
    const auto& object = value.get_object();
    Record record;
    std::size_t used = 0;
    for (const auto& field : node.fields) {
      const auto where = path.empty() ? field.name : fmt::format("{}.{}", path, field.name);
      const auto* given = object.if_contains(field.name);
      used += given != nullptr ? 1 : 0;
      if (given == nullptr && !field.byDefault) {
        return misfit(where, "is missing, and has no default");
      }
      // What stands in a schema is a default also where it is the person's that is lenient.
      CAAS_ASSIGN(auto item, given != nullptr
                                 ? read(field.type, *given, where, depth + 1)
                                 : Reader(schema_, false, steps_)
                                       .read(field.type, *field.byDefault, where, depth + 1));
      record.fields.push_back(std::move(item));
    }
    if (lenient_ && used != object.size()) {
      for (const auto& [key, each] : object) {
        if (std::ranges::find(node.fields, std::string_view(key), &Field::name) ==
            node.fields.end()) {
          return misfit(path, fmt::format("'{}' has no field '{}'", node.name, std::string(key)));
        }
      }
    }
    return Value{std::move(record)};
  }

  Result<Value> branch(const Node& node, const json::value& value, const std::string& path,
                       int depth) {
    if (lenient_ && value.is_object() && value.get_object().size() == 1) {
      const auto& [key, inner] = *value.get_object().begin();
      for (std::size_t i = 0; i < node.branches.size(); ++i) {
        const Node& each = schema_.at(node.branches[i]);
        if (std::string_view(key) == (each.name.empty() ? toString(each.type) : each.name)) {
          CAAS_ASSIGN(auto held, read(node.branches[i], inner, path, depth + 1));
          return Value{Branch{i, {std::move(held)}}};
        }
      }
    }
    std::string reasons;
    for (std::size_t i = 0; i < node.branches.size(); ++i) {
      auto held = read(node.branches[i], value, path, depth + 1);
      if (held) {
        return Value{Branch{i, {*std::move(held)}}};
      }
      reasons = held.error().message;
    }
    return node.branches.size() == 1
               ? fail(errors::invalidArgument(reasons))
               : misfit(path, fmt::format("{} fits no branch of the union", shown(value)));
  }

  const Schema& schema_;
  const bool lenient_;
  schema::Steps& steps_;
};

json::value realToJson(double number) {
  if (std::isnan(number)) {
    return "NaN";
  }
  if (std::isinf(number)) {
    return number < 0 ? "-Infinity" : "Infinity";
  }
  return number;
}

}  // namespace

Result<Value> defaultValue(const Schema& schema, NodeId type, const json::value& value,
                           schema::Steps& steps) {
  return Reader(schema, false, steps).read(type, value, {}, 0);
}

Result<Value> defaultValue(const Schema& schema, NodeId type, const json::value& value) {
  auto steps = stepsForDefaults();
  return defaultValue(schema, type, value, steps);
}

Result<Value> valueFromJson(const Schema& schema, NodeId type, const json::value& value) {
  auto steps = schema::stepsFor(value);
  return Reader(schema, true, steps).read(type, value, {}, 0);
}

json::value toJson(const Schema& schema, NodeId type, const Value& value) {
  const Node& node = schema.at(type);
  if (const auto* held = value.as<bool>()) {
    return *held;
  }
  if (const auto* held = value.as<std::int32_t>()) {
    return *held;
  }
  if (const auto* held = value.as<std::int64_t>()) {
    return *held;
  }
  if (const auto* held = value.as<float>()) {
    return realToJson(static_cast<double>(*held));
  }
  if (const auto* held = value.as<double>()) {
    return realToJson(*held);
  }
  if (const auto* held = value.as<std::string>()) {
    return json::string(*held);
  }
  if (const auto* held = value.as<Bytes>()) {
    return json::string(fromLatin1(held->data));
  }
  if (const auto* held = value.as<Symbol>()) {
    return json::string(node.symbols.at(held->index));
  }
  if (const auto* held = value.as<Branch>()) {
    return toJson(schema, node.branches.at(held->index), held->value.at(0));
  }
  if (const auto* held = value.as<Array>()) {
    json::array array;
    for (const auto& item : held->items) {
      array.push_back(toJson(schema, node.items, item));
    }
    return array;
  }
  if (const auto* held = value.as<Map>()) {
    json::object object;
    for (const auto& [key, item] : held->entries) {
      object[key] = toJson(schema, node.items, item);
    }
    return object;
  }
  if (const auto* held = value.as<Record>()) {
    json::object object;
    for (std::size_t i = 0; i < held->fields.size(); ++i) {
      object[node.fields.at(i).name] = toJson(schema, node.fields[i].type, held->fields[i]);
    }
    return object;
  }
  return nullptr;
}

}  // namespace caas::kafka::avro
