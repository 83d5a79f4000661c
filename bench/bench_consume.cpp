// bench_consume --mode fill|raw|ours|fair|teardown …   one run of one contestant; bench/consume
// calls it
//
// fill writes the records. A run reads all of them through its handler, checks that none is
// missing, none comes twice and that those of a key come in order, and prints one line of JSON. It
// measures from the first handler call to the last completion.
#include <atomic>
#include <charconv>
#include <condition_variable>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <queue>
#include <vector>

#include <fmt/core.h>

#include "caas/kafka/consumer.hpp"
#include "caas/kafka/producer.hpp"
#include "client/admin.hpp"
#include "client/config.hpp"
#include "client/handle.hpp"
#include "client/raii.hpp"
#include "consume_fairness.hpp"
#include "consume_options.hpp"
#include "core/errors.hpp"
#include "core/log.hpp"
#include "workload.hpp"

namespace caas::kafka::bench {
namespace {

/// Holds every record against what was written: number i has key i mod keys.
class Checker {
 public:
  explicit Checker(const ConsumeOptions& options)
      : keys_(static_cast<std::size_t>(options.keys)),
        seen_(static_cast<std::size_t>(options.records)),
        last_(static_cast<std::size_t>(options.keys)) {}

  void begin(std::string_view value) {
    if (started_.load(std::memory_order_relaxed) == 0 && started_.exchange(1) == 0) {
      first_ = Usage::now();
    }
    std::size_t i = 0;
    std::from_chars(value.data(), value.data() + value.size(), i);
    if (i >= seen_.size()) {
      ++foreign_;
      return;
    }
    doubled_ += seen_[i].exchange(1, std::memory_order_relaxed);
    auto& last = last_[i % keys_];
    const auto number = static_cast<std::int64_t>(i) + 1;
    if (last.exchange(number, std::memory_order_relaxed) > number) {
      ++disordered_;
    }
  }
  void end() {
    if (done_.fetch_add(1, std::memory_order_relaxed) + 1 ==
        static_cast<std::int64_t>(seen_.size())) {
      last_usage_ = Usage::now();
      const std::lock_guard lock(mutex_);
      finished_ = true;
      all_.notify_all();
    }
  }
  [[nodiscard]] bool finished() {
    const std::lock_guard lock(mutex_);
    return finished_;
  }
  bool wait(std::chrono::seconds most) {
    std::unique_lock lock(mutex_);
    return all_.wait_for(lock, most, [this] { return finished_; });
  }
  int report(std::string_view who, bool complete) {
    if (!complete) {
      last_usage_ = Usage::now();
    }
    std::int64_t missing = 0;
    for (const auto& seen : seen_) {
      missing += seen == 0 ? 1 : 0;
    }
    const double seconds = std::chrono::duration<double>(last_usage_.wall - first_.wall).count();
    const double cpu = last_usage_.cpuSeconds - first_.cpuSeconds;
    const auto records = static_cast<double>(seen_.size());
    fmt::print(
        R"({{"who":"{}","records":{},"seconds":{:.3f},"perSecond":{:.0f},"cpuSeconds":{:.3f},)"
        R"("cpuPerMillion":{:.3f},"missing":{},"doubled":{},"disordered":{},"foreign":{}}})"
        "\n",
        who, seen_.size(), seconds, records / seconds, cpu, cpu / records * 1e6, missing,
        doubled_.load(), disordered_.load(), foreign_.load());
    return complete && missing == 0 && doubled_ == 0 && disordered_ == 0 ? 0 : 1;
  }

 private:
  std::size_t keys_;
  std::vector<std::atomic<std::uint8_t>> seen_;
  std::vector<std::atomic<std::int64_t>> last_;
  std::atomic<int> started_{0};
  std::atomic<std::int64_t> done_{0};
  std::atomic<std::int64_t> doubled_{0};
  std::atomic<std::int64_t> disordered_{0};
  std::atomic<std::int64_t> foreign_{0};
  Usage first_;
  Usage last_usage_;
  std::mutex mutex_;
  std::condition_variable all_;
  bool finished_ = false;
};

int failed(const Error& error) {
  fmt::print(stderr, "bench_consume: {}\n", error.describe());
  return 1;
}

int fill(const ConsumeOptions& options) {
  const auto settings = settingsOf(options);
  auto admin = client::AdminClient::create(settings, "bench");
  if (!admin) {
    return failed(admin.error());
  }
  const auto created = (*admin)->createTopics(
      {{options.topic, options.partitions, 3, {{"min.insync.replicas", "2"}}}});
  if (!created || created->at(0).error) {
    return failed(created ? *created->at(0).error : created.error());
  }
  std::this_thread::sleep_for(std::chrono::seconds{2});
  // kafkajs can read snappy, not the lz4 of max-throughput.
  auto producer = Producer::create(settings, ProducerPreset::kHighThroughput);
  if (!producer) {
    return failed(producer.error());
  }
  std::vector<std::string> keys;
  for (int i = 0; i < options.keys; ++i) {
    keys.push_back(fmt::format("conversation-{}", i));
  }
  std::atomic<std::int64_t> bad = 0;
  std::string value(static_cast<std::size_t>(options.valueBytes), 'x');
  for (std::int64_t i = 0; i < options.records; ++i) {
    const auto number = fmt::format("{} ", i);
    value.replace(0, number.size(), number);
    const auto sent = (*producer)->send(
        {.topic = options.topic,
         .key = keys[static_cast<std::size_t>(i % options.keys)],
         .value = value},
        [&bad](const DeliveryReport& report) { bad += report.delivered() ? 0 : 1; });
    if (!sent) {
      return failed(sent.error());
    }
  }
  if (const auto flushed = (*producer)->flush(std::chrono::minutes{5}); !flushed) {
    return failed(flushed.error());
  }
  return bad == 0 ? 0 : 1;
}

/// librdkafka alone: poll, call, nothing else.
int raw(const ConsumeOptions& options) {
  client::ConfBuilder builder(settingsOf(options), "raw");
  builder.set("group.id", options.group);
  builder.set("enable.auto.commit", "false");
  builder.set("auto.offset.reset", "earliest");
  auto conf = builder.take();
  if (!conf) {
    return failed(conf.error());
  }
  auto made = client::makeClient(RD_KAFKA_CONSUMER, *std::move(conf));
  if (!made) {
    return failed(made.error());
  }
  rd_kafka_poll_set_consumer(*made);
  const client::PartitionListPtr list(rd_kafka_topic_partition_list_new(options.partitions));
  for (int i = 0; i < options.partitions; ++i) {
    rd_kafka_topic_partition_list_add(list.get(), options.topic.c_str(), i)->offset =
        RD_KAFKA_OFFSET_BEGINNING;
  }
  rd_kafka_assign(*made, list.get());
  Checker checker(options);
  const auto until = steady_clock::now() + std::chrono::minutes{3};
  while (!checker.finished() && steady_clock::now() < until) {
    rd_kafka_message_t* const message = rd_kafka_consumer_poll(*made, 100);
    if (message != nullptr && message->err == RD_KAFKA_RESP_ERR_NO_ERROR) {
      checker.begin({static_cast<const char*>(message->payload), message->len});
      checker.end();
    }
    if (message != nullptr) {
      rd_kafka_message_destroy(message);
    }
  }
  const int result = checker.report("raw", checker.finished());
  rd_kafka_consumer_close(*made);
  rd_kafka_destroy(*made);
  return result;
}

/// Answers completions when their time has come.
class Timer {
 public:
  Timer() : thread_([this](const std::stop_token& stop) { run(stop); }) {}
  void after(std::chrono::nanoseconds wait, std::function<void()> call) {
    const std::lock_guard lock(mutex_);
    due_.push({steady_clock::now() + wait, std::move(call)});
    wake_.notify_one();
  }

 private:
  struct Due {
    steady_clock::time_point at;
    std::function<void()> call;
    bool operator<(const Due& other) const { return at > other.at; }
  };
  void run(const std::stop_token& stop) {
    std::unique_lock lock(mutex_);
    while (!stop.stop_requested()) {
      if (due_.empty()) {
        wake_.wait(lock, stop, [this] { return !due_.empty(); });
      } else if (due_.top().at > steady_clock::now()) {
        const auto at = due_.top().at;  // what comes meanwhile moves the queue's entries
        wake_.wait_until(lock, stop, at, [&] { return due_.top().at < at; });
      } else {
        const auto call = due_.top().call;
        due_.pop();
        lock.unlock();
        call();
        lock.lock();
      }
    }
  }
  std::mutex mutex_;
  std::condition_variable_any wake_;
  std::priority_queue<Due> due_;
  std::jthread thread_;
};

int ours(const ConsumeOptions& options) {
  const auto settings = settingsOf(options);
  auto catalog = Catalog::load(settings);
  if (!catalog) {
    return failed(catalog.error());
  }
  ConsumerOptions consumer;
  consumer.group = options.group;
  consumer.concurrency = options.concurrency;
  consumer.maxInFlight = options.maxInFlight;
  consumer.readRetries = false;
  Checker checker(options);
  Timer timer;
  auto made = Consumer::create(settings, std::make_shared<Catalog>(*catalog), consumer);
  if (!made) {
    return failed(made.error());
  }
  if (const auto subscribed = (*made)->subscribeTopic(options.topic); !subscribed) {
    return failed(subscribed.error());
  }
  Result<void> started;
  if (options.async != 0) {
    const auto wait = std::chrono::duration_cast<std::chrono::nanoseconds>(
        std::chrono::duration<double, std::milli>(options.workMs));
    started = (*made)->startAsync([&](const ConsumedRecord& record, Completion completion) {
      checker.begin(*record.value);
      auto shared = std::make_shared<Completion>(std::move(completion));
      timer.after(wait, [shared, &checker] {
        shared->ack();
        checker.end();
      });
    });
  } else {
    started = (*made)->start([&](const ConsumedRecord& record) {
      checker.begin(*record.value);
      if (options.workMs > 0) {
        // Uniform over the record's number, the same in every run.
        const auto part =
            static_cast<double>(static_cast<std::uint32_t>(record.offset) * 2654435761U) * 0x1p-32;
        std::this_thread::sleep_for(
            std::chrono::duration<double, std::milli>(2 * options.workMs * part));
      }
      checker.end();
      return HandlerResult::ack();
    });
  }
  if (!started) {
    return failed(started.error());
  }
  const bool complete = checker.wait(std::chrono::minutes{3});
  const int result = checker.report("ours", complete);
  const auto closed = (*made)->close(std::chrono::seconds{20});
  if (!closed || !closed->clean()) {
    fmt::print(stderr, "bench_consume: close: {}\n",
               closed ? std::to_string(closed->unfinished) : closed.error().describe());
  }
  const auto stats = (*made)->stats();
  fmt::print(stderr, "consumed {} acked {} commits {} ({} failed) dropped {}\n", stats.consumed,
             stats.acked, stats.commits, stats.commitFailures, stats.dropped);
  return result;
}

int fair(const ConsumeOptions& options) {
  Fairness fairness(options);
  const auto ran = fairness.run();
  return ran ? 0 : failed(ran.error());
}

int teardown(const ConsumeOptions& options) {
  auto admin = client::AdminClient::create(settingsOf(options), "bench");
  if (!admin) {
    return failed(admin.error());
  }
  const auto deleted = (*admin)->deleteTopics({options.topic});
  return deleted ? 0 : failed(deleted.error());
}

bool parse(int count, char** words, ConsumeOptions& options) {
  const auto number = [](auto& target) {
    return [&target](std::string_view text) {
      return std::from_chars(text.data(), text.data() + text.size(), target).ec == std::errc{};
    };
  };
  const auto text = [](std::string& target) {
    return [&target](std::string_view value) { return target = value, true; };
  };
  const std::map<std::string_view, std::function<bool(std::string_view)>> known{
      {"--mode", text(options.mode)},
      {"--brokers", text(options.brokers)},
      {"--topic", text(options.topic)},
      {"--group", text(options.group)},
      {"--partitions", number(options.partitions)},
      {"--records", number(options.records)},
      {"--keys", number(options.keys)},
      {"--value-bytes", number(options.valueBytes)},
      {"--concurrency", number(options.concurrency)},
      {"--max-in-flight", number(options.maxInFlight)},
      {"--work-ms", number(options.workMs)},
      {"--rate", number(options.loudRate)},
      {"--async", number(options.async)},
      {"--loud-consumed", number(options.loudConsumed)}};
  for (int i = 1; i < count; i += 2) {
    const auto found = known.find(words[i]);
    if (found == known.end() || i + 1 >= count || !found->second(words[i + 1])) {
      fmt::print(stderr, "bench_consume: '{}' is unknown or its value is wrong\n", words[i]);
      return false;
    }
  }
  return !options.brokers.empty() && !options.topic.empty();
}

int run(int count, char** words) {
  ConsumeOptions options;
  if (!parse(count, words, options)) {
    fmt::print(stderr, "it is called by bench/consume: script/bench consume --help\n");
    return 2;
  }
  log::configure(LogLevel::kWarn, LogFormat::kText);
  const std::map<std::string_view, int (*)(const ConsumeOptions&)> modes{
      {"fill", fill}, {"raw", raw}, {"ours", ours}, {"fair", fair}, {"teardown", teardown}};
  const auto mode = modes.find(options.mode);
  if (mode == modes.end()) {
    fmt::print(stderr, "bench_consume: unknown mode '{}'\n", options.mode);
    return 2;
  }
  return mode->second(options);
}

}  // namespace
}  // namespace caas::kafka::bench

int main(int count, char** words) { return caas::kafka::bench::run(count, words); }
