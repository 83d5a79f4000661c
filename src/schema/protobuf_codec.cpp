// Protobuf by its own library: the schema is the text of a .proto file, messages are dynamic.

#include <limits>

#include <fmt/format.h>
#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/io/zero_copy_stream_impl_lite.h>
#include <google/protobuf/util/json_util.h>

#include "core/errors.hpp"
#include "schema/codec.hpp"
#include "schema/protobuf_schema.hpp"
#include "schema/wire_format.hpp"

namespace caas::kafka::schema {
namespace {

namespace pb = google::protobuf;

/// Of JSON that a message is shown as: each level of it may be two of JSON's.
constexpr std::size_t kMaxShownDepth = 512;

const pb::FieldDescriptor* groupIn(const pb::Descriptor& type) {
  for (int i = 0; i < type.field_count(); ++i) {
    if (type.field(i)->type() == pb::FieldDescriptor::TYPE_GROUP) {
      return type.field(i);
    }
  }
  for (int i = 0; i < type.nested_type_count(); ++i) {
    if (const auto* group = groupIn(*type.nested_type(i)); group != nullptr) {
      return group;
    }
  }
  return nullptr;
}

/// Defaults can be shown: of a field of proto2 they would look as if they had been sent.
bool isProto3(const pb::FileDescriptor& file) {
  for (int i = 0; i < file.dependency_count(); ++i) {
    if (!isProto3(*file.dependency(i))) {
      return false;
    }
  }
  return file.syntax() == pb::FileDescriptor::SYNTAX_PROTO3;
}

class ProtobufCodec final : public Codec {
 public:
  explicit ProtobufCodec(std::shared_ptr<const ProtobufSchema> schema)
      : schema_(std::move(schema)), showsDefaults_(isProto3(schema_->file())) {}

  Result<void> encodeAs(std::string_view name, const boost::json::value& value,
                        std::string& out) const override {
    CAAS_ASSIGN(const auto* type, schema_->messageNamed(name));
    const auto message = schema_->make(*type);
    const auto status = pb::util::JsonStringToMessage(boost::json::serialize(value), message.get());
    if (!status.ok()) {
      return fail(errors::invalidArgument(
          fmt::format("the value is no {}: {}", type->full_name(), std::string(status.message()))));
    }
    std::string payload;
    {
      pb::io::StringOutputStream stream(&payload);
      pb::io::CodedOutputStream coded(&stream);
      coded.SetSerializationDeterministic(true);
      if (!message->SerializeToCodedStream(&coded)) {
        return fail(errors::invalidArgument("the value lacks what the message requires"));
      }
    }
    appendMessageIndexes(indexesOf(*type), out);
    out += payload;
    return {};
  }

  Result<boost::json::value> decode(std::string_view payload) const override {
    CAAS_ASSIGN(const auto indexes, takeMessageIndexes(payload));
    CAAS_ASSIGN(const auto* type, schema_->messageAt(indexes));
    const auto message = schema_->make(*type);
    if (payload.size() > static_cast<std::size_t>(std::numeric_limits<int>::max()) ||
        !message->ParseFromArray(payload.data(), static_cast<int>(payload.size()))) {
      return fail(errors::invalidArgument(
          fmt::format("{} bytes are no {}", payload.size(), type->full_name())));
    }
    pb::util::JsonPrintOptions options;
    options.preserve_proto_field_names = true;
    options.always_print_primitive_fields = showsDefaults_;
    std::string text;
    const auto status = pb::util::MessageToJsonString(*message, &text, options);
    if (!status.ok()) {
      return fail(errors::invalidArgument(
          fmt::format("{} cannot be shown: {}", type->full_name(), std::string(status.message()))));
    }
    return parseJson(text, type->full_name(), kMaxShownDepth);
  }

  std::string recordName() const override { return schema_->file().message_type(0)->full_name(); }

 private:
  const std::shared_ptr<const ProtobufSchema> schema_;
  const bool showsDefaults_;
};

}  // namespace

Result<std::shared_ptr<const Codec>> makeProtobufCodec(const CompleteSchema& schema) {
  CAAS_ASSIGN(auto parsed, ProtobufSchema::parse(schema));
  const auto& file = parsed->file();
  for (int i = 0; i < file.message_type_count(); ++i) {
    if (const auto* group = groupIn(*file.message_type(i)); group != nullptr) {
      // The library shows another field's value in its place.
      return fail(errors::invalidArgument(
          fmt::format("the Protobuf schema is wrong: '{}' is a group, which has no JSON: make it a "
                      "message",
                      group->full_name())));
    }
  }
  return std::make_shared<const ProtobufCodec>(std::move(parsed));
}

}  // namespace caas::kafka::schema
