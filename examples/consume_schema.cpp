// Events as Avro by the schema registry, read as structs whichever version the writer had.
#include <atomic>

#include "consume_support.hpp"
#include <caas/kafka/event_decoder.hpp>

using namespace example;

namespace {

Result<bool> run(KafkaService& service) {
  const auto tenant = prepare(service);
  // As SCHEMA_REGISTRY_EVENT_FORMAT=avro and SCHEMA_REGISTRY_AUTO_REGISTER=true would have it.
  const auto inForce = service.settings();
  const auto catalog = service.catalog();
  if (!tenant || !inForce || !catalog) {
    return std::unexpected(tenant ? (inForce ? catalog.error() : inForce.error()) : tenant.error());
  }
  Settings settings = **inForce;
  settings.schemaRegistry.eventFormat = EventFormat::kAvro;
  settings.schemaRegistry.autoRegister = true;
  const auto publisher = EventPublisher::create(settings, **catalog);
  auto made = service.makeConsumer({.group = "example-schema"});
  auto registry = service.makeSchemaRegistry();
  if (!publisher || !made || !registry) {
    return std::unexpected(publisher ? (made ? registry.error() : made.error())
                                     : publisher.error());
  }
  auto& consumer = **made;
  const auto mark = runMark();
  std::atomic<int> seen = 0;
  // [typed]
  const auto decoder = std::make_shared<const EventDecoder>(*registry);
  auto ready = consumer.subscribe("chat.events", std::vector{*tenant});
  if (ready) {
    ready = consumer.on(
        "typing", typedHandler<Typing>(decoder, [&](const ConsumedRecord&, const Typing& event) {
          seen += event.userId == mark ? 1 : 0;
          return HandlerResult::ack();
        }));
  }
  if (ready) {
    ready = consumer.start();
  }
  // [/typed]
  if (!ready) {
    return std::unexpected(ready.error());
  }
  for (const auto& sent :
       {(*publisher)->publish(*tenant, Typing{.conversationId = "c", .userId = mark}),
        (*publisher)->flush()}) {
    if (!sent) {
      return std::unexpected(sent.error());
    }
  }
  const bool all = waitUntil([&] { return seen >= 1; });
  const auto closed = consumer.close();
  std::cout << "Handled " << seen << " typing event that was published as Avro\n";
  return all && closed && closed->clean();
}

}  // namespace

int main() { return runExample(run); }
