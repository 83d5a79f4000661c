// Schema text → Schema (Avro 1.12, "Schema Declaration", "Names", "Aliases", "Logical Types").

#include <algorithm>
#include <limits>
#include <set>

#include <fmt/format.h>

#include "core/errors.hpp"
#include "schema/avro_attributes.hpp"
#include "schema/avro_json.hpp"
#include "schema/avro_schema.hpp"
#include "schema/json_text.hpp"

namespace caas::kafka::avro {
namespace {

namespace json = boost::json;

constexpr int kMaxDepth = 200;
/// Of one fixed: what a decoder would have to set aside for it.
constexpr std::int64_t kMaxFixed = std::int64_t{16} * 1024 * 1024;

std::optional<Type> primitiveOf(std::string_view name) {
  for (const auto type : {Type::kNull, Type::kBoolean, Type::kInt, Type::kLong, Type::kFloat,
                          Type::kDouble, Type::kBytes, Type::kString}) {
    if (toString(type) == name) {
      return type;
    }
  }
  return std::nullopt;
}

bool isNamed(Type type) {
  return type == Type::kRecord || type == Type::kEnum || type == Type::kFixed;
}

/// [A-Za-z_][A-Za-z0-9_]*
bool isName(std::string_view text) {
  const auto letter = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
  };
  return !text.empty() && letter(text[0]) &&
         std::ranges::all_of(text, [&](char c) { return letter(c) || (c >= '0' && c <= '9'); });
}

bool isFullName(std::string_view text) {
  while (true) {
    const auto dot = text.find('.');
    if (!isName(text.substr(0, dot))) {
      return false;
    }
    if (dot == std::string_view::npos) {
      return true;
    }
    text.remove_prefix(dot + 1);
  }
}

}  // namespace

class SchemaParser {
 public:
  Result<NodeId> text(std::string_view text) {
    if (isFullName(text)) {
      return reference(std::string(text), {});  // a bare name is a schema too
    }
    CAAS_ASSIGN(const auto parsed, schema::parseJson(text, "the schema", kMaxDepth));
    return type(parsed, {}, 0);
  }

  /// Defaults may use types that are only complete at the end.
  Result<void> checkDefaults() {
    auto steps = stepsForDefaults();
    for (std::size_t id = 0; id < schema_.nodes_.size(); ++id) {
      for (const auto& field : schema_.nodes_[id].fields) {
        if (!field.byDefault) {
          continue;
        }
        if (const auto value = defaultValue(schema_, field.type, *field.byDefault, steps); !value) {
          return fail(errors::invalidArgument(fmt::format("{}.{}: its default does not fit: {}",
                                                          schema_.nodes_[id].name, field.name,
                                                          value.error().message)));
        }
      }
    }
    return {};
  }

  /// References build on each other, so types can nest deeper than any one text. What walks a
  /// schema goes down the stack with them.
  Result<Schema> finish(NodeId root) {
    std::vector<bool> seen(schema_.nodes_.size(), false);
    if (!isShallow(root, kMaxDepth, seen)) {
      return fail(errors::invalidArgument("types nested too deeply within each other"));
    }
    schema_.root_ = root;
    return std::move(schema_);
  }

 private:
  using Path = std::vector<std::string>;

  std::unexpected<Error> problem(std::string_view what) const {
    std::string where;
    for (const auto& part : path_) {
      where += where.empty() ? part : "." + part;
    }
    return fail(errors::invalidArgument(where.empty() ? std::string(what)
                                                      : fmt::format("{}: {}", where, what)));
  }

  /// Whether no way down from here, which enters each type once, is longer than that.
  bool isShallow(NodeId id, int most, std::vector<bool>& seen) const {
    if (seen[id]) {
      return true;
    }
    seen[id] = true;
    const Node& node = schema_.nodes_[id];
    const auto below = [&](NodeId inner) { return most > 0 && isShallow(inner, most - 1, seen); };
    switch (node.type) {
      case Type::kRecord: return std::ranges::all_of(node.fields, below, &Field::type);
      case Type::kUnion: return std::ranges::all_of(node.branches, below);
      case Type::kArray:
      case Type::kMap: return below(node.items);
      default: return true;
    }
  }

  NodeId add(Node node) {
    schema_.nodes_.push_back(std::move(node));
    return schema_.nodes_.size() - 1;
  }

  Result<NodeId> type(const json::value& value, const std::string& space, int depth) {
    if (depth > kMaxDepth) {
      return problem("nested too deeply");
    }
    if (value.is_string()) {
      return reference(std::string(value.get_string()), space);
    }
    if (value.is_array()) {
      return unionOf(value.get_array(), space, depth);
    }
    if (!value.is_object()) {
      return problem("a schema is a name, an object or an array of them");
    }
    const auto& object = value.get_object();
    const auto* kind = object.if_contains("type");
    if (kind == nullptr) {
      return problem("an object without a type");
    }
    if (!kind->is_string()) {
      return type(*kind, space, depth + 1);
    }
    const std::string name(kind->get_string());
    if (const auto primitive = primitiveOf(name)) {
      Node node{.type = *primitive};
      annotate(object, node);
      return add(std::move(node));
    }
    if (name == "array" || name == "map") {
      return container(object, name == "array", space, depth);
    }
    if (name == "record" || name == "error") {
      return record(object, space, depth);
    }
    if (name == "enum") {
      return enumeration(object, space);
    }
    if (name == "fixed") {
      return fixed(object, space);
    }
    return reference(name, space);
  }

  Result<NodeId> reference(const std::string& name, const std::string& space) {
    if (const auto primitive = primitiveOf(name)) {
      return add({.type = *primitive});
    }
    const auto full = name.find('.') == std::string::npos && !space.empty()
                          ? fmt::format("{}.{}", space, name)
                          : name;
    if (const auto found = named_.find(full); found != named_.end()) {
      return found->second;
    }
    // Java, too, looks for a name without a namespace last.
    if (const auto found = named_.find(name); found != named_.end()) {
      return found->second;
    }
    return problem(fmt::format("there is no type '{}'", full));
  }

  Result<NodeId> unionOf(const json::array& branches, const std::string& space, int depth) {
    const auto id = add({.type = Type::kUnion});
    std::set<std::string> seen;
    std::vector<NodeId> ids;
    for (const auto& each : branches) {
      CAAS_ASSIGN(const auto branch, type(each, space, depth + 1));
      const Node& node = schema_.nodes_[branch];
      if (node.type == Type::kUnion) {
        return problem("a union may not contain a union");
      }
      const std::string name = isNamed(node.type) ? node.name : std::string(toString(node.type));
      if (!seen.insert(name).second) {
        return problem(fmt::format("a union has '{}' twice", name));
      }
      ids.push_back(branch);
    }
    schema_.nodes_[id].branches = std::move(ids);
    return id;
  }

  Result<NodeId> container(const json::object& object, bool array, const std::string& space,
                           int depth) {
    const auto* const key = array ? "items" : "values";
    const auto* items = object.if_contains(key);
    if (items == nullptr) {
      return problem(array ? "an array without items" : "a map without values");
    }
    const auto id = add({.type = array ? Type::kArray : Type::kMap});
    path_.emplace_back(key);
    CAAS_ASSIGN(const auto inner, type(*items, space, depth + 1));
    path_.pop_back();
    schema_.nodes_[id].items = inner;
    return id;
  }

  /// The node of a new named type, known by its name from now on.
  Result<NodeId> define(const json::object& object, Type kind, const std::string& space) {
    const auto name = textOf(object, "name");
    if (!name) {
      return problem(fmt::format("a {} without a name", toString(kind)));
    }
    std::string full = *name;
    if (full.find('.') == std::string::npos) {
      const std::string in = textOf(object, "namespace").value_or(space);
      full = in.empty() ? full : fmt::format("{}.{}", in, full);
    }
    if (!isFullName(full) || primitiveOf(full)) {
      return problem(
          fmt::format("'{}' is no name: letters, digits and _, parts joined by dots, and "
                      "not a primitive type's",
                      full));
    }
    Node node{.type = kind, .name = full};
    CAAS_ASSIGN(node.aliases, aliasesOf(object, spaceOf(full)));
    const auto id = add(std::move(node));
    if (!named_.emplace(full, id).second) {
      return problem(fmt::format("'{}' is defined twice", full));
    }
    return id;
  }

  static std::string spaceOf(const std::string& full) {
    const auto dot = full.rfind('.');
    return dot == std::string::npos ? std::string{} : full.substr(0, dot);
  }

  Result<std::vector<std::string>> aliasesOf(const json::object& object,
                                             const std::string& space) const {
    std::vector<std::string> aliases;
    const auto* given = object.if_contains("aliases");
    if (given == nullptr) {
      return aliases;
    }
    if (!given->is_array()) {
      return problem("aliases are an array of names");
    }
    for (const auto& each : given->get_array()) {
      if (!each.is_string() || !isFullName(each.get_string())) {
        return problem("an alias that is no name");
      }
      std::string alias(each.get_string());
      if (alias.find('.') == std::string::npos && !space.empty()) {
        alias = fmt::format("{}.{}", space, alias);
      }
      aliases.push_back(std::move(alias));
    }
    return aliases;
  }

  Result<NodeId> record(const json::object& object, const std::string& space, int depth) {
    CAAS_ASSIGN(const auto id, define(object, Type::kRecord, space));
    const std::string full = schema_.nodes_[id].name;
    path_.push_back(full);
    const auto* fields = object.if_contains("fields");
    if (fields == nullptr || !fields->is_array()) {
      return problem("a record without fields");
    }
    std::set<std::string> names;
    std::vector<Field> parsed;
    for (const auto& each : fields->get_array()) {
      CAAS_ASSIGN(auto field, fieldOf(each, spaceOf(full), depth));
      if (!names.insert(field.name).second) {
        return problem(fmt::format("the field '{}' is there twice", field.name));
      }
      parsed.push_back(std::move(field));
    }
    path_.pop_back();
    schema_.nodes_[id].fields = std::move(parsed);
    return id;
  }

  Result<Field> fieldOf(const json::value& value, const std::string& space, int depth) {
    if (!value.is_object()) {
      return problem("a field that is no object");
    }
    const auto& object = value.get_object();
    const auto name = textOf(object, "name");
    if (!name || !isName(*name)) {
      return problem("a field without a name, or with one that is none");
    }
    Field field{.name = *name};
    path_.push_back(field.name);
    const auto* kind = object.if_contains("type");
    if (kind == nullptr) {
      return problem("a field without a type");
    }
    CAAS_ASSIGN(field.type, type(*kind, space, depth + 1));
    CAAS_ASSIGN(field.aliases, aliasesOf(object, {}));
    if (const auto* byDefault = object.if_contains("default")) {
      field.byDefault = *byDefault;
    }
    path_.pop_back();
    return field;
  }

  Result<NodeId> enumeration(const json::object& object, const std::string& space) {
    CAAS_ASSIGN(const auto id, define(object, Type::kEnum, space));
    Node& node = schema_.nodes_[id];
    path_.push_back(node.name);
    const auto* symbols = object.if_contains("symbols");
    if (symbols == nullptr || !symbols->is_array()) {
      return problem("an enum without symbols");
    }
    std::set<std::string> seen;
    for (const auto& each : symbols->get_array()) {
      if (!each.is_string() || !isName(each.get_string())) {
        return problem("a symbol that is no name");
      }
      node.symbols.emplace_back(each.get_string());
      if (!seen.insert(node.symbols.back()).second) {
        return problem(fmt::format("the symbol '{}' is there twice", node.symbols.back()));
      }
    }
    if (const auto byDefault = textOf(object, "default")) {
      if (std::ranges::find(node.symbols, *byDefault) == node.symbols.end()) {
        return problem(fmt::format("its default '{}' is none of its symbols", *byDefault));
      }
      node.byDefault = *byDefault;
    }
    path_.pop_back();
    return id;
  }

  Result<NodeId> fixed(const json::object& object, const std::string& space) {
    CAAS_ASSIGN(const auto id, define(object, Type::kFixed, space));
    const auto* size = object.if_contains("size");
    boost::system::error_code wrong;
    const auto bytes = size == nullptr ? -1 : size->to_number<std::int64_t>(wrong);
    if (wrong || bytes < 0 || bytes > kMaxFixed) {
      return problem(fmt::format("'{}': the size of a fixed is a number of bytes up to {}",
                                 schema_.nodes_[id].name, kMaxFixed));
    }
    schema_.nodes_[id].size = static_cast<std::size_t>(bytes);
    annotate(object, schema_.nodes_[id]);
    return id;
  }

  Schema schema_;
  std::map<std::string, NodeId> named_;
  Path path_;
};

Result<Schema> Schema::parse(std::string_view text, const std::vector<std::string>& references) {
  SchemaParser parser;
  for (const auto& reference : references) {
    CAAS_TRY(parser.text(reference));
  }
  CAAS_ASSIGN(const auto root, parser.text(text));
  CAAS_TRY(parser.checkDefaults());
  return parser.finish(root);
}

}  // namespace caas::kafka::avro
