// Protobuf by its own library: the schema is the text of a .proto file, messages are dynamic.

#include <limits>

#include <fmt/format.h>
#include <google/protobuf/any.pb.h>
#include <google/protobuf/descriptor.h>
#include <google/protobuf/descriptor.pb.h>
#include <google/protobuf/duration.pb.h>
#include <google/protobuf/dynamic_message.h>
#include <google/protobuf/empty.pb.h>
#include <google/protobuf/field_mask.pb.h>
#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/io/zero_copy_stream_impl_lite.h>
#include <google/protobuf/struct.pb.h>
#include <google/protobuf/timestamp.pb.h>
#include <google/protobuf/util/json_util.h>
#include <google/protobuf/wrappers.pb.h>

#include "core/errors.hpp"
#include "schema/codec.hpp"
#include "schema/protobuf_file.hpp"
#include "schema/protobuf_indexes.hpp"
#include "schema/wire_format.hpp"

namespace caas::kafka::schema {
namespace {

namespace pb = google::protobuf;

constexpr std::string_view kFile = "schema.proto";
constexpr std::size_t kMaxMessageDepth = 512;

class BuildErrors final : public pb::DescriptorPool::ErrorCollector {
 public:
  void AddError(const std::string& /*file*/, const std::string& element,
                const pb::Message* /*descriptor*/, ErrorLocation /*location*/,
                const std::string& message) override {
    if (first.empty()) {
      first = fmt::format("{}: {}", element, message);
    }
  }
  std::string first{};
};

/// So that the linker keeps Google's well-known types, which any schema may import.
void keepWellKnownTypes() {
  static_cast<void>(pb::Any::descriptor());
  static_cast<void>(pb::Duration::descriptor());
  static_cast<void>(pb::Empty::descriptor());
  static_cast<void>(pb::FieldMask::descriptor());
  static_cast<void>(pb::Struct::descriptor());
  static_cast<void>(pb::Timestamp::descriptor());
  static_cast<void>(pb::StringValue::descriptor());
}

class ProtobufCodec final : public Codec {
 public:
  ProtobufCodec() : pool_(pb::DescriptorPool::generated_pool()), messages_(&pool_) {
    keepWellKnownTypes();
  }

  Result<const pb::FileDescriptor*> add(std::string_view name, std::string_view text) {
    CAAS_ASSIGN(const auto file, parseProtobufFile(name, text));
    BuildErrors buildErrors;
    const auto* built = pool_.BuildFileCollectingErrors(file, &buildErrors);
    if (built == nullptr) {
      return wrong(name, buildErrors.first);
    }
    return built;
  }
  Result<void> use(const pb::FileDescriptor* file) {
    if (file->message_type_count() == 0) {
      return wrong(kFile, "it has no message");
    }
    file_ = file;
    return {};
  }

  Result<void> encode(const boost::json::value& value, std::string& out) const override {
    const std::unique_ptr<pb::Message> message(prototype(file_->message_type(0))->New());
    const auto status = pb::util::JsonStringToMessage(boost::json::serialize(value), message.get());
    if (!status.ok()) {
      return fail(errors::invalidArgument(fmt::format("the value is no {}: {}",
                                                      message->GetDescriptor()->full_name(),
                                                      std::string(status.message()))));
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
    appendMessageIndexes({0}, out);
    out += payload;
    return {};
  }

  Result<boost::json::value> decode(std::string_view payload) const override {
    CAAS_ASSIGN(const auto indexes, takeMessageIndexes(payload));
    CAAS_ASSIGN(const auto* type, messageAt(indexes));
    const std::unique_ptr<pb::Message> message(prototype(type)->New());
    if (payload.size() > static_cast<std::size_t>(std::numeric_limits<int>::max()) ||
        !message->ParseFromArray(payload.data(), static_cast<int>(payload.size()))) {
      return fail(errors::invalidArgument(
          fmt::format("{} bytes are no {}", payload.size(), type->full_name())));
    }
    pb::util::JsonPrintOptions options;
    options.preserve_proto_field_names = true;
    options.always_print_primitive_fields = true;
    std::string text;
    const auto status = pb::util::MessageToJsonString(*message, &text, options);
    if (!status.ok()) {
      return fail(errors::invalidArgument(
          fmt::format("{} cannot be shown: {}", type->full_name(), std::string(status.message()))));
    }
    return parseJson(text, type->full_name(), kMaxMessageDepth);
  }

 private:
  static std::unexpected<Error> wrong(std::string_view name, std::string_view what) {
    return fail(
        errors::invalidArgument(fmt::format("the Protobuf schema {} is wrong: {}", name, what)));
  }

  Result<const pb::Descriptor*> messageAt(const MessageIndexes& indexes) const {
    const pb::Descriptor* type = nullptr;
    for (const auto index : indexes) {
      const auto* found = type != nullptr                       ? nestedMessage(*type, index)
                          : index < file_->message_type_count() ? file_->message_type(index)
                                                                : nullptr;
      if (found == nullptr) {
        return fail(errors::invalidArgument(
            fmt::format("message index {} is none of the messages of {}", index,
                        type == nullptr ? std::string("the schema") : type->full_name())));
      }
      type = found;
    }
    return type;
  }

  /// Thread-safe; what it gives lives as long as this.
  const pb::Message* prototype(const pb::Descriptor* type) const {
    return messages_.GetPrototype(type);
  }

  pb::DescriptorPool pool_;
  mutable pb::DynamicMessageFactory messages_;
  const pb::FileDescriptor* file_ = nullptr;
};

}  // namespace

Result<std::shared_ptr<const Codec>> makeProtobufCodec(const CompleteSchema& schema) {
  auto codec = std::make_shared<ProtobufCodec>();
  for (const auto& [name, text] : schema.references) {
    CAAS_TRY(codec->add(name, text));
  }
  CAAS_ASSIGN(const auto* file, codec->add(kFile, schema.schema.text));
  CAAS_TRY(codec->use(file));
  return codec;
}

}  // namespace caas::kafka::schema
