#pragma once

// Heavy: Protobuf's headers. For the few files that work with its descriptors.

#include <memory>
#include <string_view>

#include <google/protobuf/descriptor.h>
#include <google/protobuf/dynamic_message.h>

#include "caas/kafka/result.hpp"
#include "schema/codec.hpp"
#include "schema/wire_format.hpp"

namespace caas::kafka::schema {

/// A .proto file with what it imports, by Protobuf's own library. Immutable; may be used by many
/// threads.
class ProtobufSchema {
 public:
  /// Errors: kInvalidArgument, with the line or the element.
  [[nodiscard]] static Result<std::shared_ptr<const ProtobufSchema>> parse(
      const CompleteSchema& schema);

  /// Has one message at least.
  [[nodiscard]] const google::protobuf::FileDescriptor& file() const { return *file_; }
  /// Errors: kInvalidArgument (an index beyond what there is).
  [[nodiscard]] Result<const google::protobuf::Descriptor*> messageAt(
      const MessageIndexes& indexes) const;
  /// By full name, or by the name within the file's package ("Room.Member"); empty: the first.
  /// Errors: kInvalidArgument, with the names that there are.
  [[nodiscard]] Result<const google::protobuf::Descriptor*> messageNamed(
      std::string_view name) const;
  [[nodiscard]] std::unique_ptr<google::protobuf::Message> make(
      const google::protobuf::Descriptor& type) const;

 private:
  ProtobufSchema();
  Result<const google::protobuf::FileDescriptor*> add(std::string_view name, std::string_view text);

  google::protobuf::DescriptorPool pool_;
  mutable google::protobuf::DynamicMessageFactory messages_;  ///< thread-safe
  const google::protobuf::FileDescriptor* file_ = nullptr;
};

/// Where a message stands in its file.
[[nodiscard]] MessageIndexes indexesOf(const google::protobuf::Descriptor& type);

}  // namespace caas::kafka::schema
