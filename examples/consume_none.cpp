// A failed message is not tried again: it goes to the dead letter queue at once, and its
// conversation goes on in order without it.
#include <algorithm>
#include <mutex>

#include "consume_support.hpp"

using namespace example;

namespace {

constexpr int kMessages = 12;
constexpr int kConversations = 3;

Result<bool> run(KafkaService& service) {
  const auto tenant = prepare(service);
  if (!tenant) {
    return std::unexpected(tenant.error());
  }
  const auto mark = runMark();
  std::mutex mutex;
  std::vector<std::int64_t> ofFirst;  // offsets of the first conversation, as they were handled
  int failures = 0;
  int handled = 0;
  // [none]
  ConsumerOptions options{.group = "example-none"};
  options.retry.mode = RetryMode::kNone;
  auto made = service.makeConsumer(options);
  // [/none]
  if (!made) {
    return std::unexpected(made.error());
  }
  auto& consumer = **made;
  if (const auto subscribed = consumer.subscribe("chat.messages"); !subscribed) {
    return std::unexpected(subscribed.error());
  }
  const auto started = consumer.start([&](const ConsumedRecord& record) {
    if (!isOfRun(record, mark)) {
      return HandlerResult::ack();
    }
    const std::lock_guard lock(mutex);
    if (*record.key == mark + "-0") {
      if (failures == 0) {
        ++failures;
        return HandlerResult::retry("the database is busy", "db_busy");
      }
      ofFirst.push_back(record.offset);
    }
    ++handled;
    return HandlerResult::ack();
  });
  if (!started) {
    return std::unexpected(started.error());
  }
  if (const auto sent = publishMessages(service, *tenant, mark, kMessages, kConversations); !sent) {
    return std::unexpected(sent.error());
  }
  const bool all = waitUntil([&] {
    const std::lock_guard lock(mutex);
    return handled == kMessages - 1 && consumer.stats().deadLettered >= 1;
  });
  const auto closed = consumer.close();
  const bool inOrder = std::ranges::is_sorted(ofFirst);
  const auto stats = consumer.stats();
  std::cout << "Handled " << handled << " messages, dead-lettered " << stats.deadLettered
            << ", retried " << stats.retried << "; the first conversation "
            << (inOrder ? "in order\n" : "out of order\n");
  return all && inOrder && stats.retried == 0 && closed && closed->clean();
}

}  // namespace

int main() { return runExample(run); }
