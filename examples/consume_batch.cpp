// Several records of one topic in one call: for a database that likes many rows at once.
#include <atomic>

#include "consume_support.hpp"

using namespace example;

namespace {

constexpr int kMessages = 50;

Result<bool> run(KafkaService& service) {
  const auto tenant = prepare(service);
  if (!tenant) {
    return std::unexpected(tenant.error());
  }
  const auto mark = runMark();
  std::atomic<int> handled = 0;
  std::atomic<int> calls = 0;
  auto made = service.makeConsumer({.group = "example-batch", .maxBatchRecords = 100});
  if (!made) {
    return std::unexpected(made.error());
  }
  auto& consumer = **made;
  if (const auto subscribed = consumer.subscribe("chat.messages"); !subscribed) {
    return std::unexpected(subscribed.error());
  }
  // [batch]
  const auto started = consumer.startBatch([&](std::span<const ConsumedRecord* const> records) {
    ++calls;
    std::vector<HandlerResult> results;
    for (const auto* record : records) {
      handled += isOfRun(*record, mark) ? 1 : 0;
      results.push_back(record->value ? HandlerResult::ack()
                                      : HandlerResult::reject("no value", "no_value"));
    }
    return results;  // one for each record, or a single one for all of them
  });
  // [/batch]
  if (!started) {
    return std::unexpected(started.error());
  }
  if (const auto sent = publishMessages(service, *tenant, mark, kMessages, 10); !sent) {
    return std::unexpected(sent.error());
  }
  const bool all = waitUntil([&] { return handled >= kMessages; });
  const auto closed = consumer.close();
  std::cout << "Handled " << handled << " messages in " << calls << " calls\n";
  return all && closed && closed->clean();
}

}  // namespace

int main() { return runExample(run); }
