#pragma once

// JSON schemas, put together from small ones. They stand beside the writers of what they describe
// (http/json/); OpenAPI is made from those that routes name, and bodies are checked by them.

#include <cstdint>
#include <initializer_list>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

namespace caas::kafka::http {

/// A schema and the named ones that it refers to.
struct Schema {
  boost::json::object json{};
  /// By name: what stands under "components/schemas".
  std::map<std::string, boost::json::object, std::less<>> components{};

  /// The same with a sentence about what it means, with its unit.
  [[nodiscard]] Schema saying(std::string_view description) const;
  /// The same, or null.
  [[nodiscard]] Schema orNull() const;
};

/// A member of an object.
struct Member {
  std::string name;
  Schema schema;
  bool required = true;
};
[[nodiscard]] Member optional(std::string name, Schema schema);

namespace schema {

[[nodiscard]] Schema text();
/// An ECMAScript pattern that holds the whole text, and its length in characters.
[[nodiscard]] Schema text(std::string_view pattern, std::size_t leastLength,
                          std::size_t mostLength);
/// ISO 8601 in UTC.
[[nodiscard]] Schema time();
[[nodiscard]] Schema integer();
[[nodiscard]] Schema integer(std::int64_t least, std::int64_t most);
[[nodiscard]] Schema number();
[[nodiscard]] Schema boolean();
[[nodiscard]] Schema oneOf(const std::vector<std::string>& values);
[[nodiscard]] Schema array(const Schema& items);
[[nodiscard]] Schema array(const Schema& items, std::size_t least, std::size_t most);
/// With these members and no others.
[[nodiscard]] Schema object(const std::vector<Member>& members);
/// Any names, values of one kind.
[[nodiscard]] Schema map(const Schema& values);
/// Any JSON.
[[nodiscard]] Schema anything();
/// Refers to `schema` by a name of its own: OpenAPI describes it once. Names are PascalCase.
[[nodiscard]] Schema named(std::string_view name, const Schema& schema);

}  // namespace schema

/// The schema with its named ones put in, where its references point: it stands by itself.
[[nodiscard]] boost::json::object standalone(const Schema& schema);

}  // namespace caas::kafka::http
