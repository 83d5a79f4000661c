#include "support/cluster.hpp"

#include <algorithm>
#include <atomic>
#include <cctype>
#include <chrono>
#include <cstdlib>
#include <random>
#include <thread>

#include <fmt/core.h>
#include <gtest/gtest.h>

#include "caas/kafka/record_reader.hpp"

namespace caas::kafka::test {
namespace {

using std::chrono::steady_clock;

std::string variable(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? std::string{} : std::string{value};
}

std::vector<std::string> splitAtCommas(const std::string& text) {
  std::vector<std::string> parts;
  std::size_t from = 0;
  while (from <= text.size()) {
    const auto to = std::min(text.find(',', from), text.size());
    if (to > from) {
      parts.push_back(text.substr(from, to - from));
    }
    from = to + 1;
  }
  return parts;
}

std::string uniqueSuffix() {
  static const std::uint32_t run = std::random_device{}();
  static std::atomic<int> counter{0};
  return fmt::format("{:08x}-{}", run, ++counter);
}

std::string cleaned(std::string_view hint) {
  std::string text;
  for (const char c : hint.substr(0, 40)) {
    const bool usable = std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '-' || c == '_';
    text.push_back(usable ? c : '-');
  }
  return text;
}

void clusterCommand(const std::string& command, const std::string& node) {
  // Without it script/cluster would take the development cluster, where people work.
  if (variable("CAAS_CLUSTER").empty()) {
    throw std::runtime_error(
        "CAAS_CLUSTER is not set: this test kills brokers, run it through script/test");
  }
  const auto script = (projectRoot() / "script" / "cluster").string();
  const auto result = runProcess({script, command, node}, {}, {}, Milliseconds{180'000});
  if (result.exitCode != 0) {
    throw std::runtime_error(fmt::format("script/cluster {} {} ended with {}: {}", command, node,
                                         result.exitCode, result.err));
  }
}

void throwItemErrors(const std::vector<client::NamedResult>& results, std::string_view what) {
  for (const auto& result : results) {
    if (result.error) {
      throw std::runtime_error(
          fmt::format("{} {}: {}", what, result.name, result.error->describe()));
    }
  }
}

// A topic that CreateTopics has accepted is not yet one that can be used: each broker must know it
// and each partition must have a leader that answers.
bool servedEverywhere(const std::string& topic, int partitions, const std::vector<int>& brokers) {
  for (const int broker : brokers) {
    const auto described = admin().describeTopics({topic}, {Milliseconds{10'000}, broker});
    if (!described || described->empty() || described->front().error ||
        std::ssize(described->front().partitions) != partitions) {
      return false;
    }
  }
  std::vector<std::pair<client::TopicPartition, client::OffsetSpec>> ends;
  for (int partition = 0; partition < partitions; ++partition) {
    ends.emplace_back(client::TopicPartition{topic, partition}, client::OffsetSpec::latest());
  }
  const auto offsets = admin().listOffsets(ends, {Milliseconds{10'000}, {}});
  return offsets &&
         std::ranges::none_of(*offsets, [](const auto& item) { return item.error.has_value(); });
}

}  // namespace

Settings testSettings() {
  Settings settings;
  settings.brokers = splitAtCommas(variable("KAFKA_BROKERS"));
  if (settings.brokers.empty()) {
    throw std::runtime_error(
        "KAFKA_BROKERS is not set: this test needs the real cluster, run it through script/test");
  }
  settings.clientId = "caas-test";
  settings.logLevel = LogLevel::kWarn;
  if (const auto url = variable("SCHEMA_REGISTRY_URL"); !url.empty()) {
    settings.schemaRegistry.url = url;
  }
  return settings;
}

std::filesystem::path projectRoot() {
  const auto root = variable("CAAS_ROOT");
  return root.empty() ? std::filesystem::path{CAAS_SOURCE_DIR} : std::filesystem::path{root};
}

std::filesystem::path caasBinary() { return CAAS_BINARY; }

bool fullRun() { return variable("CAAS_FULL") == "1"; }

std::string uniqueTenant(std::string_view hint) {
  return fmt::format("t-{}-{}", cleaned(hint), uniqueSuffix());
}

std::string uniqueTopic(std::string_view hint) {
  return fmt::format("test.{}.{}", cleaned(hint), uniqueSuffix());
}

bool eventually(Milliseconds deadline, const std::function<bool()>& predicate, Milliseconds pause) {
  const auto until = steady_clock::now() + deadline;
  while (!predicate()) {
    if (steady_clock::now() >= until) {
      return false;
    }
    std::this_thread::sleep_for(pause);
  }
  return true;
}

client::AdminClient& admin() {
  static const auto client =
      must(client::AdminClient::create(testSettings(), "admin"), "making the tests' admin client");
  return *client;
}

void createTopic(const std::string& name, int partitions, const TopicConfigMap& configs,
                 int replicationFactor) {
  auto all = configs;
  all.try_emplace("min.insync.replicas", std::to_string(std::min(2, replicationFactor)));
  const client::NewTopic topic{name, partitions, replicationFactor, std::move(all)};
  throwItemErrors(must(admin().createTopics({topic}), "CreateTopics"), "creating");

  std::vector<int> brokers;
  for (const auto& broker : must(admin().describeCluster(), "DescribeCluster").brokers) {
    brokers.push_back(broker.id);
  }
  if (!eventually(Milliseconds{60'000},
                  [&] { return servedEverywhere(name, partitions, brokers); })) {
    throw std::runtime_error("topic " + name + " was created but is not served by all brokers");
  }
}

void deleteTopics(const std::vector<std::string>& names) {
  throwItemErrors(must(admin().deleteTopics(names), "DeleteTopics"), "deleting");
}

void setTopicConfig(const std::string& topic, const std::string& name, const std::string& value) {
  const client::ConfigChange change{topic, {{name, value}}, {}};
  throwItemErrors(must(admin().incrementalAlterConfigs({change}), "IncrementalAlterConfigs"),
                  "changing " + name + " of");
}

int leaderOf(const std::string& topic, int partition) {
  const auto described = must(admin().describeTopics({topic}), "DescribeTopics");
  for (const auto& info : described.at(0).partitions) {
    if (info.id == partition && info.leader) {
      return *info.leader;
    }
  }
  throw std::runtime_error(fmt::format("{}-{} has no leader", topic, partition));
}

TestTopic::TestTopic(std::string_view hint, int partitions, const TopicConfigMap& configs)
    : name_(uniqueTopic(hint)) {
  createTopic(name_, partitions, configs);
}

TestTopic::~TestTopic() {
  // Only housekeeping: a test that passed is not failed by it.
  const auto deleted = admin().deleteTopics({name_});
  if (!deleted) {
    fmt::print(stderr, "topic {} was left behind: {}\n", name_, deleted.error().describe());
  }
}

std::vector<ReceivedRecord> readAll(const std::string& topic, Milliseconds deadline,
                                    bool readUncommitted) {
  ReadOptions options;
  options.readUncommitted = readUncommitted;
  options.topics = {topic};
  options.untilEnd = true;
  auto reader = must(RecordReader::open(testSettings(), std::move(options)), "opening " + topic);
  std::vector<ReceivedRecord> records;
  const auto until = steady_clock::now() + deadline;
  while (!reader->finished()) {
    if (steady_clock::now() >= until) {
      throw std::runtime_error(fmt::format("{} was not read to its end within {} ms: {} records",
                                           topic, deadline.count(), records.size()));
    }
    if (auto record = must(reader->poll(Milliseconds{1'000}), "reading " + topic)) {
      records.push_back(*std::move(record));
    }
  }
  must(reader->close(), "closing the reader of " + topic);
  return records;
}

bool waitForFullIsr(Milliseconds deadline) {
  const auto expected = testSettings().brokers.size();
  const bool full = eventually(
      deadline,
      [&] {
        const auto metadata = admin().metadata(Milliseconds{10'000});
        if (!metadata || metadata->brokers.size() != expected) {
          return false;
        }
        for (const auto& topic : metadata->topics) {
          for (const auto& partition : topic.partitions) {
            if (!partition.leader || partition.isr.size() != partition.replicas.size()) {
              return false;
            }
          }
        }
        return true;
      },
      Milliseconds{200});
  if (!full) {
    // A broker that died by itself is not the fault of the test that waits for it.
    const auto script = (projectRoot() / "script" / "cluster").string();
    fmt::print(stderr, "{}", runProcess({script, "status"}, {}, {}, Milliseconds{60'000}).out);
  }
  return full;
}

BrokerFault::BrokerFault(Kind kind, int node) : kind_(kind), node_(node) {
  clusterCommand(kind == Kind::kKill ? "kill" : "pause", std::to_string(node));
}

void BrokerFault::end() {
  if (!ended_) {
    ended_ = true;
    clusterCommand(kind_ == Kind::kKill ? "start" : "resume", std::to_string(node_));
  }
}

BrokerFault::~BrokerFault() {
  try {
    end();
    if (!waitForFullIsr()) {
      ADD_FAILURE() << "broker " << node_ << " is back, but its replicas are not in sync";
    }
  } catch (const std::exception& error) {
    ADD_FAILURE() << "broker " << node_ << " could not be brought back: " << error.what();
  }
}

}  // namespace caas::kafka::test
