#include "schema/codec.hpp"

#include <map>
#include <set>

#include <fmt/format.h>

#include "core/errors.hpp"
#include "schema/avro_codec.hpp"
#include "schema/avro_json.hpp"
#include "schema/avro_plan.hpp"

namespace caas::kafka::schema {
namespace {

constexpr std::size_t kMostReferences = 1'000;

/// A value of a schema that is no more than bytes stands without its length: Confluent's clients,
/// in every language, write it so.
class AvroCodec final : public Codec {
 public:
  AvroCodec(std::shared_ptr<const avro::Schema> schema, avro::Plan plan)
      : schema_(std::move(schema)), plan_(std::move(plan)) {}

  Result<void> encodeAs(std::string_view message, const boost::json::value& value,
                        std::string& out) const override {
    CAAS_TRY(noMessages(message));
    CAAS_ASSIGN(const auto held, avro::valueFromJson(*schema_, schema_->root(), value));
    if (isBytes()) {
      out += held.as<avro::Bytes>()->data;
      return {};
    }
    return avro::encode(*schema_, schema_->root(), held, out);
  }
  Result<boost::json::value> decode(std::string_view payload) const override {
    if (isBytes()) {
      return avro::toJson(*schema_, schema_->root(), {avro::Bytes{std::string(payload)}});
    }
    CAAS_ASSIGN(const auto value, plan_.decode(payload));
    return avro::toJson(*schema_, schema_->root(), value);
  }
  std::string recordName() const override { return schema_->rootNode().name; }

 private:
  [[nodiscard]] bool isBytes() const { return schema_->rootNode().type == avro::Type::kBytes; }

  const std::shared_ptr<const avro::Schema> schema_;
  const avro::Plan plan_;
};

class ReferenceWalk {
 public:
  explicit ReferenceWalk(
      const std::function<Result<RegisteredSchema>(const SchemaReference&)>& find)
      : find_(find) {}

  /// Depth first, so that what is referred to stands before what refers to it.
  Result<void> walk(const std::vector<SchemaReference>& references) {
    for (const auto& reference : references) {
      const std::pair version{reference.subject, reference.version};
      if (done_.contains({reference.name, version})) {
        continue;
      }
      if (!open_.insert(version).second) {
        return fail(errors::invalidArgument(fmt::format(
            "version {} of subject '{}' refers to itself", reference.version, reference.subject)));
      }
      if (found_.size() >= kMostReferences) {
        return fail(errors::invalidArgument(
            fmt::format("a schema with more than {} references", kMostReferences)));
      }
      CAAS_ASSIGN(auto registered, find_(reference));
      CAAS_TRY(walk(registered.schema.references));
      found_.emplace_back(reference.name, std::move(registered.schema.text));
      done_.insert({reference.name, version});
      open_.erase(version);
    }
    return {};
  }
  std::vector<std::pair<std::string, std::string>> take() { return std::move(found_); }

 private:
  using Version = std::pair<std::string, int>;
  const std::function<Result<RegisteredSchema>(const SchemaReference&)>& find_;
  std::set<Version> open_;
  std::set<std::pair<std::string, Version>> done_;
  std::vector<std::pair<std::string, std::string>> found_;
};

}  // namespace

Result<void> noMessages(std::string_view message) {
  if (!message.empty()) {
    return fail(errors::invalidArgument(fmt::format(
        "message '{}' was asked for, and only a Protobuf schema has messages", message)));
  }
  return {};
}

Error inSchema(int id, Error error) {
  error.message = fmt::format("schema {}: {}", id, error.message);
  return error;
}

Result<avro::Schema> parseAvro(const CompleteSchema& schema) {
  std::vector<std::string> texts;
  for (const auto& [name, text] : schema.references) {
    texts.push_back(text);
  }
  return avro::Schema::parse(schema.schema.text, texts);
}

Result<std::shared_ptr<const Codec>> makeAvroCodec(const CompleteSchema& schema) {
  CAAS_ASSIGN(auto parsed, parseAvro(schema));
  const auto shared = std::make_shared<const avro::Schema>(std::move(parsed));
  CAAS_ASSIGN(auto plan, avro::Plan::compile(shared, shared));
  return std::make_shared<const AvroCodec>(shared, std::move(plan));
}

Result<std::shared_ptr<const Codec>> makeCodec(const CompleteSchema& schema) {
  switch (schema.schema.type) {
    case SchemaType::kAvro: return makeAvroCodec(schema);
    case SchemaType::kJson: return makeJsonCodec(schema);
    case SchemaType::kProtobuf: return makeProtobufCodec(schema);
  }
  return fail(errors::internal("a schema without a type"));
}

Result<CompleteSchema> withReferences(
    SchemaText schema,
    const std::function<Result<RegisteredSchema>(const SchemaReference&)>& find) {
  ReferenceWalk walk(find);
  CAAS_TRY(walk.walk(schema.references));
  return CompleteSchema{std::move(schema), walk.take()};
}

}  // namespace caas::kafka::schema
