#include "support/load.hpp"

#include <chrono>
#include <utility>

#include <fmt/core.h>

#include "support/cluster.hpp"

namespace caas::kafka::test {

using std::chrono::steady_clock;

Result<void> sendOne(Producer& producer, History& history, std::string_view topic,
                     std::string_view key, std::int64_t sequence, std::size_t valueBytes) {
  const auto id = history.offer(key, sequence);
  const auto value = history.value(id, valueBytes);
  Record record;
  record.topic = topic;
  record.key = key;
  record.value = value;
  auto sent = producer.send(
      record, [&history, id](const DeliveryReport& report) { history.report(id, report); });
  if (sent) {
    history.accept(id);
  } else {
    history.refuse(id);
  }
  return sent;
}

PacedLoad::PacedLoad(Producer& producer, History& history, std::string topic,
                     const LoadOptions& options)
    : producer_(producer), history_(history), topic_(std::move(topic)), options_(options) {
  thread_ = std::thread([this] { run(); });
}

PacedLoad::~PacedLoad() { stop(); }

void PacedLoad::stop() {
  stop_ = true;
  if (thread_.joinable()) {
    thread_.join();
  }
}

bool PacedLoad::waitFor(std::int64_t offered, Milliseconds deadline) {
  return eventually(deadline, [&] { return offered_ >= offered; }, Milliseconds{5});
}

void PacedLoad::run() {
  const auto start = steady_clock::now();
  while (!stop_) {
    const auto elapsed = std::chrono::duration<double>(steady_clock::now() - start).count();
    const auto due = static_cast<std::int64_t>(elapsed * options_.recordsPerSecond);
    while (offered_ < due && !stop_) {
      const std::int64_t number = offered_;
      const auto key = fmt::format("key-{}", number % options_.keys);
      // A refusal (a full queue) is part of the history.
      (void)sendOne(producer_, history_, topic_, key, number / options_.keys, options_.valueBytes);
      ++offered_;
    }
    std::this_thread::sleep_for(std::chrono::milliseconds{1});
  }
}

}  // namespace caas::kafka::test
