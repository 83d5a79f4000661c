// A handler that starts work elsewhere and answers when it is done: many records in flight, few
// threads.
#include <atomic>
#include <condition_variable>
#include <deque>
#include <mutex>

#include "consume_support.hpp"

using namespace example;

namespace {

constexpr int kMessages = 20;

/// Stands for a client of some service: answers later, on its own thread.
class SlowService {
 public:
  void ask(std::function<void()> answered) {
    const std::lock_guard lock(mutex_);
    asked_.push_back(std::move(answered));
    some_.notify_one();
  }

 private:
  void serve(const std::stop_token& stop) {
    std::unique_lock lock(mutex_);
    while (some_.wait(lock, stop, [this] { return !asked_.empty(); })) {
      const auto answered = std::move(asked_.front());
      asked_.pop_front();
      lock.unlock();
      answered();
      lock.lock();
    }
  }
  std::mutex mutex_;
  std::condition_variable_any some_;
  std::deque<std::function<void()>> asked_;
  std::jthread thread_{[this](const std::stop_token& stop) { serve(stop); }};
};

Result<bool> run(KafkaService& service) {
  const auto tenant = prepare(service);
  if (!tenant) {
    return std::unexpected(tenant.error());
  }
  const auto mark = runMark();
  std::atomic<int> handled = 0;
  SlowService slow;
  auto made = service.makeConsumer({.group = "example-async", .concurrency = 1'000});
  if (!made) {
    return std::unexpected(made.error());
  }
  auto& consumer = **made;
  if (const auto subscribed = consumer.subscribe("chat.messages"); !subscribed) {
    return std::unexpected(subscribed.error());
  }
  // [async]
  const auto started =
      consumer.startAsync([&](const ConsumedRecord& record, Completion completion) {
        // Returns at once. The record's views live until the completion is answered.
        slow.ask([&, counts = isOfRun(record, mark) ? 1 : 0,
                  answer = std::make_shared<Completion>(std::move(completion))] {
          handled += counts;
          answer->ack();
        });
      });
  // [/async]
  if (!started) {
    return std::unexpected(started.error());
  }
  if (const auto sent = publishMessages(service, *tenant, mark, kMessages, 4); !sent) {
    return std::unexpected(sent.error());
  }
  const bool all = waitUntil([&] { return handled >= kMessages; });
  const auto closed = consumer.close();
  std::cout << "Handled " << handled << " messages\n";
  return all && closed && closed->clean();
}

}  // namespace

int main() { return runExample(run); }
