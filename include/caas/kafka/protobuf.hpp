#pragma once

// Opt-in: the one header that shows a dependency's types. Who includes it links
// caas::kafka-protobuf, and the classes that protoc generates.

#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include <google/protobuf/message.h>

#include "caas/kafka/schema_registry.hpp"

namespace caas::kafka {

struct ProtobufOptions {
  /// Schemas that are not there yet are registered, with the files that they import. Otherwise they
  /// must be there.
  bool autoRegister = false;
};

/// Generated Protobuf classes in Confluent's wire format (docs.confluent.io, "Protobuf Schema
/// Serializer and Deserializer"): a zero byte, the schema's id, which message of the .proto file it
/// is, and the message. Thread-safe; calls block while the registry is asked, which is once for
/// each subject and .proto file, and once for each id that is read.
class ProtobufSerde {
 public:
  explicit ProtobufSerde(std::shared_ptr<SchemaRegistry> registry, ProtobufOptions options = {});
  ~ProtobufSerde();
  ProtobufSerde(const ProtobufSerde&) = delete;
  ProtobufSerde& operator=(const ProtobufSerde&) = delete;

  /// Appends a record's value to `out`, which is as it was after an error. The message may be any
  /// of its file, nested ones too. The file is the subject's schema; what it imports are references
  /// to subjects of their own that are called as they are imported ("common/user.proto"), but for
  /// Google's well-known types, which every registry knows. Of messages that are not generated
  /// (DynamicMessage) nothing is remembered: each call asks the registry. Errors: kInvalidArgument
  /// (a required field is missing; the registry refuses the schema, and says why), kSchemaNotFound
  /// (not registered, and not to be by this), and those of SchemaRegistry.
  [[nodiscard]] Result<void> serialize(std::string_view subject,
                                       const google::protobuf::Message& message, std::string& out);

  /// Reads a value into `message`, which is replaced; after an error its content is unspecified.
  /// The writer's schema may be another version, its message must have the same full name. Errors:
  /// kInvalidArgument (no frame, another message, bytes that are none, a required field that is
  /// missing; the schema's id is in the message), and those of SchemaRegistry.
  [[nodiscard]] Result<void> parse(std::string_view value, google::protobuf::Message& message);

  template <class M>
  [[nodiscard]] Result<M> parseAs(std::string_view value) {
    M message;
    if (auto parsed = parse(value, message); !parsed) {
      return std::unexpected(std::move(parsed).error());
    }
    return message;
  }

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace caas::kafka
