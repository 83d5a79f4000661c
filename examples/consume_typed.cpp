// A handler for each event type of chat.events; what nobody handles is acknowledged unseen.
#include <atomic>

#include "consume_support.hpp"

using namespace example;

namespace {

Result<bool> run(KafkaService& service) {
  const auto tenant = prepare(service);
  const auto publisher = service.publisher();
  if (!tenant || !publisher) {
    return std::unexpected(tenant ? publisher.error() : tenant.error());
  }
  const auto mark = runMark();
  std::atomic<int> reactions = 0;
  std::atomic<int> receipts = 0;
  auto made = service.makeConsumer({.group = "example-typed"});
  if (!made) {
    return std::unexpected(made.error());
  }
  auto& consumer = **made;
  // [typed]
  auto ready = consumer.subscribe("chat.events", std::vector{*tenant});
  if (ready) {
    ready = consumer.on("reaction", [&](const ConsumedRecord& record) {
      const auto event = eventFromJson("reaction", record.value.value_or(""));
      if (!event) {
        return HandlerResult::reject(event.error().message, "bad_event");
      }
      reactions += isOfRun(record, mark) ? 1 : 0;
      return HandlerResult::ack();
    });
  }
  if (ready) {
    ready = consumer.on("read-receipt", [&](const ConsumedRecord& record) {
      receipts += isOfRun(record, mark) ? 1 : 0;
      return HandlerResult::ack();
    });
  }
  if (ready) {
    ready = consumer.start();
  }
  // [/typed]
  if (!ready) {
    return std::unexpected(ready.error());
  }
  for (const auto& sent :
       {(*publisher)
            ->publish(
                *tenant,
                Reaction{.conversationId = "c", .messageId = "m", .userId = mark, .emoji = "👍"}),
        (*publisher)->publish(*tenant, Typing{.conversationId = "c", .userId = mark}),
        (*publisher)
            ->publish(*tenant,
                      ReadReceipt{.conversationId = "c", .messageId = "m", .userId = mark}),
        (*publisher)->flush()}) {
    if (!sent) {
      return std::unexpected(sent.error());
    }
  }
  const bool all = waitUntil([&] { return reactions >= 1 && receipts >= 1; });
  const auto closed = consumer.close();
  std::cout << "Handled " << reactions << " reaction, " << receipts << " read receipt\n";
  return all && closed && closed->clean();
}

}  // namespace

int main() { return runExample(run); }
