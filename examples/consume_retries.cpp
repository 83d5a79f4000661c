// One message fails for now and comes back by the retry topic; one can never be handled and ends in
// the dead letter queue, where it is found again.
#include <algorithm>
#include <atomic>

#include "consume_support.hpp"
#include <caas/kafka/dlq.hpp>

using namespace example;

namespace {

/// Entries of the dead letter queue for this run's message.
Result<std::size_t> findDead(KafkaService& service, const std::string& mark, Timestamp since) {
  const auto settings = service.settings();
  const auto catalog = service.catalog();
  if (!settings || !catalog) {
    return std::unexpected(settings ? catalog.error() : settings.error());
  }
  // [dlq]
  const auto queue = DeadLetterQueue::create(**settings, *catalog);
  if (!queue) {
    return std::unexpected(queue.error());
  }
  const auto page = (*queue)->list({.group = "example-retries", .since = since});
  if (!page) {
    return std::unexpected(page.error());
  }
  for (const auto& entry : page->entries) {
    std::cout << entry.id << " " << entry.topic << " " << entry.code << ": " << entry.message
              << "\n";
  }
  // [/dlq]
  return static_cast<std::size_t>(std::ranges::count_if(page->entries, [&](const auto& entry) {
    return entry.key && entry.key->starts_with(mark) && entry.code == "no_such_user";
  }));
}

Result<bool> run(KafkaService& service) {
  const auto tenant = prepare(service);
  if (!tenant) {
    return std::unexpected(tenant.error());
  }
  const auto mark = runMark();
  const auto since = systemClock().now() - Milliseconds{60'000};
  std::atomic<int> retried = 0;
  // [retries]
  ConsumerOptions options{.group = "example-retries"};
  options.retry.maxAttempts = 3;                 // then the dead letter queue
  options.retry.rejectCodes = {"no_such_user"};  // trying again would not help
  auto made = service.makeConsumer(options);
  // [/retries]
  if (!made) {
    return std::unexpected(made.error());
  }
  auto& consumer = **made;
  if (const auto subscribed = consumer.subscribe("chat.messages"); !subscribed) {
    return std::unexpected(subscribed.error());
  }
  // [handler]
  const auto started = consumer.start([&](const ConsumedRecord& record) {
    if (!isOfRun(record, mark)) {
      return HandlerResult::ack();
    }
    if (record.key->ends_with("-0")) {
      return HandlerResult::retry("user 17 does not exist", "no_such_user");
    }
    if (record.attempt == 1) {
      return HandlerResult::retry("no answer within 2 s", "db_timeout");
    }
    ++retried;
    return HandlerResult::ack();
  });
  // [/handler]
  if (!started) {
    return std::unexpected(started.error());
  }
  if (const auto sent = publishMessages(service, *tenant, mark, 2, 2); !sent) {
    return std::unexpected(sent.error());
  }
  const bool back = waitUntil([&] { return retried >= 1 && consumer.stats().deadLettered >= 1; });
  const auto dead = findDead(service, mark, since);
  const auto closed = consumer.close();
  if (!dead) {
    return std::unexpected(dead.error());
  }
  std::cout << "Retried: " << retried << ", in the dead letter queue: " << *dead << "\n";
  return back && *dead == 1 && closed && closed->clean();
}

}  // namespace

int main() { return runExample(run); }
