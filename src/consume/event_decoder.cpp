#include "caas/kafka/event_decoder.hpp"

#include <fmt/format.h>

#include "caas/kafka/schema_serde.hpp"
#include "core/errors.hpp"
#include "produce/event_avro.hpp"
#include "schema/avro_plan.hpp"
#include "schema/codec.hpp"
#include "schema/single_flight.hpp"
#include "schema/wire_format.hpp"

namespace caas::kafka {
namespace {

constexpr std::size_t kPlans = 1'000;

/// A writer's schema resolved to ours.
struct Resolution {
  std::shared_ptr<const avro::Schema> reader;
  avro::Plan plan;
};
using ResolutionPtr = std::shared_ptr<const Resolution>;

}  // namespace

class EventDecoder::Impl {
 public:
  explicit Impl(std::shared_ptr<SchemaRegistry> registry)
      : registry_(std::move(registry)),
        // The registry's own cache knows how long a failure is believed.
        resolutions_(kPlans, systemClock(), schema::errorsFor(Milliseconds{0})) {
    if (registry_) {
      serde_ = std::make_unique<SchemaSerde>(registry_);
    }
  }

  Result<Event> decode(std::string_view eventType, std::string_view value) {
    const auto* info = produce::findEventType(eventType);
    if (info == nullptr) {
      return fail(
          errors::invalidArgument(fmt::format("'{}' is no built-in event type", eventType),
                                  fmt::format("There are {}", produce::builtInTypeNames())));
    }
    if (!schema::looksFramed(value)) {
      return eventFromJson(eventType, value);
    }
    if (!registry_) {
      return fail({.code = ErrorCode::kUnsupported,
                   .message = "the value has a schema, and no schema registry was given",
                   .hint = "Make the EventDecoder with a SchemaRegistry"});
    }
    CAAS_ASSIGN(const auto framed, schema::unframe(value));
    CAAS_ASSIGN(const auto text, registry_->byId(framed.id));
    if (text->type == SchemaType::kAvro) {
      return decodeAvro(*info, framed, *text);
    }
    CAAS_ASSIGN(const auto decoded, serde_->decode(value));
    auto event = eventFromJson(eventType, decoded.json);
    if (!event) {
      return fail(schema::inSchema(framed.id, event.error()));
    }
    return event;
  }

 private:
  Result<Event> decodeAvro(const produce::EventTypeInfo& info, const schema::Framed& framed,
                           const SchemaText& text) {
    const auto found =
        resolutions_.get({framed.id, std::string(info.type)}, [&] { return resolve(info, text); });
    if (!found) {
      return fail(found.error().retriable ? found.error()
                                          : schema::inSchema(framed.id, found.error()));
    }
    const auto value = (*found)->plan.decode(framed.payload);
    if (!value) {
      return fail(schema::inSchema(framed.id, value.error()));
    }
    return produce::eventFromAvro(*(*found)->reader, info, *value);
  }

  Result<ResolutionPtr> resolve(const produce::EventTypeInfo& info, const SchemaText& text) {
    CAAS_ASSIGN(auto ours, produce::parseEventSchema(eventSchema(info.type)->text, info));
    const auto reader = std::make_shared<const avro::Schema>(std::move(ours));
    CAAS_ASSIGN(const auto complete, schema::withReferences(text, *registry_));
    CAAS_ASSIGN(auto writer, schema::parseAvro(complete));
    CAAS_ASSIGN(auto plan, avro::Plan::compile(
                               std::make_shared<const avro::Schema>(std::move(writer)), reader));
    return std::make_shared<const Resolution>(reader, std::move(plan));
  }

  const std::shared_ptr<SchemaRegistry> registry_;
  std::unique_ptr<SchemaSerde> serde_;
  schema::SingleFlightCache<std::pair<int, std::string>, ResolutionPtr> resolutions_;
};

EventDecoder::EventDecoder(std::shared_ptr<SchemaRegistry> registry)
    : impl_(std::make_unique<Impl>(std::move(registry))) {}
EventDecoder::~EventDecoder() = default;

Result<Event> EventDecoder::decode(std::string_view eventType, std::string_view value) const {
  return impl_->decode(eventType, value);
}

HandlerResult notDecoded(const Error& error) {
  // A registry that refuses us, or is not there, is repaired; the record is not to blame.
  const bool registrys = error.retriable || error.code == ErrorCode::kAuthentication ||
                         error.code == ErrorCode::kAuthorization ||
                         error.code == ErrorCode::kUnsupported;
  return registrys ? HandlerResult::retry(error.describe(), "schema_registry")
                   : HandlerResult::undecodable(error.describe());
}

}  // namespace caas::kafka
