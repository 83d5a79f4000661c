#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <boost/json.hpp>

#include "caas/kafka/result.hpp"

namespace caas::kafka::avro {

enum class Type {
  kNull,
  kBoolean,
  kInt,
  kLong,
  kFloat,
  kDouble,
  kBytes,
  kString,
  kRecord,
  kEnum,
  kArray,
  kMap,
  kUnion,
  kFixed,
};

/// "int", "record", …
[[nodiscard]] std::string_view toString(Type type);

/// Annotations of a type that other languages map to types of their own. A value is always that of
/// the underlying type; an annotation that does not fit its type is none, as the specification
/// asks.
enum class LogicalType {
  kNone,
  kDecimal,
  kBigDecimal,
  kUuid,
  kDate,
  kTimeMillis,
  kTimeMicros,
  kTimestampMillis,
  kTimestampMicros,
  kTimestampNanos,
  kLocalTimestampMillis,
  kLocalTimestampMicros,
  kLocalTimestampNanos,
  kDuration,
};

/// Names a node of one Schema.
using NodeId = std::size_t;

struct Field {
  std::string name;
  std::vector<std::string> aliases{};
  NodeId type = 0;
  std::optional<boost::json::value> byDefault{};  ///< valid for `type`
};

/// One type of a schema. Only what its type has is set.
struct Node {
  Type type = Type::kNull;
  LogicalType logical = LogicalType::kNone;
  int precision = 0;                   ///< of decimals
  int scale = 0;                       ///< of decimals
  std::string name{};                  ///< full name of a record, enum or fixed
  std::vector<std::string> aliases{};  ///< full names
  std::vector<Field> fields{};
  std::vector<std::string> symbols{};
  std::optional<std::string> byDefault{};  ///< of an enum
  NodeId items = 0;                        ///< of an array or a map
  std::vector<NodeId> branches{};
  std::size_t size = 0;  ///< of a fixed
};

/// A parsed schema: a graph of nodes, since a record may contain itself. Immutable.
class Schema {
 public:
  /// Of JSON text, or a bare name ("string"). `references`: schemas whose named types the text may
  /// use, in the order in which they build on each other. Errors: kInvalidArgument, with the path
  /// to what is wrong ("User.address.street: …").
  [[nodiscard]] static Result<Schema> parse(std::string_view text,
                                            const std::vector<std::string>& references = {});

  [[nodiscard]] NodeId root() const { return root_; }
  [[nodiscard]] const Node& at(NodeId id) const { return nodes_[id]; }
  [[nodiscard]] const Node& rootNode() const { return nodes_[root_]; }
  [[nodiscard]] std::size_t size() const { return nodes_.size(); }

  /// Parsing Canonical Form: equal for schemas that read and write alike.
  [[nodiscard]] std::string canonical() const;
  /// CRC-64-AVRO of the canonical form.
  [[nodiscard]] std::uint64_t fingerprint() const;

 private:
  friend class SchemaParser;
  std::vector<Node> nodes_;
  NodeId root_ = 0;
};

/// The part of a full name after its namespace.
[[nodiscard]] std::string_view unqualified(std::string_view fullName);

}  // namespace caas::kafka::avro
