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

using PlanPtr = std::shared_ptr<const avro::Plan>;
using ReaderPtr = std::shared_ptr<const avro::Schema>;

constexpr std::size_t kPlans = 1'000;

Error ofSchema(int id, Error error) {
  error.message = fmt::format("schema {}: {}", id, error.message);
  return error;
}

}  // namespace

class EventDecoder::Impl {
 public:
  explicit Impl(std::shared_ptr<SchemaRegistry> registry)
      : registry_(std::move(registry)),
        plans_(kPlans, systemClock(),
               [](const Result<PlanPtr>& answer) -> std::optional<Milliseconds> {
                 return answer ? std::nullopt : std::optional(Milliseconds{0});
               }),
        readers_(
            kPlans, systemClock(),
            [](const Result<ReaderPtr>&) -> std::optional<Milliseconds> { return std::nullopt; }) {
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
      return fail(ofSchema(framed.id, event.error()));
    }
    return event;
  }

 private:
  Result<Event> decodeAvro(const produce::EventTypeInfo& info, const schema::Framed& framed,
                           const SchemaText& text) {
    const std::string type(info.type);
    CAAS_ASSIGN(const auto reader, readers_.get(type, [&]() -> Result<ReaderPtr> {
      CAAS_ASSIGN(auto schema, avro::Schema::parse(eventSchema(type)->text));
      CAAS_TRY(produce::checkEventSchema(schema, info));
      return std::make_shared<const avro::Schema>(std::move(schema));
    }));
    const auto plan = plans_.get({framed.id, type}, [&]() -> Result<PlanPtr> {
      CAAS_ASSIGN(const auto complete,
                  schema::withReferences(text, [this](const SchemaReference& reference) {
                    return registry_->version(reference.subject, reference.version);
                  }));
      CAAS_ASSIGN(auto writer, schema::parseAvro(complete));
      CAAS_ASSIGN(
          auto compiled,
          avro::Plan::compile(std::make_shared<const avro::Schema>(std::move(writer)), reader));
      return std::make_shared<const avro::Plan>(std::move(compiled));
    });
    if (!plan) {
      return fail(plan.error().retriable ? plan.error() : ofSchema(framed.id, plan.error()));
    }
    const auto value = (*plan)->decode(framed.payload);
    if (!value) {
      return fail(ofSchema(framed.id, value.error()));
    }
    return produce::eventFromAvro(*reader, info, *value);
  }

  const std::shared_ptr<SchemaRegistry> registry_;
  std::unique_ptr<SchemaSerde> serde_;
  schema::SingleFlightCache<std::pair<int, std::string>, PlanPtr> plans_;
  schema::SingleFlightCache<std::string, ReaderPtr> readers_;
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
