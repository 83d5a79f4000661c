// A failed message is tried again in its place: the conversation waits for it, the others go on.
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
  int handled = 0;
  // [block]
  ConsumerOptions options{.group = "example-in-order"};
  options.retry.mode = RetryMode::kBlock;
  options.retry.maxAttempts = 5;
  options.retry.backoff = Milliseconds{200};
  auto made = service.makeConsumer(options);
  // [/block]
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
      if (record.attempt < 3) {
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
    return handled >= kMessages;
  });
  const auto closed = consumer.close();
  const bool inOrder = std::ranges::is_sorted(ofFirst);
  std::cout << "Handled " << handled << " messages, the first conversation "
            << (inOrder ? "in order\n" : "out of order\n");
  return all && inOrder && closed && closed->clean();
}

}  // namespace

int main() { return runExample(run); }
