#include "retry/retry_intake.hpp"

#include <map>

#include <gtest/gtest.h>

namespace caas::kafka::retry {
namespace {

using consume::TaskPtr;
using Headers = std::map<std::string, std::optional<std::string>>;

/// A record of the topic internal.retry.
class RetryIntakeTest : public ::testing::Test {
 protected:
  RetryIntakeTest() { partition_.id = {.topic = "internal.retry", .partition = 2}; }

  static Headers ours() {
    return {{"caas.v", "1"},
            {"caas.id", "0197"},
            {"caas.origin.topic", "chat.messages.acme"},
            {"caas.origin.partition", "7"},
            {"caas.origin.offset", "1234"},
            {"caas.origin.timestamp", "1700000000000"},
            {"caas.origin.group", "billing"},
            {"caas.first-failed-at", "1700000001000"},
            {"caas.attempt", "3"},
            {"caas.tier", "2"},
            {"caas.not-before", "1700000060000"},
            {"caas.last-failed-at", "1700000001500"},
            {"caas.type", "message"}};
  }
  bool wants(const Headers& headers) {
    const auto views = viewsOf(headers);
    return intake_.wants({.offset = 5, .headers = views});
  }
  TaskPtr prepared(const Headers& headers) {
    const auto views = viewsOf(headers);
    TaskPtr task(consume::makeTask(
        {.offset = 5, .timestamp = time(9), .key = "c-1", .value = "{}", .headers = views}));
    intake_.prepare(*task, partition_);
    return task;
  }
  static std::vector<HeaderView> viewsOf(const Headers& headers) {
    std::vector<HeaderView> views;
    for (const auto& [name, value] : headers) {
      views.push_back({name, value ? std::optional<std::string_view>(*value) : std::nullopt});
    }
    return views;
  }
  static Timestamp time(std::int64_t millis) { return Timestamp{Milliseconds{millis}}; }

  RetryIntake intake_{std::make_shared<Catalog>(*Catalog::load(Settings{})), "billing"};
  consume::Partition partition_;
};

TEST_F(RetryIntakeTest, TakesTheRecordsOfItsGroupOnly) {
  auto headers = ours();
  EXPECT_TRUE(wants(headers));
  headers["caas.origin.group"] = "billing2";
  EXPECT_FALSE(wants(headers));
  headers["caas.origin.group"] = "";
  EXPECT_FALSE(wants(headers));
  headers["caas.origin.group"] = std::nullopt;
  EXPECT_FALSE(wants(headers));
  headers.erase("caas.origin.group");
  EXPECT_FALSE(wants(headers));
  EXPECT_FALSE(wants({}));
}

TEST_F(RetryIntakeTest, OfTwoGroupsTheLastCounts) {
  const std::vector<HeaderView> views{{"caas.origin.group", "billing"},
                                      {"caas.origin.group", "search"}};
  EXPECT_FALSE(intake_.wants({.offset = 5, .headers = views}));
}

TEST_F(RetryIntakeTest, TheHandlerSeesTheRecordAsItWasPublished) {
  const auto task = prepared(ours());
  const auto& record = task->record;
  EXPECT_EQ(record.topic, "chat.messages.acme");
  EXPECT_EQ(record.entry, "chat.messages");
  EXPECT_EQ(record.tenant, "acme");
  EXPECT_EQ(record.type, "message");
  EXPECT_EQ(record.partition, 7);
  EXPECT_EQ(record.offset, 1234);
  EXPECT_EQ(record.timestamp, time(1'700'000'000'000));
  EXPECT_EQ(record.attempt, 3);
  EXPECT_EQ(record.key, "c-1");
  EXPECT_EQ(record.value, "{}");
  EXPECT_EQ(task->notBefore, time(1'700'000'060'000));
}

TEST_F(RetryIntakeTest, ATopicOutsideOfTheCatalogHasNoTenant) {
  auto headers = ours();
  headers["caas.origin.topic"] = "orders";
  const auto task = prepared(headers);
  EXPECT_EQ(task->record.topic, "orders");
  EXPECT_EQ(task->record.entry, "");
  EXPECT_EQ(task->record.tenant, "");
}

TEST_F(RetryIntakeTest, APlatformTopicHasAnEntryAndNoTenant) {
  auto headers = ours();
  headers["caas.origin.topic"] = "platform.events";
  const auto task = prepared(headers);
  EXPECT_EQ(task->record.entry, "platform.events");
  EXPECT_EQ(task->record.tenant, "");
}

TEST_F(RetryIntakeTest, BrokenHeadersGiveWhatCanBeReadAndTheRecordStillRuns) {
  auto headers = ours();
  headers["caas.origin.offset"] = "many";
  headers["caas.not-before"] = "-5";
  headers.erase("caas.attempt");
  const auto task = prepared(headers);
  EXPECT_EQ(task->record.topic, "chat.messages.acme");
  EXPECT_EQ(task->record.partition, 7);
  EXPECT_EQ(task->record.offset, -1);
  EXPECT_EQ(task->record.attempt, 1);
  EXPECT_EQ(task->notBefore, Timestamp{}) << "due at once";
}

TEST_F(RetryIntakeTest, HeadersOfANewerVersionRunAtOnceWithTheirTopic) {
  auto headers = ours();
  headers["caas.v"] = "2";
  const auto task = prepared(headers);
  EXPECT_EQ(task->record.topic, "chat.messages.acme");
  EXPECT_EQ(task->record.tenant, "acme");
  EXPECT_EQ(task->record.attempt, 1);
  EXPECT_EQ(task->notBefore, Timestamp{});
}

TEST_F(RetryIntakeTest, WithoutAnOriginItIsARecordOfTheRetryTopic) {
  const auto task = prepared({{"caas.origin.group", "billing"}});
  EXPECT_EQ(task->record.topic, "internal.retry");
  EXPECT_EQ(task->record.partition, 2);
  EXPECT_EQ(task->record.offset, 5);
  EXPECT_EQ(task->record.attempt, 1);
}

}  // namespace
}  // namespace caas::kafka::retry
