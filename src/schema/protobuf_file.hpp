#pragma once

#include <string_view>

#include "caas/kafka/result.hpp"

namespace google::protobuf {
class FileDescriptorProto;
}

namespace caas::kafka::schema {

/// A .proto file as a registry has it: its text, or a FileDescriptorProto in base64, which
/// Confluent's clients register. (Their own registry gives it out as text again, Apicurio as it
/// came.) Errors: kInvalidArgument, with the line.
[[nodiscard]] Result<google::protobuf::FileDescriptorProto> parseProtobufFile(
    std::string_view name, std::string_view text);

}  // namespace caas::kafka::schema
