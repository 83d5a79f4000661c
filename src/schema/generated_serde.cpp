#include <limits>

#include <fmt/format.h>

#include "caas/kafka/protobuf.hpp"
#include "core/errors.hpp"
#include "schema/codec.hpp"
#include "schema/protobuf_schema.hpp"
#include "schema/single_flight.hpp"
#include "schema/wire_format.hpp"

namespace caas::kafka {
namespace {

namespace pb = google::protobuf;
using SchemaPtr = std::shared_ptr<const schema::ProtobufSchema>;

constexpr std::size_t kBound = 10'000;
constexpr std::size_t kWriters = 1'000;
/// A registry that is down is asked again after so long.
constexpr Milliseconds kFailureFor{500};
constexpr std::string_view kWellKnown = "google/protobuf/";
constexpr auto kMostBytes = static_cast<std::size_t>(std::numeric_limits<int>::max());

std::string missingFields(const pb::Message& message) {
  return fmt::format("a {} lacks what it requires: {}", message.GetDescriptor()->full_name(),
                     message.InitializationErrorString());
}

}  // namespace

class ProtobufSerde::Impl {
 public:
  Impl(std::shared_ptr<SchemaRegistry> registry, ProtobufOptions options)
      : registry_(std::move(registry)),
        options_(options),
        ids_(kBound, systemClock(), schema::errorsFor(kFailureFor)),
        // The registry's own cache knows how long a failure is believed.
        writers_(kWriters, systemClock(), schema::errorsFor(Milliseconds{0})) {}

  Result<void> serialize(std::string_view subject, const pb::Message& message, std::string& out) {
    if (!message.IsInitialized()) {
      return fail(errors::invalidArgument(missingFields(message)));
    }
    if (message.ByteSizeLong() > kMostBytes) {
      return fail(errors::invalidArgument("the message is longer than Protobuf allows"));
    }
    const auto& type = *message.GetDescriptor();
    CAAS_ASSIGN(const int id, idOf(subject, *type.file()));
    schema::appendFrame(id, out);
    schema::appendMessageIndexes(schema::indexesOf(type), out);
    message.AppendPartialToString(&out);
    return {};
  }

  Result<void> parse(std::string_view value, pb::Message& message) {
    CAAS_ASSIGN(const auto framed, schema::unframe(value));
    CAAS_ASSIGN(const auto writer, writers_.get(framed.id, [&] { return writerOf(framed.id); }));
    if (auto done = parsePayload(*writer, framed.payload, message); !done) {
      return fail(schema::inSchema(framed.id, std::move(done).error()));
    }
    return {};
  }

 private:
  Result<int> idOf(std::string_view subject, const pb::FileDescriptor& file) {
    const auto ask = [&]() -> Result<int> {
      CAAS_ASSIGN(const auto registered, registeredAs(subject, file));
      return registered.id;
    };
    // Another pool's descriptors come and go, and an address may be that of another file then.
    return file.pool() == pb::DescriptorPool::generated_pool()
               ? ids_.get({std::string(subject), &file}, ask)
               : ask();
  }

  /// The file's schema in the subject, after those of what it imports. Imports are no circle:
  /// protoc and the pool refuse one.
  Result<RegisteredSchema> registeredAs(std::string_view subject, const pb::FileDescriptor& file) {
    SchemaText schema{.type = SchemaType::kProtobuf, .text = file.DebugString()};
    for (int i = 0; i < file.dependency_count(); ++i) {
      const auto& imported = *file.dependency(i);
      if (imported.name().starts_with(kWellKnown)) {
        continue;
      }
      CAAS_ASSIGN(const auto registered, registeredAs(imported.name(), imported));
      schema.references.push_back({imported.name(), imported.name(), registered.version});
    }
    if (options_.autoRegister) {
      CAAS_TRY(registry_->registerSchema(subject, schema));
    }
    auto found = registry_->lookUp(subject, schema);
    if (!found && found.error().code == ErrorCode::kSchemaNotFound) {
      auto error = std::move(found).error();
      error.hint = "Register it, or make the ProtobufSerde with autoRegister";
      return fail(std::move(error));
    }
    return found;
  }

  Result<SchemaPtr> writerOf(int id) {
    CAAS_ASSIGN(const auto text, registry_->byId(id));
    if (text->type != SchemaType::kProtobuf) {
      return fail(schema::inSchema(id, errors::invalidArgument(fmt::format(
                                           "it is {} and not Protobuf", toString(text->type)))));
    }
    CAAS_ASSIGN(const auto complete, schema::withReferences(*text, *registry_));
    auto parsed = schema::ProtobufSchema::parse(complete);
    if (!parsed) {
      return fail(schema::inSchema(id, std::move(parsed).error()));
    }
    return parsed;
  }

  static Result<void> parsePayload(const schema::ProtobufSchema& writer, std::string_view payload,
                                   pb::Message& message) {
    CAAS_ASSIGN(const auto indexes, schema::takeMessageIndexes(payload));
    CAAS_ASSIGN(const auto* written, writer.messageAt(indexes));
    const auto& wanted = message.GetDescriptor()->full_name();
    if (written->full_name() != wanted) {
      return fail(errors::invalidArgument(
          fmt::format("the value is a {} and not a {}", written->full_name(), wanted)));
    }
    if (payload.size() > kMostBytes ||
        !message.ParsePartialFromArray(payload.data(), static_cast<int>(payload.size()))) {
      return fail(
          errors::invalidArgument(fmt::format("{} bytes are no {}", payload.size(), wanted)));
    }
    if (!message.IsInitialized()) {
      return fail(errors::invalidArgument(missingFields(message)));
    }
    return {};
  }

  const std::shared_ptr<SchemaRegistry> registry_;
  const ProtobufOptions options_;
  /// By subject and file.
  schema::SingleFlightCache<std::pair<std::string, const pb::FileDescriptor*>, int> ids_;
  schema::SingleFlightCache<int, SchemaPtr> writers_;
};

ProtobufSerde::ProtobufSerde(std::shared_ptr<SchemaRegistry> registry, ProtobufOptions options)
    : impl_(std::make_unique<Impl>(std::move(registry), options)) {}
ProtobufSerde::~ProtobufSerde() = default;

Result<void> ProtobufSerde::serialize(std::string_view subject, const pb::Message& message,
                                      std::string& out) {
  return impl_->serialize(subject, message, out);
}
Result<void> ProtobufSerde::parse(std::string_view value, pb::Message& message) {
  return impl_->parse(value, message);
}

}  // namespace caas::kafka
