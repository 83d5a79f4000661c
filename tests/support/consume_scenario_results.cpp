#include "support/consume_scenario.hpp"

// What the topics hold in the end: copies of failed records, outputs of exactly-once forwarding.

#include <algorithm>
#include <csignal>
#include <set>
#include <thread>

#include <gtest/gtest.h>

#include "support/failure_copies.hpp"

namespace caas::kafka::test {
namespace {

/// A transaction whose owner does not stand still ends sooner.
constexpr Milliseconds kStandsStill{1'000};
constexpr Milliseconds kCaught{60'000};
/// After a transaction's 10 s, at the brokers' next look, it is aborted.
constexpr Milliseconds kAborted{60'000};

/// By partition: where a read_committed reader ends, or any.
std::vector<std::int64_t> endsOf(const std::string& topic, bool readCommitted) {
  std::vector<std::pair<client::TopicPartition, client::OffsetSpec>> wanted;
  const auto described = must(admin().describeTopics({topic}), "DescribeTopics");
  for (const auto& partition : described.at(0).partitions) {
    wanted.push_back({{topic, partition.id}, client::OffsetSpec::latest()});
  }
  std::vector<std::int64_t> ends;
  for (const auto& item :
       must(admin().listOffsets(wanted, {.readCommitted = readCommitted}), "ListOffsets")) {
    ends.push_back(item.error ? -1 : item.offset);
  }
  return ends;
}

/// Somebody has written into a transaction that he does not end.
bool aTransactionStandsOpen(const std::string& topic) {
  const auto ends = endsOf(topic, false);
  const auto stable = endsOf(topic, true);
  std::this_thread::sleep_for(kStandsStill);
  const auto later = endsOf(topic, true);
  for (std::size_t i = 0; i < ends.size() && i < stable.size() && i < later.size(); ++i) {
    if (stable[i] >= 0 && later[i] == stable[i] && later[i] < ends[i]) {
      return true;
    }
  }
  return false;
}

void waitUntilNoneIsOpen(const std::string& topic) {
  EXPECT_TRUE(eventually(kAborted, [&] { return endsOf(topic, true) == endsOf(topic, false); }))
      << "a transaction of " << topic << " is neither committed nor aborted";
}

}  // namespace

void ConsumeScenario::readCopies() {
  waitUntilNoneIsOpen(dlq_.name());
  for (const auto& tier : tiers_) {
    for (const auto& record : readAll(tier.name())) {
      readCopy(record, false);
    }
  }
  for (const auto& record : readAll(dlq_.name())) {
    readCopy(record, true);
  }
}

void ConsumeScenario::readCopy(const ReceivedRecord& record, bool dead) {
  const auto name = record.header("caas.origin.group").value_or("");
  const auto group = std::ranges::find(groups_, name, &Group::name);
  if (group == groups_.end()) {
    ADD_FAILURE() << record.topic << " " << record.partition << "/" << record.offset
                  << " is of the group '" << name << "'";
    return;
  }
  CopyRules rules{.topic = topic(),
                  .group = group->name,
                  .block = group->mode == "block",
                  .doomOneIn = load_.doomOneIn,
                  .rejectOneIn = load_.rejectOneIn};
  for (std::size_t i = 0; i < tiers_.size(); ++i) {
    rules.tiers.push_back({tiers_[i].name(), load_.tiers[i]});
  }
  group->history.copy(copyOf(record, dead, rules, group->history));
}

void ConsumeScenario::killInTransaction(std::size_t worker) {
  for (auto& group : groups_) {
    auto& process = group.workers.at(worker).process();
    const auto caught = [&] {
      process.kill(SIGSTOP);
      if (aTransactionStandsOpen(group.output->name())) {
        return true;
      }
      process.kill(SIGCONT);
      return false;
    };
    EXPECT_TRUE(eventually(kCaught, caught, Milliseconds{200})) << "no transaction of it was open";
  }
  killHard(worker);
}

void ConsumeScenario::readOutputs() {
  for (auto& group : groups_) {
    if (!group.output) {
      continue;
    }
    waitUntilNoneIsOpen(group.output->name());
    std::set<std::pair<int, std::int64_t>> committed;
    for (const auto& record : readAll(group.output->name())) {
      committed.emplace(record.partition, record.offset);
      const auto id = ConsumeHistory::idOf(record.value.value_or(""));
      group.history.output({.record = id.value_or(std::numeric_limits<std::uint32_t>::max()),
                            .by = std::string(record.header("by").value_or(""))});
    }
    for (const auto& record : readAll(group.output->name(), Milliseconds{60'000}, true)) {
      if (!committed.contains({record.partition, record.offset})) {
        ++group.abandoned[std::string(record.header("by").value_or(""))];
      }
    }
  }
}

std::int64_t ConsumeScenario::abandonedOutputs(std::size_t worker) const {
  std::int64_t most = std::numeric_limits<std::int64_t>::max();
  for (const auto& group : groups_) {
    const auto found = group.abandoned.find(group.workers.at(worker).name());
    most = std::min(most, found == group.abandoned.end() ? 0 : found->second);
  }
  return most;
}

}  // namespace caas::kafka::test
