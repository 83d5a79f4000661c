#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <sstream>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "caas/kafka/groups.hpp"
#include "caas/kafka/producer.hpp"
#include "caas/kafka/record_reader.hpp"
#include "support/cluster.hpp"
#include "support/process.hpp"

namespace caas::kafka::test {

inline constexpr Milliseconds kPatience{60'000};

/// Offsets of one partition as Kafka's own tool prints them.
struct ToolRow {
  std::int64_t committed = -1;
  std::int64_t end = -1;
  std::int64_t lag = -1;
  [[nodiscard]] bool operator==(const ToolRow&) const = default;
};
using ToolRows = std::map<GroupPartition, ToolRow>;

inline ProcessResult kafkaTool(std::vector<std::string> words) {
  words.insert(words.begin(), (projectRoot() / "script" / "kafka").string());
  auto ran = runProcess(words, {}, {}, Milliseconds{120'000});
  if (ran.exitCode != 0) {
    throw std::runtime_error(words[1] + ": " + ran.out + ran.err);
  }
  return ran;
}

inline ToolRows toolRows(const std::string& group) {
  const auto ran = kafkaTool({"consumer-groups", "--group", group, "--describe"});
  ToolRows rows;
  std::istringstream lines{ran.out};
  for (std::string line; std::getline(lines, line);) {
    std::istringstream words{line};
    const std::vector<std::string> cells{std::istream_iterator<std::string>(words), {}};
    // GROUP TOPIC PARTITION CURRENT-OFFSET LOG-END-OFFSET LAG …; newer ones put a column between.
    if (cells.size() < 4 || cells[0] != group ||
        cells[2].find_first_not_of("0123456789") != std::string::npos) {
      continue;
    }
    std::vector<std::int64_t> numbers;
    for (std::size_t i = 3; i < cells.size() && numbers.size() < 3; ++i) {
      if (cells[i].find_first_not_of("0123456789") == std::string::npos) {
        numbers.push_back(std::stoll(cells[i]));
      }
    }
    if (numbers.size() == 3) {
      rows[{cells[1], std::stoi(cells[2])}] = {numbers[0], numbers[1], numbers[2]};
    }
  }
  return rows;
}

inline ToolRows ourRows(const GroupLag& lag) {
  ToolRows rows;
  for (const TopicLag& topic : lag.topics) {
    for (const PartitionLag& p : topic.partitions) {
      if (p.committed) {
        rows[{p.topic, p.partition}] = {*p.committed, p.endOffset, *p.records};
      }
    }
  }
  return rows;
}

inline std::map<int, std::int64_t> committedOf(const std::string& group) {
  std::map<int, std::int64_t> committed;
  const auto offsets = admin().listCommitted(group);
  if (!offsets && offsets.error().code == ErrorCode::kGroupNotFound) {
    return committed;
  }
  for (const auto& offset : must(offsets, "reading commits")) {
    committed[offset.partition.partition] = offset.offset;
  }
  return committed;
}

class Groups : public ::testing::Test {
 protected:
  Groups()
      : settings_(testSettings()),
        producer_(must(Producer::create(settings_))),
        manager_(GroupManager::create(settings_)),
        group_(uniqueTopic("group")) {}

  void send(const std::string& topic, int partition, int count,
            std::optional<Timestamp> timestamp = std::nullopt,
            const std::vector<HeaderView>& headers = {}) {
    for (int i = 0; i < count; ++i) {
      Record record;
      record.topic = topic;
      record.value = "v";
      record.partition = partition;
      record.timestamp = timestamp;
      record.headers = headers;
      (void)must(producer_->send(record, {}), "sending");
    }
    must(producer_->flush(kPatience), "flushing");
  }

  std::unique_ptr<RecordReader> join(const std::string& topic, GroupProtocol protocol) {
    auto settings = settings_;
    settings.consumer.groupProtocol = protocol;
    ReadOptions options;
    options.topics = {topic};
    options.group = group_;
    return must(RecordReader::open(settings, options), "joining");
  }

  /// Reads `count` records and commits them.
  static void take(RecordReader& reader, int count) {
    int taken = 0;
    ASSERT_TRUE(eventually(
        kPatience,
        [&] {
          if (taken < count && must(reader.poll(Milliseconds{200}), "polling")) {
            ++taken;
          }
          return taken >= count;
        },
        Milliseconds{0}))
        << taken << " of " << count;
    must(reader.commit(), "committing");
  }

  GroupLag lag(LagOptions options = {}) {
    options.group = group_;
    auto snapshot = must(manager_->lag(options), "lag");
    EXPECT_EQ(snapshot.groups.size(), 1U);
    return snapshot.groups.at(0);
  }

  /// Makes the group, with a commit at the start of each partition.
  void start(const std::string& topic) {
    const auto plan = must(
        manager_->planReset(
            {.group = group_, .target = ResetToEarliest{}, .topics = {topic}, .createGroup = true}),
        "planning");
    must(manager_->reset(plan), "resetting");
  }

  ResetPlan plan(const ResetTarget& target, const std::vector<std::string>& topics = {}) {
    return must(manager_->planReset({.group = group_, .target = target, .topics = topics}),
                "planning");
  }

  const Settings settings_;
  std::unique_ptr<Producer> producer_;
  std::unique_ptr<GroupManager> manager_;
  const std::string group_;
};

}  // namespace caas::kafka::test
