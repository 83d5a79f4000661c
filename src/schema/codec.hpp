#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <boost/json.hpp>

#include "caas/kafka/result.hpp"
#include "caas/kafka/schema_registry.hpp"
#include "schema/avro_schema.hpp"
#include "schema/json_text.hpp"

namespace caas::kafka::schema {

/// What one schema describes, ⇄ JSON: for people, for the command line, and for values that come in
/// as JSON. The payload is without the frame, and for Protobuf with its message indexes. Immutable;
/// may be used by many threads.
class Codec {
 public:
  virtual ~Codec() = default;
  /// Appends. Errors: kInvalidArgument, with the path to what does not fit the schema.
  [[nodiscard]] Result<void> encode(const boost::json::value& value, std::string& out) const {
    return encodeAs({}, value, out);
  }
  /// As one of the messages of a Protobuf file, by its name; empty: the first. Other formats know
  /// no messages.
  [[nodiscard]] virtual Result<void> encodeAs(std::string_view message,
                                              const boost::json::value& value,
                                              std::string& out) const = 0;
  /// Errors: kInvalidArgument, with the place and the reason.
  [[nodiscard]] virtual Result<boost::json::value> decode(std::string_view payload) const = 0;
  /// The full name of the record, the schema's title, the first message; may be empty.
  [[nodiscard]] virtual std::string recordName() const = 0;
};

/// A schema with all that it refers to, what is referred to first: {name as it is referred to by,
/// text}.
struct CompleteSchema {
  SchemaText schema;
  std::vector<std::pair<std::string, std::string>> references{};
};

/// A message was asked for where there are none.
[[nodiscard]] Result<void> noMessages(std::string_view message);
/// "schema 7: …"
[[nodiscard]] Error inSchema(int id, Error error);

/// Errors: kInvalidArgument (the schema is wrong, and where).
[[nodiscard]] Result<std::shared_ptr<const Codec>> makeCodec(const CompleteSchema& schema);
[[nodiscard]] Result<std::shared_ptr<const Codec>> makeAvroCodec(const CompleteSchema& schema);
[[nodiscard]] Result<std::shared_ptr<const Codec>> makeJsonCodec(const CompleteSchema& schema);
[[nodiscard]] Result<std::shared_ptr<const Codec>> makeProtobufCodec(const CompleteSchema& schema);

[[nodiscard]] Result<avro::Schema> parseAvro(const CompleteSchema& schema);

/// Gets what a schema refers to from `find`, each version once. Errors: those of `find`, and
/// kInvalidArgument where references go in a circle or there are more than 1,000.
[[nodiscard]] Result<CompleteSchema> withReferences(
    SchemaText schema, const std::function<Result<RegisteredSchema>(const SchemaReference&)>& find);
[[nodiscard]] Result<CompleteSchema> withReferences(SchemaText schema, SchemaRegistry& registry);

}  // namespace caas::kafka::schema
