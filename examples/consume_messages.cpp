// Consumes the chat messages of all tenants: those of one conversation in order, conversations side
// by side.
#include <atomic>

#include "consume_support.hpp"

using namespace example;

namespace {

constexpr int kMessages = 20;

Result<bool> run(KafkaService& service) {
  const auto tenant = prepare(service);
  if (!tenant) {
    return std::unexpected(tenant.error());
  }
  const auto mark = runMark();
  std::atomic<int> handled = 0;
  // [consume]
  auto made = service.makeConsumer({.group = "example-messages"});
  if (!made) {
    return std::unexpected(made.error());
  }
  auto& consumer = **made;
  if (const auto subscribed = consumer.subscribe("chat.messages"); !subscribed) {
    return std::unexpected(subscribed.error());
  }
  const auto started = consumer.start([&](const ConsumedRecord& record) {
    if (!record.value) {
      return HandlerResult::reject("a message without a value", "no_value");
    }
    handled += isOfRun(record, mark) ? 1 : 0;  // here is where your work goes
    return HandlerResult::ack();
  });
  if (!started) {
    return std::unexpected(started.error());
  }
  // [/consume]
  if (const auto sent = publishMessages(service, *tenant, mark, kMessages, 4); !sent) {
    return std::unexpected(sent.error());
  }
  const bool all = waitUntil([&] { return handled >= kMessages; });
  // [close]
  const auto closed = consumer.close(Milliseconds{10'000});
  if (!closed) {
    return std::unexpected(closed.error());
  }
  for (const auto& handler : closed->hangingHandlers) {
    std::cerr << "has not returned: " << handler << "\n";
  }
  // [/close]
  std::cout << "Handled " << handled << " messages\n";
  return all && closed->clean();
}

}  // namespace

int main() { return runExample(run); }
