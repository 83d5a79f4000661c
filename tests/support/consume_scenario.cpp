#include "support/consume_scenario.hpp"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <stdexcept>
#include <unistd.h>
#include <utility>

#include <fmt/core.h>
#include <gtest/gtest.h>

#include "client/group_client.hpp"
#include "consume/ledger_metadata.hpp"

namespace caas::kafka::test {
namespace {

using std::chrono::steady_clock;

using Ends = std::map<client::TopicPartition, std::int64_t>;

constexpr Milliseconds kWatchEvery{300};
constexpr int kTierPartitions = 4;
constexpr int kOutputPartitions = 4;
/// Offsets in the transaction of one who was killed are known when the brokers have aborted it:
/// after its 10 s, at their next look (every 10 s).
constexpr Milliseconds kHungTransaction{20'000};

std::string_view wholeCluster(std::string_view hint) {
  if (!waitForFullIsr()) {
    throw std::runtime_error("the cluster is not whole at the start: script/cluster status");
  }
  return hint;
}

Ends endsOf(const std::string& topic, int partitions) {
  std::vector<std::pair<client::TopicPartition, client::OffsetSpec>> wanted;
  for (int i = 0; i < partitions; ++i) {
    wanted.push_back({{topic, i}, client::OffsetSpec::latest()});
  }
  Ends ends;
  for (const auto& item : must(admin().listOffsets(wanted), "ListOffsets")) {
    if (item.error) {
      throw std::runtime_error(item.error->describe());
    }
    ends[item.partition] = item.offset;
  }
  return ends;
}

/// Not by the admin client: asking a group's coordinator through it while that broker dies aborts
/// the process (librdkafka issue 3663, open). This one joins nothing; it only asks.
std::unique_ptr<client::GroupClient> askerOf(const std::string& group) {
  client::GroupClientOptions options;
  options.purpose = "watch";
  options.group = group;
  return must(client::GroupClient::create(testSettings(), options, [] {}));
}

std::vector<client::TopicPartition> partitionsOf(const std::string& topic, int count) {
  std::vector<client::TopicPartition> partitions;
  for (int i = 0; i < count; ++i) {
    partitions.push_back({topic, i});
  }
  return partitions;
}

bool committedUpTo(const std::string& group, const Ends& ends) {
  std::vector<client::TopicPartition> partitions;
  for (const auto& [partition, end] : ends) {
    partitions.push_back(partition);
  }
  const auto committed = askerOf(group)->committed(partitions, Milliseconds{10'000});
  return committed && std::ranges::all_of(*committed, [&](const auto& item) {
           return std::max<std::int64_t>(item.offset, 0) >= ends.at(item.partition);
         });
}

}  // namespace

ConsumeScenario::ConsumeScenario(std::string name, const ConsumeLoad& load)
    : name_(std::move(name)),
      load_(load),
      topic_(wholeCluster("consume"), load.partitions),
      dlq_("dlq", 4),
      folder_(std::filesystem::temp_directory_path() / uniqueTopic("consume-runs")),
      producer_(must(Producer::create(testSettings()), "making the producer")) {
  std::filesystem::create_directories(folder_);
  for (std::size_t i = 0; i < load.tiers.size(); ++i) {
    tiers_.emplace_back(fmt::format("tier{}", i + 1), kTierPartitions);
  }
  for (std::size_t i = 0; i < load.modes.size(); ++i) {
    auto& group =
        groups_.emplace_back(load.modes[i], uniqueTopic(fmt::format("{}{}", load.modes[i], i)));
    if (group.mode == "forward") {
      group.output = std::make_unique<TestTopic>("output", kOutputPartitions);
    }
  }
  for (int i = 0; i < load.workersPerGroup; ++i) {
    join();
  }
  for (int i = 0; i < load.workersPerGroup; ++i) {
    waitUntilAssigned(static_cast<std::size_t>(i));
  }
  start_ = steady_clock::now();
  watching_ = std::jthread([this](const std::stop_token& stop) { watchCommits(stop); });
  producing_ = std::thread([this] { produce(); });
}

ConsumeScenario::~ConsumeScenario() {
  stop_ = true;
  if (producing_.joinable()) {
    producing_.join();
  }
  watching_.request_stop();
  if (testing::Test::HasFailure() || std::uncaught_exceptions() > 0) {
    for (const auto& group : groups_) {
      std::ranges::for_each(group.workers, &ConsumeWorker::keepItsLog);
    }
    fmt::print("what the handlers wrote is in {}\n", folder_.string());
  } else {
    std::error_code ignored;
    std::filesystem::remove_all(folder_, ignored);
  }
  if (watching_.joinable()) {
    watching_.join();
  }
}

// ---- the load

void ConsumeScenario::produce() {
  while (!stop_) {
    const auto elapsed = std::chrono::duration<double>(steady_clock::now() - start_).count();
    const auto due = static_cast<std::int64_t>(elapsed * load_.recordsPerSecond);
    while (offered_ < due && !stop_) {
      produceOne(offered_);
      ++offered_;
    }
    std::this_thread::sleep_for(std::chrono::milliseconds{1});
  }
}

void ConsumeScenario::produceOne(std::int64_t number) {
  const auto key = fmt::format("key-{}", number % load_.keys);
  ConsumeHistory::Id id = 0;
  for (auto& group : groups_) {
    id = group.history.produced(key, number / load_.keys);
  }
  const auto value = ConsumeHistory::value(id, load_.valueBytes);
  // A refusal leaves the record undelivered in the history: nothing is expected of it.
  static_cast<void>(producer_->send(
      {.topic = topic(), .key = key, .value = value}, [this, id](const DeliveryReport& report) {
        if (!report.delivered()) {
          return;
        }
        const auto now = instantNow();
        for (auto& group : groups_) {
          group.history.delivered(id, report.partition, report.offset, now);
        }
      }));
}

void ConsumeScenario::goOn(Milliseconds duration) {
  const auto seconds = std::chrono::duration<double>(duration).count();
  const auto until = offered_ + static_cast<std::int64_t>(seconds * load_.recordsPerSecond);
  if (!eventually(duration + Milliseconds{120'000}, [&] { return offered_ >= until; })) {
    throw std::runtime_error(fmt::format("the load stands still at {} records", offered_.load()));
  }
}

void ConsumeScenario::watchCommits(const std::stop_token& stop) {
  std::vector<std::unique_ptr<client::GroupClient>> askers;
  for (const auto& group : groups_) {
    askers.push_back(askerOf(group.name));
  }
  const auto partitions = partitionsOf(topic(), load_.partitions);
  while (!stop.stop_requested()) {
    for (std::size_t i = 0; i < groups_.size(); ++i) {
      auto& group = groups_[i];
      const auto committed = askers[i]->committed(partitions, Milliseconds{3'000});
      const auto now = instantNow();
      for (const auto& item : committed.value_or(std::vector<client::GroupOffset>{})) {
        if (item.offset < 0) {
          continue;
        }
        SeenCommit seen{.partition = item.partition.partition, .offset = item.offset, .at = now};
        auto decoded = decodeLedger(item.offset, item.metadata);
        if (auto* completed = std::get_if<CompletedOffsets>(&decoded)) {
          seen.completed = std::move(*completed);
        }
        group.history.committed(std::move(seen));
      }
    }
    std::this_thread::sleep_for(kWatchEvery);
  }
}

// ---- what is done to the workers

WorkerSettings ConsumeScenario::settingsOf(const Group& group) const {
  WorkerSettings settings{.topic = topic(),
                          .group = group.name,
                          .mode = group.mode,
                          .dlq = dlq_.name(),
                          .output = group.output ? group.output->name() : std::string{},
                          .protocol = load_.protocol,
                          .failOneIn = load_.failOneIn,
                          .doomOneIn = load_.doomOneIn,
                          .rejectOneIn = load_.rejectOneIn};
  for (std::size_t i = 0; i < tiers_.size(); ++i) {
    settings.tiers.push_back(fmt::format("{}={}", tiers_[i].name(), load_.tiers[i].count()));
  }
  return settings;
}

void ConsumeScenario::note(Disturbance::Kind kind, Instant from, std::size_t worker) {
  const auto now = instantNow();
  for (auto& group : groups_) {
    group.history.disturbed({kind, from, now, group.workers.at(worker).name()});
  }
}

void ConsumeScenario::note(Disturbance::Kind kind, Instant from) {
  const auto now = instantNow();
  for (auto& group : groups_) {
    group.history.disturbed({kind, from, now, {}});
  }
}

std::size_t ConsumeScenario::join(const std::vector<std::string>& prefix,
                                  std::optional<std::size_t> insteadOf) {
  const auto from = instantNow();
  for (auto& group : groups_) {
    auto settings = settingsOf(group);
    if (insteadOf) {
      settings.instance = group.workers.at(*insteadOf).name();
    }
    group.workers.emplace_back(fmt::format("{}-{}", group.name, group.workers.size() + 1), settings,
                               folder_, prefix);
  }
  note(Disturbance::Kind::kRebalance, from);
  return groups_.front().workers.size() - 1;
}

void ConsumeScenario::waitUntilAssigned(std::size_t worker) const {
  for (const auto& group : groups_) {
    const auto& one = group.workers.at(worker);
    if (!eventually(Milliseconds{60'000}, [&] { return one.assigned(); })) {
      throw std::runtime_error("a worker has got no partitions: " + one.complaint());
    }
  }
}

void ConsumeScenario::leave(std::size_t worker) {
  const auto from = instantNow();
  for (auto& group : groups_) {
    group.workers.at(worker).process().kill(SIGTERM);
  }
  for (auto& group : groups_) {
    EXPECT_TRUE(group.workers.at(worker).stop()) << group.workers.at(worker).complaint();
  }
  note(Disturbance::Kind::kRebalance, from);
}

void ConsumeScenario::killHard(std::size_t worker) {
  const auto from = instantNow();
  for (auto& group : groups_) {
    group.workers.at(worker).process().kill(SIGKILL);
    static_cast<void>(group.workers.at(worker).process().wait(Milliseconds{10'000}));
  }
  note(Disturbance::Kind::kCrash, from, worker);
}

void ConsumeScenario::loseSession(std::size_t worker, Milliseconds duration,
                                  const std::function<void()>& begin,
                                  const std::function<void()>& end) {
  const auto from = instantNow();
  begin();
  goOn(duration);
  end();
  note(Disturbance::Kind::kLostSession, from, worker);
}

void ConsumeScenario::pauseAndResume(std::size_t worker, Milliseconds duration) {
  const auto signal = [this, worker](int number) {
    for (auto& group : groups_) {
      group.workers.at(worker).process().kill(number);
    }
  };
  loseSession(worker, duration, [&] { signal(SIGSTOP); }, [&] { signal(SIGCONT); });
}

void ConsumeScenario::whileBrokerAway(const std::function<void()>& fault) {
  const auto from = instantNow();
  fault();
  note(Disturbance::Kind::kBroker, from);
}

// ---- the end

bool ConsumeScenario::settled(const Group& group) const {
  if (!committedUpTo(group.name, endsOf(topic(), load_.partitions))) {
    return false;
  }
  // In this order: a record is done with in one tier only when it stands in the next.
  return group.mode == "block" || std::ranges::all_of(tiers_, [&](const TestTopic& tier) {
           return committedUpTo(group.name + ".retry", endsOf(tier.name(), kTierPartitions));
         });
}

void ConsumeScenario::waitUntilCaughtUp() const {
  const auto ends = endsOf(topic(), load_.partitions);
  for (const auto& group : groups_) {
    if (!eventually(
            Milliseconds{180'000}, [&] { return committedUpTo(group.name, ends); },
            Milliseconds{300})) {
      throw std::runtime_error(group.mode + ": not caught up within three minutes");
    }
  }
}

void ConsumeScenario::waitUntilSettled(Group& group) {
  const bool done =
      eventually(Milliseconds{120'000}, [&] { return settled(group); }, Milliseconds{500});
  EXPECT_TRUE(done) << group.mode << ": not everything was committed within two minutes";
  if (!done) {
    for (const auto& worker : group.workers) {
      fmt::print("{}\n", worker.complaint());
    }
  }
}

void ConsumeScenario::finishAndExpectAllWell() {
  stop_ = true;
  producing_.join();
  const auto loaded = std::chrono::duration<double>(steady_clock::now() - start_).count();
  EXPECT_TRUE(must(producer_->close(Milliseconds{130'000})).clean());
  EXPECT_TRUE(waitForFullIsr());
  for (auto& group : groups_) {
    waitUntilSettled(group);
  }
  watching_.request_stop();
  watching_.join();
  for (auto& group : groups_) {
    for (auto& worker : group.workers) {
      if (worker.process().running()) {
        EXPECT_TRUE(worker.stop()) << worker.complaint();
      }
      worker.addRunsTo(group.history);
    }
  }
  readCopies();
  readOutputs();
  for (auto& group : groups_) {
    const bool forward = group.mode == "forward";
    const auto mostStall = ConsumeWorker::kSession + Milliseconds{15'000} +
                           (forward ? kHungTransaction : Milliseconds{0});
    const auto verdict = group.history.check({.block = group.mode == "block", .forward = forward});
    fmt::print("{}: {}, {:.0f} s at {:.0f}/s: {}\n", name_, group.mode, loaded,
               load_.recordsPerSecond, verdict.describe());
    std::fflush(stdout);
    EXPECT_TRUE(verdict.holds()) << group.mode << ": " << verdict.describe();
    EXPECT_EQ(verdict.delivered, offered_.load());
    EXPECT_LE(verdict.longestStall, mostStall) << group.mode << ": " << verdict.describe();
    EXPECT_LE(verdict.longestPartitionStall, mostStall) << group.mode << ": " << verdict.describe();
    verdicts_.push_back(verdict);
  }
}

void restartBroker(int node) {
  if (std::getenv("CAAS_CLUSTER") == nullptr) {
    throw std::runtime_error("CAAS_CLUSTER is not set: run it through script/test");
  }
  const auto script = (projectRoot() / "script" / "cluster").string();
  for (const auto* command : {"stop", "start"}) {
    const auto result =
        runProcess({script, command, std::to_string(node)}, {}, {}, Milliseconds{120'000});
    if (result.exitCode != 0) {
      throw std::runtime_error(fmt::format("{} {}: {}", command, node, result.err));
    }
  }
  EXPECT_TRUE(waitForFullIsr());
}

}  // namespace caas::kafka::test
