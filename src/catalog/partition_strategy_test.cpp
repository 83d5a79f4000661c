#include "caas/kafka/partition_strategy.hpp"

#include <cmath>
#include <limits>
#include <random>
#include <set>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "catalog/murmur2.hpp"

namespace caas::kafka {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;

class SeededRandom final : public Random {
 public:
  std::uint64_t next() override { return generator_(); }

 private:
  std::mt19937_64 generator_{42};
};

/// Vectors of Kafka's own UtilsTest.testMurmur2.
TEST(Murmur2Test, IsKafkas) {
  const auto hash = [](std::string_view text) {
    return static_cast<std::int32_t>(catalog::murmur2(text));
  };
  EXPECT_EQ(hash("21"), -973932308);
  EXPECT_EQ(hash("foobar"), -790332482);
  EXPECT_EQ(hash("a-little-bit-long-string"), -985981536);
  EXPECT_EQ(hash("a-little-bit-longer-string"), -1486304829);
  EXPECT_EQ(hash("lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8"), -58897971);
  EXPECT_EQ(hash("abc"), 479470107);
}

TEST(PartitionForTest, TakesThePositiveHash) {
  EXPECT_EQ(PartitionStrategy::partitionFor("21", 1'000), (-973932308 & 0x7fffffff) % 1'000);
  EXPECT_EQ(PartitionStrategy::partitionFor("abc", 16), 479470107 % 16);
  EXPECT_EQ(PartitionStrategy::partitionFor("abc", 1), 0);
  std::mt19937 random(3);
  for (int i = 0; i < 10'000; ++i) {
    std::string key;
    for (auto length = random() % 20; length > 0; --length) {
      key += static_cast<char>(random());
    }
    const int partition = PartitionStrategy::partitionFor(key, 7);
    EXPECT_GE(partition, 0);
    EXPECT_LT(partition, 7);
  }
}

constexpr MessageData kAll{
    .tenantId = "tenant-123", .conversationId = "conv-456", .userId = "user-789"};

TEST(MessageKeyTest, IsTheFieldOfTheStrategy) {
  EXPECT_EQ(PartitionStrategy::createMessageKey("conversation_id", {.conversationId = "conv-456"}),
            "conv-456");
  EXPECT_EQ(PartitionStrategy::createMessageKey("conversation_id", kAll), "conv-456");
  EXPECT_EQ(PartitionStrategy::createMessageKey("user_id", kAll), "user-789");
  EXPECT_EQ(PartitionStrategy::createMessageKey("tenant_id", kAll), "tenant-123");
}

TEST(MessageKeyTest, PlatformRecordsWithoutATenantHaveOneKey) {
  EXPECT_EQ(PartitionStrategy::createMessageKey("tenant_id", {}), "_platform");
  // No tenant can be called that, so nobody shares its partition by name.
  EXPECT_FALSE(TenantId::parse(PartitionStrategy::kPlatformKey));
}

TEST(MessageKeyTest, AMissingFieldIsAnErrorAndNeverAnEmptyKey) {
  for (const auto& [strategy, name] :
       {std::pair{"conversation_id", "conversationId"}, std::pair{"user_id", "userId"}}) {
    const auto key = PartitionStrategy::createMessageKey(strategy, {.tenantId = "t"});
    ASSERT_FALSE(key);
    EXPECT_EQ(key.error().code, ErrorCode::kInvalidArgument);
    EXPECT_THAT(key.error().message, HasSubstr(name));
  }
}

TEST(MessageKeyTest, AnUnknownStrategyIsToldWhatIsAllowed) {
  for (const auto* strategy : {"", "conversationId", "Conversation_Id", "round-robin"}) {
    const auto key = PartitionStrategy::createMessageKey(strategy, kAll);
    ASSERT_FALSE(key) << strategy;
    EXPECT_EQ(key.error().code, ErrorCode::kInvalidArgument);
    EXPECT_THAT(key.error().describe(),
                HasSubstr("conversation_id, user_id, tenant_id and random"));
  }
  for (const auto* strategy : {"record_key", "entry_id", "none"}) {
    EXPECT_FALSE(PartitionStrategy::createMessageKey(strategy, kAll)) << strategy;
  }
}

TEST(MessageKeyTest, RandomKeysDifferAndSpreadEvenly) {
  constexpr int kPartitions = 8;
  constexpr int kRecords = 80'000;
  SeededRandom random;
  std::set<std::string> keys;
  std::array<int, kPartitions> counts{};
  for (int i = 0; i < kRecords; ++i) {
    const auto key = PartitionStrategy::createMessageKey(KeyStrategy::kRandom, {}, random).value();
    ++counts.at(static_cast<std::size_t>(PartitionStrategy::partitionFor(key, kPartitions)));
    keys.insert(key);
  }
  EXPECT_EQ(keys.size(), static_cast<std::size_t>(kRecords));
  for (const int count : counts) {
    EXPECT_NEAR(count, kRecords / kPartitions, 0.05 * kRecords / kPartitions);
  }
}

PartitionRecommendation explain(std::string_view strategy, const LoadInfo& load) {
  return PartitionStrategy::explainRecommendedPartitions(strategy, load).value();
}

TEST(RecommendationTest, TheSpecsExample) {
  const LoadInfo load{.messagesPerSecond = 1000, .uniqueKeys = 500, .consumers = 3};
  EXPECT_EQ(PartitionStrategy::getRecommendedPartitions("conversation_id", load), 3);
  const auto recommendation = explain("conversation_id", load);
  EXPECT_EQ(recommendation.partitions, 3);
  EXPECT_GT(recommendation.expectedSkew, 1.0);
  EXPECT_LT(recommendation.expectedSkew, 1.2);
  EXPECT_THAT(recommendation.reasons,
              ElementsAre("1000 records/s at 1000 records/s a partition need 1 partition",
                          "3 consumers share the work evenly with 3 partitions",
                          HasSubstr("500 equally busy keys spread over 3 partitions")));
}

TEST(RecommendationTest, EachRuleHasItsSay) {
  EXPECT_EQ(explain("random", {.messagesPerSecond = 1'001}).partitions, 2);
  EXPECT_EQ(explain("random", {.messagesPerSecond = 4'500, .consumers = 3}).partitions, 6);
  EXPECT_EQ(explain("random", {.messagesPerSecond = 4'500, .consumers = 9}).partitions, 9);
  EXPECT_EQ(
      explain("user_id", {.messagesPerSecond = 50'000, .uniqueKeys = 8, .consumers = 3}).partitions,
      6);
  EXPECT_EQ(
      explain("user_id", {.messagesPerSecond = 50'000, .uniqueKeys = 2, .consumers = 3}).partitions,
      2);
  EXPECT_EQ(
      explain("random", {.messagesPerSecond = 50'000, .uniqueKeys = 8, .consumers = 3}).partitions,
      51);
  EXPECT_EQ(explain("random", {.messagesPerSecond = 1e300, .consumers = 7}).partitions, 63);
  EXPECT_EQ(explain("random", {.consumers = std::numeric_limits<int>::max()}).partitions, 64);
  EXPECT_EQ(explain("tenant_id", {}).partitions, 1);
}

/// Exact for few keys: 5 balls in 3 bins have an expected maximum of 675/243.
TEST(RecommendationTest, TheSkewIsThatOfBallsInBins) {
  EXPECT_NEAR(explain("user_id", {.messagesPerSecond = 3'000, .uniqueKeys = 5, .consumers = 3})
                  .expectedSkew,
              675.0 / 243.0 / (5.0 / 3.0), 0.03);
  EXPECT_DOUBLE_EQ(explain("user_id", {.messagesPerSecond = 1, .uniqueKeys = 5}).expectedSkew, 1.0);
  EXPECT_DOUBLE_EQ(explain("random", {.messagesPerSecond = 9'000}).expectedSkew, 1.0);
}

TEST(RecommendationTest, TheSkewIsWhatASimulationFinds) {
  constexpr int kRounds = 2'000;
  std::mt19937 random(5);
  for (const int keys : {40, 500, 5'000}) {
    constexpr int kPartitions = 16;
    double sum = 0;
    for (int round = 0; round < kRounds; ++round) {
      std::array<int, kPartitions> bins{};
      for (int key = 0; key < keys; ++key) {
        ++bins.at(random() % kPartitions);
      }
      sum += *std::ranges::max_element(bins);
    }
    const double simulated = sum / kRounds / (static_cast<double>(keys) / kPartitions);
    const auto expected =
        explain("user_id", {.messagesPerSecond = 16'000, .uniqueKeys = keys}).expectedSkew;
    EXPECT_NEAR(expected, simulated, 0.03 * simulated) << keys;
  }
}

TEST(RecommendationTest, HoldsItsRulesForAnyLoad) {
  std::mt19937 random(9);
  const auto pick = [&random](int most) {
    return static_cast<int>(random() % static_cast<unsigned>(most));
  };
  for (int i = 0; i < 3'000; ++i) {
    const LoadInfo load{.messagesPerSecond = std::pow(10.0, pick(70) / 10.0) - 1,
                        .uniqueKeys = pick(3) == 0 ? 0 : pick(300),
                        .consumers = pick(100)};
    for (const auto* strategy : {"conversation_id", "random"}) {
      const bool keyed = std::string_view(strategy) != "random" && load.uniqueKeys > 0;
      const auto result = explain(strategy, load);
      const auto limit = std::min(keyed ? load.uniqueKeys : 64, 64);
      EXPECT_GE(result.partitions, 1);
      EXPECT_LE(result.partitions, limit);
      if (load.consumers > 0 && load.consumers <= limit) {
        EXPECT_EQ(result.partitions % load.consumers, 0);
        const double carried = result.partitions * PartitionStrategy::kPartitionCapacity;
        EXPECT_TRUE(carried >= load.messagesPerSecond ||
                    result.partitions + load.consumers > limit);
      }
      EXPECT_GE(result.expectedSkew, 1.0);
      EXPECT_LE(result.expectedSkew, result.partitions);
      EXPECT_FALSE(result.reasons.empty());
    }
  }
}

TEST(RecommendationTest, RefusesNonsense) {
  const auto infinity = std::numeric_limits<double>::infinity();
  for (const auto& load : {LoadInfo{.messagesPerSecond = -1}, LoadInfo{.messagesPerSecond = NAN},
                           LoadInfo{.messagesPerSecond = infinity}, LoadInfo{.uniqueKeys = -1},
                           LoadInfo{.consumers = -1}}) {
    const auto result = PartitionStrategy::getRecommendedPartitions("random", load);
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().code, ErrorCode::kInvalidArgument);
  }
  const auto result = PartitionStrategy::getRecommendedPartitions("round-robin", {});
  ASSERT_FALSE(result);
  EXPECT_THAT(result.error().describe(), HasSubstr("tenant_id"));
}

}  // namespace
}  // namespace caas::kafka
