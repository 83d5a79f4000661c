// bench_produce --mode raw|ours|setup|teardown …   one run of one contestant; bench/produce calls
// it
//
// setup creates the topics, teardown deletes them. A run warms its connections up with records to
// every topic, then measures from the first send to the last delivery report.
#include <charconv>
#include <cstdlib>
#include <functional>
#include <map>
#include <optional>

#include <fmt/core.h>

#include "caas/kafka/producer.hpp"
#include "client/admin.hpp"
#include "core/log.hpp"
#include "raw_sender.hpp"
#include "workload.hpp"

namespace caas::kafka::bench {
namespace {

constexpr int kWarmUpPerTopic = 64;

class OurSender {
 public:
  OurSender(const Settings& settings, ProducerPreset preset, std::vector<std::string> topics,
            Latencies& latencies)
      : topics_(std::move(topics)), latencies_(latencies) {
    auto producer = Producer::create(settings, preset);
    if (!producer) {
      fmt::print(stderr, "{}\n", producer.error().describe());
      return;
    }
    producer_ = *std::move(producer);
  }

  [[nodiscard]] bool usable() const { return producer_ != nullptr; }

  bool send(std::size_t topic, std::string_view key, std::string_view value) {
    Record record;
    record.topic = topics_[topic];
    record.key = key;
    record.value = value;
    const auto sent = producer_->send(record, [this](const DeliveryReport& report) {
      delivered_ += report.delivered() ? 1 : 0;
      if (recording_) {
        latencies_.add(
            std::chrono::duration_cast<std::chrono::microseconds>(report.latency).count());
      }
    });
    if (!sent) {
      fmt::print(stderr, "ours: {}\n", sent.error().describe());
    }
    return sent.has_value();
  }

  void restart() {
    finish();
    delivered_ = 0;
    recording_ = true;
  }

  std::int64_t finish() {
    if (const auto flushed = producer_->flush(std::chrono::minutes{5}); !flushed) {
      fmt::print(stderr, "ours: {}\n", flushed.error().describe());
    }
    return delivered_;
  }

 private:
  std::vector<std::string> topics_;
  Latencies& latencies_;
  // Written by the delivery thread alone; read after flush.
  std::atomic<std::int64_t> delivered_{0};
  std::atomic<bool> recording_{false};
  std::unique_ptr<Producer> producer_;
};

Settings settingsOf(const Options& options) {
  Settings settings;
  settings.clientId = "bench";
  settings.brokers = {options.brokers};
  // Flat out means against a full queue; a wait in it is not a failure here.
  settings.producer.queueFullWait = std::chrono::minutes{2};
  return settings;
}

std::optional<ProducerPreset> presetOf(std::string_view name) {
  for (const auto preset : {ProducerPreset::kDefault, ProducerPreset::kHighThroughput,
                            ProducerPreset::kLowLatency, ProducerPreset::kMaxThroughput}) {
    if (name == toString(preset)) {
      return preset;
    }
  }
  return std::nullopt;
}

template <class Sender>
int race(const Options& options) {
  const auto preset = presetOf(options.preset);
  const Workload workload(options);
  if (!preset || !workload.usable()) {
    fmt::print(stderr, "unknown preset '{}', or no values in '{}'\n", options.preset,
               options.valuesFile);
    return 2;
  }
  Latencies latencies(options.records);
  Sender sender(settingsOf(options), *preset, options.topicNames(), latencies);
  if (!sender.usable()) {
    return 1;
  }
  for (int i = 0; i < kWarmUpPerTopic * options.topics; ++i) {
    if (!sender.send(static_cast<std::size_t>(i % options.topics), workload.key(i),
                     workload.value(i))) {
      return 1;
    }
  }
  sender.restart();
  return measure(options, workload, sender, latencies);
}

/// Empty when every broker knows the topics and every partition answers, else what stands in the
/// way. Brokers first: a client that asks for offsets too early remembers the "unknown topic".
std::string notServed(client::AdminClient& admin, const Options& options) {
  const auto cluster = admin.describeCluster();
  if (!cluster) {
    return cluster.error().describe();
  }
  for (const auto& broker : cluster->brokers) {
    const auto described =
        admin.describeTopics(options.topicNames(), {std::chrono::seconds{30}, broker.id});
    if (!described) {
      return described.error().describe();
    }
    for (const auto& topic : *described) {
      if (topic.error) {
        return fmt::format("broker {}: {}", broker.id, topic.error->describe());
      }
    }
  }
  std::vector<std::pair<client::TopicPartition, client::OffsetSpec>> ends;
  for (const auto& name : options.topicNames()) {
    for (int partition = 0; partition < options.partitionsPerTopic; ++partition) {
      ends.emplace_back(client::TopicPartition{name, partition}, client::OffsetSpec::latest());
    }
  }
  const auto offsets = admin.listOffsets(ends);
  if (!offsets) {
    return offsets.error().describe();
  }
  const auto bad =
      std::ranges::find_if(*offsets, [](const auto& item) { return item.error.has_value(); });
  return bad == offsets->end() ? std::string{} : bad->error->describe();
}

int setUp(client::AdminClient& admin, const Options& options) {
  // A few at a time: CreateTopics answers long before the brokers have caught up.
  for (const auto& name : options.topicNames()) {
    const auto created =
        admin.createTopics({{name, options.partitionsPerTopic, 3, {{"min.insync.replicas", "2"}}}});
    if (!created || created->at(0).error) {
      fmt::print(stderr, "{}: {}\n", name,
                 (created ? *created->at(0).error : created.error()).describe());
      return 1;
    }
  }
  const auto until = steady_clock::now() + std::chrono::minutes{3};
  while (true) {
    const auto missing = notServed(admin, options);
    if (missing.empty()) {
      return 0;
    }
    if (steady_clock::now() > until) {
      fmt::print(stderr, "the topics are not served after 3 minutes: {}\n", missing);
      return 1;
    }
    std::this_thread::sleep_for(std::chrono::milliseconds{200});
  }
}

int administer(const Options& options) {
  auto admin = client::AdminClient::create(settingsOf(options), "bench");
  if (!admin) {
    fmt::print(stderr, "{}\n", admin.error().describe());
    return 1;
  }
  if (options.mode == "setup") {
    return setUp(**admin, options);
  }
  const auto deleted = (*admin)->deleteTopics(options.topicNames());
  return deleted ? 0 : 1;
}

bool parse(int count, char** words, Options& options) {
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
      {"--preset", text(options.preset)},
      {"--brokers", text(options.brokers)},
      {"--topic-prefix", text(options.topicPrefix)},
      {"--topics", number(options.topics)},
      {"--partitions", number(options.partitionsPerTopic)},
      {"--values", text(options.valuesFile)},
      {"--records", number(options.records)},
      {"--rate", number(options.recordsPerSecond)}};
  for (int i = 1; i < count; i += 2) {
    const auto found = known.find(words[i]);
    if (found == known.end() || i + 1 >= count || !found->second(words[i + 1])) {
      fmt::print(stderr, "bench_produce: '{}' is unknown or its value is wrong\n", words[i]);
      return false;
    }
  }
  return !options.brokers.empty() && !options.topicPrefix.empty() && options.topics > 0;
}

int run(int count, char** words) {
  Options options;
  if (!parse(count, words, options)) {
    fmt::print(stderr, "it is called by bench/produce: script/bench produce --help\n");
    return 2;
  }
  log::configure(LogLevel::kWarn, LogFormat::kText);
  if (options.mode == "raw") {
    return race<RawSender>(options);
  }
  if (options.mode == "ours") {
    return race<OurSender>(options);
  }
  if (options.mode == "setup" || options.mode == "teardown") {
    return administer(options);
  }
  fmt::print(stderr, "bench_produce: unknown mode '{}'\n", options.mode);
  return 2;
}

}  // namespace
}  // namespace caas::kafka::bench

int main(int count, char** words) { return caas::kafka::bench::run(count, words); }
