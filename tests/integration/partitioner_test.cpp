// Where keyed records go is a contract with every other producer of the platform: Kafka's own Java
// code is asked (tests/integration/java/Partitions.java).
#include <array>
#include <map>
#include <random>
#include <set>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "caas/kafka/partition_strategy.hpp"
#include "caas/kafka/producer.hpp"
#include "support/cluster.hpp"

namespace caas::kafka::test {
namespace {

constexpr int kKeys = 20'000;

void appendUtf8(std::string& text, std::uint32_t codePoint) {
  if (codePoint < 0x80) {
    text.push_back(static_cast<char>(codePoint));
  } else if (codePoint < 0x800) {
    text.push_back(static_cast<char>(0xC0 | (codePoint >> 6)));
    text.push_back(static_cast<char>(0x80 | (codePoint & 0x3F)));
  } else if (codePoint < 0x10000) {
    text.push_back(static_cast<char>(0xE0 | (codePoint >> 12)));
    text.push_back(static_cast<char>(0x80 | ((codePoint >> 6) & 0x3F)));
    text.push_back(static_cast<char>(0x80 | (codePoint & 0x3F)));
  } else {
    text.push_back(static_cast<char>(0xF0 | (codePoint >> 18)));
    text.push_back(static_cast<char>(0x80 | ((codePoint >> 12) & 0x3F)));
    text.push_back(static_cast<char>(0x80 | ((codePoint >> 6) & 0x3F)));
    text.push_back(static_cast<char>(0x80 | (codePoint & 0x3F)));
  }
}

/// Empty, every length to 40, ids as they are, unicode, binary, long.
std::vector<std::string> makeKeys() {
  std::mt19937 random{20'000};
  const auto below = [&](std::uint32_t limit) {
    return static_cast<std::uint32_t>(random() % limit);
  };
  std::vector<std::string> keys{""};
  for (std::size_t length = 1; length <= 40; ++length) {
    keys.emplace_back(length, '\xFF');
    keys.emplace_back(length, '\0');
  }
  while (keys.size() < kKeys) {
    std::string key;
    switch (keys.size() % 4) {
      case 0: key = fmt::format("conversation-{}", keys.size()); break;
      case 1:
        for (auto left = 1 + below(20); left > 0; --left) {
          constexpr std::array<std::uint32_t, 4> kStarts{0x20, 0x400, 0x4E00, 0x1F600};
          appendUtf8(key, kStarts.at(below(4)) + below(80));
        }
        break;
      case 2:
        for (auto left = below(64); left > 0; --left) {
          key.push_back(static_cast<char>(below(256)));
        }
        break;
      default:
        // Most keys are short; one in fifty is up to 4 KiB.
        key.resize(below(50) == 0 ? below(4096) : below(200));
        for (char& c : key) {
          c = static_cast<char>('a' + below(26));
        }
    }
    keys.push_back(std::move(key));
  }
  return keys;
}

std::vector<int> askJava(const std::vector<std::string>& keys, int partitions) {
  std::string input;
  for (const auto& key : keys) {
    for (const char c : key) {
      input += fmt::format("{:02x}", static_cast<unsigned char>(c));
    }
    input += '\n';
  }
  const auto root = projectRoot();
  const auto result =
      runProcess({root / "tests/support/run-java", root / "tests/integration/java/Partitions.java",
                  root / ".cache/kafka/libs", std::to_string(partitions)},
                 {}, input, Milliseconds{180'000});
  if (result.exitCode != 0) {
    throw std::runtime_error("Partitions.java failed: " + result.err);
  }
  std::vector<int> answer;
  for (std::size_t from = 0; from < result.out.size();) {
    const auto to = result.out.find('\n', from);
    answer.push_back(std::stoi(result.out.substr(from, to - from)));
    from = to + 1;
  }
  return answer;
}

std::string shown(const std::string& key) {
  std::string hex;
  for (const char c : key.substr(0, 40)) {
    hex += fmt::format("{:02x}", static_cast<unsigned char>(c));
  }
  return fmt::format("key of {} bytes {}", key.size(), hex);
}

TEST(Partitioner, PartitionForAgreesWithJava) {
  const auto keys = makeKeys();
  for (const int partitions : {1, 3, 16, 50}) {
    const auto expected = askJava(keys, partitions);
    ASSERT_EQ(expected.size(), keys.size());
    for (std::size_t i = 0; i < keys.size(); ++i) {
      ASSERT_EQ(PartitionStrategy::partitionFor(keys[i], partitions), expected[i])
          << shown(keys[i]) << " over " << partitions << " partitions";
    }
  }
}

TEST(Partitioner, RecordsLandWhereJavaPutsThem) {
  constexpr int kPartitions = 16;
  const auto keys = makeKeys();
  const auto expected = askJava(keys, kPartitions);
  ASSERT_EQ(expected.size(), keys.size());
  const TestTopic topic("partitioner", kPartitions);

  auto producer = must(Producer::create(testSettings()));
  for (std::size_t i = 0; i < keys.size(); ++i) {
    const auto value = std::to_string(i);
    Record record;
    record.topic = topic.name();
    record.key = keys[i];
    record.value = value;
    must(producer->send(record), "sending");
  }
  const auto report = must(producer->close());
  ASSERT_TRUE(report.clean());

  // The log itself is asked, not the producer's reports.
  std::vector<int> landed(keys.size(), -1);
  for (const auto& record : readAll(topic.name())) {
    ASSERT_TRUE(record.value);
    const auto i = std::stoul(*record.value);
    ASSERT_TRUE(record.key) << "an empty key came back as none";
    ASSERT_EQ(*record.key, keys.at(i));
    landed[i] = record.partition;
  }
  for (std::size_t i = 0; i < keys.size(); ++i) {
    ASSERT_EQ(landed[i], expected[i]) << shown(keys[i]);
  }
}

TEST(Partitioner, RecordsWithoutAKeyAreSpread) {
  constexpr int kPartitions = 4;
  const TestTopic topic("nokey", kPartitions);
  auto producer = must(Producer::create(testSettings()));
  std::set<int> used;
  // One after the other, since what is sent at one moment may share a batch. That 400 miss one of
  // four partitions by chance: 4 · 0.75^400.
  for (int i = 0; i < 400 && used.size() < kPartitions; ++i) {
    Record record;
    record.topic = topic.name();
    record.value = "v";
    used.insert(must(producer->sendAndWait(record), "sending").partition);
  }
  EXPECT_EQ(used.size(), static_cast<std::size_t>(kPartitions));
}

TEST(Partitioner, AGivenPartitionWins) {
  const TestTopic topic("given", 8);
  auto producer = must(Producer::create(testSettings()));
  for (int partition = 0; partition < 8; ++partition) {
    Record record;
    record.topic = topic.name();
    record.key = "the same";
    record.value = "v";
    record.partition = partition;
    EXPECT_EQ(must(producer->sendAndWait(record), "sending").partition, partition);
  }
}

}  // namespace
}  // namespace caas::kafka::test
