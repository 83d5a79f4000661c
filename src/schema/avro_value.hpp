#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <variant>
#include <vector>

namespace caas::kafka::avro {

struct Value;

struct Bytes {  ///< bytes and fixed
  std::string data;
  bool operator==(const Bytes&) const = default;
};
struct Symbol {  ///< of an enum: its place among the symbols
  std::size_t index = 0;
  bool operator==(const Symbol&) const = default;
};
struct Array {
  std::vector<Value> items;
  bool operator==(const Array&) const = default;
};
struct MapEntry;
struct Map {  ///< in the order in which it was written
  std::vector<MapEntry> entries;
  bool operator==(const Map&) const;
};
struct Record {  ///< the fields in the schema's order
  std::vector<Value> fields;
  bool operator==(const Record&) const = default;
};
struct Branch {  ///< of a union: one value, in a vector because Value is not complete here
  std::size_t index = 0;
  std::vector<Value> value;
  bool operator==(const Branch&) const = default;
};

/// A value of any schema; the schema says what it means. An int is std::int32_t, a long
/// std::int64_t.
struct Value {
  std::variant<std::monostate, bool, std::int32_t, std::int64_t, float, double, std::string, Bytes,
               Symbol, Array, Map, Record, Branch>
      held;

  template <class T>
  [[nodiscard]] const T* as() const {
    return std::get_if<T>(&held);
  }
  template <class T>
  [[nodiscard]] T* as() {
    return std::get_if<T>(&held);
  }
  bool operator==(const Value&) const = default;
};

/// No std::pair: clang makes that only of what is complete.
struct MapEntry {
  std::string key;
  Value value;
  bool operator==(const MapEntry&) const = default;
};

inline bool Map::operator==(const Map& other) const { return entries == other.entries; }

}  // namespace caas::kafka::avro
