#include "schema/protobuf_schema.hpp"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <google/protobuf/any.pb.h>
#include <google/protobuf/descriptor.pb.h>
#include <google/protobuf/duration.pb.h>
#include <google/protobuf/empty.pb.h>
#include <google/protobuf/field_mask.pb.h>
#include <google/protobuf/struct.pb.h>
#include <google/protobuf/timestamp.pb.h>
#include <google/protobuf/wrappers.pb.h>

#include "core/errors.hpp"
#include "schema/protobuf_file.hpp"
#include "schema/protobuf_indexes.hpp"

namespace caas::kafka::schema {
namespace {

namespace pb = google::protobuf;

constexpr std::string_view kFile = "schema.proto";

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

std::unexpected<Error> wrong(std::string_view name, std::string_view what) {
  return fail(
      errors::invalidArgument(fmt::format("the Protobuf schema {} is wrong: {}", name, what)));
}

void addNames(const pb::Descriptor& type, std::vector<std::string>& names) {
  if (!type.options().map_entry()) {
    names.push_back(type.full_name());
  }
  for (int i = 0; i < type.nested_type_count(); ++i) {
    addNames(*type.nested_type(i), names);
  }
}

}  // namespace

ProtobufSchema::ProtobufSchema() : pool_(pb::DescriptorPool::generated_pool()), messages_(&pool_) {
  keepWellKnownTypes();
}

Result<std::shared_ptr<const ProtobufSchema>> ProtobufSchema::parse(const CompleteSchema& schema) {
  std::shared_ptr<ProtobufSchema> parsed(new ProtobufSchema());
  for (const auto& [name, text] : schema.references) {
    CAAS_TRY(parsed->add(name, text));
  }
  CAAS_ASSIGN(parsed->file_, parsed->add(kFile, schema.schema.text));
  if (parsed->file_->message_type_count() == 0) {
    return wrong(kFile, "it has no message");
  }
  return parsed;
}

Result<const pb::FileDescriptor*> ProtobufSchema::add(std::string_view name,
                                                      std::string_view text) {
  CAAS_ASSIGN(const auto file, parseProtobufFile(name, text));
  BuildErrors buildErrors;
  const auto* built = pool_.BuildFileCollectingErrors(file, &buildErrors);
  if (built == nullptr) {
    return wrong(name, buildErrors.first);
  }
  return built;
}

Result<const pb::Descriptor*> ProtobufSchema::messageAt(const MessageIndexes& indexes) const {
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

Result<const pb::Descriptor*> ProtobufSchema::messageNamed(std::string_view name) const {
  if (name.empty()) {
    return file_->message_type(0);
  }
  const auto& package = file_->package();
  for (const auto& full :
       {std::string(name), package.empty() ? std::string() : fmt::format("{}.{}", package, name)}) {
    const auto* type = pool_.FindMessageTypeByName(full);
    if (type != nullptr && type->file() == file_) {
      return type;
    }
  }
  std::vector<std::string> names;
  for (int i = 0; i < file_->message_type_count(); ++i) {
    addNames(*file_->message_type(i), names);
  }
  return fail(errors::invalidArgument(fmt::format("the Protobuf schema has no message '{}'", name),
                                      fmt::format("It has {}", fmt::join(names, ", "))));
}

std::unique_ptr<pb::Message> ProtobufSchema::make(const pb::Descriptor& type) const {
  return std::unique_ptr<pb::Message>(messages_.GetPrototype(&type)->New());
}

MessageIndexes indexesOf(const pb::Descriptor& type) {
  MessageIndexes indexes;
  for (const auto* at = &type; at != nullptr; at = at->containing_type()) {
    indexes.push_back(at->containing_type() == nullptr ? at->index() : indexWithin(*at));
  }
  std::ranges::reverse(indexes);
  return indexes;
}

}  // namespace caas::kafka::schema
